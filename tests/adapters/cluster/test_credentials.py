"""Credentials that a program gives, as for the clouds' clusters, and the certificates that TLS takes."""

from __future__ import annotations

import json
import ssl
import subprocess
from pathlib import Path

import pytest

from shunter.adapters.cluster.credentials import tls_of, with_credentials
from shunter.adapters.cluster.kubeconfig import Access, Plugin
from shunter.model.errors import ShunterError

GIVES = """#!/bin/sh
printf '%s' "$KUBERNETES_EXEC_INFO" >"$SEEN"
printf '{"kind": "ExecCredential", "status": {"token": "%s-%s"}}' "$1" "$WHO"
"""


def plugin(folder: Path, text: str, *, with_cluster: bool = False) -> Plugin:
    (folder / "plugin").write_text(text, "utf-8")
    (folder / "plugin").chmod(0o755)
    env = {"WHO": "tess", "SEEN": str(folder / "seen")}
    return Plugin((str(folder / "plugin"), "get"), env, "client.authentication.k8s.io/v1", with_cluster)


def test_a_program_gives_a_token(tmp_path: Path) -> None:
    found = with_credentials(Access("https://x", ca=b"CA", plugin=plugin(tmp_path, GIVES, with_cluster=True)))
    assert found.token == "get-tess"
    asked = json.loads((tmp_path / "seen").read_text("utf-8"))
    assert (asked["apiVersion"], asked["spec"]["cluster"]["server"]) == ("client.authentication.k8s.io/v1", "https://x")
    plain = Access("https://x", token="t")
    assert with_credentials(plain) is plain


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\necho login first >&2; exit 1\n",
        "#!/bin/sh\necho no\n",
        "#!/bin/sh\necho []\n",
        """#!/bin/sh\necho '{"status": "no"}'\n""",
    ],
)
def test_a_program_that_gives_none_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ShunterError, match="plugin` gives no"):
        with_credentials(Access("https://x", plugin=plugin(tmp_path, text)))


def test_a_certificate_is_shown_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key",
        "-out",
        "cert",
        "-subj",
        "/CN=x",
    ]
    box = tmp_path / "box"
    box.mkdir()
    subprocess.run(made, cwd=box, capture_output=True, check=True)
    pair = (box / "cert").read_bytes(), (box / "key").read_bytes()
    trusted = tls_of(Access("https://x", ca=pair[0], certificate=pair))
    assert trusted.verify_mode is ssl.CERT_REQUIRED
    assert [path.name for path in tmp_path.iterdir()] == ["box"]
    assert tls_of(Access("https://x", insecure=True)).verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("data", [b"no PEM", b"\xff\xfe"])
def test_what_is_no_certificate_is_told(data: bytes) -> None:
    with pytest.raises(ShunterError, match="`certificate-authority` is no certificate"):
        tls_of(Access("https://x", ca=data))
    with pytest.raises(ShunterError, match="`client-certificate` is no certificate"):
        tls_of(Access("https://x", certificate=(data, data)))
