"""kubeconfig files: which cluster is meant, and what else they say."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from shunter.adapters.cluster.kubeconfig import access_of, kubeconfig_file
from shunter.model.errors import ShunterError


def config(name: str, user: dict[str, Any], cluster: dict[str, Any] | None = None, current: str = "") -> str:
    value = {
        "current-context": current,
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}:6443/", **(cluster or {})}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": user}],
    }
    return json.dumps(value)


def write(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(str(folder / name) for name in (*texts, "absent")))


def test_several_files_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, monkeypatch, a=config("one", {"token": "t1"}), b=config("two", {"token": "t2"}, current="two"))
    assert (access_of().context, access_of().server, access_of().token) == ("two", "https://two:6443", "t2")
    assert access_of("one").token == "t1"
    assert "t1" not in repr(access_of("one"))


def test_files_that_it_names_are_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("secret\n", "utf-8")
    (tmp_path / "ca.crt").write_bytes(b"CA")
    pair = {f"client-{name}-data": base64.b64encode(name.encode()).decode() for name in ("certificate", "key")}
    user, cluster = {"tokenFile": "token", **pair}, {"certificate-authority": "ca.crt", "tls-server-name": "k"}
    write(tmp_path, monkeypatch, a=config("one", user, cluster, "one"))
    found = access_of()
    assert (found.token, found.ca, found.tls_name, found.certificate) == (
        "secret",
        b"CA",
        "k",
        (b"certificate", b"key"),
    )


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    with pytest.raises(ShunterError, match="there is no kubeconfig"):
        access_of()
    write(tmp_path, monkeypatch, a=config("one", {}))
    with pytest.raises(ShunterError, match="no current context") as caught:
        access_of()
    assert caught.value.hint == "--context NAME: one"
    with pytest.raises(ShunterError, match="no context `two`"):
        access_of("two")
    write(tmp_path, monkeypatch, a=config("one", {"tokenFile": "gone"}, current="one"))
    with pytest.raises(ShunterError, match="names gone"):
        access_of()
    write(tmp_path, monkeypatch, a="a: [")
    with pytest.raises(ShunterError, match="is no kubeconfig"):
        access_of()


def test_what_a_job_gets_as_a_variable_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, monkeypatch, a=config("one", {"token": "t1"}, current="one"))
    monkeypatch.setenv("KUBECONFIG_CONTENT", config("two", {"token": "t2"}, current="two"))
    assert (access_of().context, access_of().token) == ("two", "t2")
    with kubeconfig_file() as name:
        file = Path(name)
        assert (json.loads(file.read_text("utf-8"))["current-context"], file.stat().st_mode & 0o777) == ("two", 0o600)
    assert not file.exists()
    monkeypatch.setenv("KUBECONFIG_CONTENT", "")  # a job that logs in by other means
    assert access_of().context == "one"
    with kubeconfig_file() as name:
        assert name == ""
    monkeypatch.delenv("KUBECONFIG")
    with pytest.raises(ShunterError, match="KUBECONFIG_CONTENT is empty") as caught:
        access_of()
    assert "secret KUBECONFIG of this environment" in caught.value.hint


def test_nothing_of_a_secret_is_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("users: [{token: s3cret", "s3cret"):
        monkeypatch.setenv("KUBECONFIG_CONTENT", text)
        with pytest.raises(ShunterError, match="KUBECONFIG_CONTENT is no kubeconfig") as caught:
            access_of()
        assert "s3cret" not in caught.value.on_one_line
        assert caught.value.span is None


def entry(kind: str, key: str, said: object) -> dict[str, object]:
    """A whole kubeconfig, in which the cluster, context or user is this."""
    return {**json.loads(config("one", {}, current="one")), kind: [{"name": "one", key: said}]}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (["one"], "is no kubeconfig"),
        ({"current-context": "one", "contexts": "one"}, "`contexts` is no list"),
        ({"current-context": "one", "contexts": ["one"]}, "`contexts` holds no keys"),
        (entry("contexts", "context", "one"), "`context` holds no keys"),
        (entry("clusters", "cluster", {}), "the cluster of `one` has no server"),
        (entry("clusters", "cluster", {"server": 5}), "has the server `5`"),
        (entry("clusters", "cluster", {"server": "https://x", "certificate-authority-data": "!"}), "is no base64"),
        (entry("users", "user", "me"), "`user` holds no keys"),
        (entry("users", "user", {"exec": "aws"}), "`exec` holds no keys"),
        (entry("users", "user", {"exec": {"command": "aws", "args": "get"}}), "`args` is no list"),
        (entry("users", "user", {"exec": {"command": "aws", "env": ["A=1"]}}), "`env` holds no keys"),
        (entry("users", "user", {"token": "one\ntwo"}), "characters that no token has"),
    ],
)
def test_a_file_of_another_shape_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: object, why: str
) -> None:
    write(tmp_path, monkeypatch, a=json.dumps(value))
    with pytest.raises(ShunterError, match=why) as caught:
        access_of()
    assert "one\ntwo" not in str(caught.value)
