"""`shunter registry login` and `logout` against a registry that knows passwords."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.registries import PASSWORD, USER, Registry

pytestmark = pytest.mark.registry


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that logins go to, which is not there yet."""
    file = tmp_path / "helm/registry/config.json"
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(file))
    return file


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_in_and_out(registry: Registry, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, f"{PASSWORD}\n")
    said = ok("registry", "login", f"oci://{registry.host}/charts", "-u", USER, "--password-stdin", cwd=tmp_path)
    assert f"login of {USER} is in {kept}" in said.err
    assert PASSWORD not in said.out + said.err
    assert json.loads(kept.read_bytes()) == registry.login()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "login removed" in ok("registry", "logout", registry.host, cwd=tmp_path).err
    assert "there is no login" in ok("registry", "logout", registry.host, cwd=tmp_path).err


def test_a_wrong_password_is_not_kept(
    registry: Registry, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "wrong\n")
    said = shunter("registry", "login", registry.host, "-u", USER, "--password-stdin", cwd=tmp_path)
    assert said.code == 2
    assert f"error: {registry.host} refuses the login of {USER} (401: " in said.err
    assert not kept.exists()


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_password_that_is_no_text(errors: str, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"p\xff"), "utf-8", errors))
    said = shunter("registry", "login", "127.0.0.1:1", "-u", USER, "--password-stdin", cwd=tmp_path)
    assert (said.code, said.err.splitlines()[0]) == (2, "error: the password on standard input is no text")
    assert not kept.exists()


def test_a_login_before_the_host_or_in_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for host, user in (("ci:s3cret@host.example", USER), ("host.example", "ci:s3cret")):
        typed(monkeypatch, f"{PASSWORD}\n")
        said = shunter("registry", "login", host, "-u", user, "--password-stdin", cwd=tmp_path)
        assert (said.code, said.err.count("hint: ")) == (2, 1)
        assert "s3cret" not in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-u", USER), "nobody is there to type a password"),
        (("--password-stdin",), "--password-stdin without --username"),
        (("-u", USER, "--password-stdin"), "the password on standard input is empty"),
    ],
)
def test_what_is_missing_is_said(
    arguments: tuple[str, ...], message: str, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "")
    said = shunter("registry", "login", "registry.example", *arguments, cwd=tmp_path)
    assert (said.code, said.err.splitlines()[0]) == (2, f"error: {message}")
    assert "hint: " in said.err


def test_a_name_that_is_none(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "p\n")
    said = shunter("registry", "login", "https://x", "-u", USER, "--password-stdin", cwd=tmp_path)
    assert (said.code, said.err.splitlines()[0]) == (2, "error: `https://x` is no registry")
