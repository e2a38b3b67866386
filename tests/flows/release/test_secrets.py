"""What SOPS encrypted, from the command to Helm: rendered, compared and linted, and never in a message or on disk."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.charts.sealed import key_in, seal
from helpers.charts.tiny_charts import chart_files, write_files
from helpers.tools import HELM, SOPS, need_helm, needs_helm, needs_sops, require
from helpers.workspaces.cli import ok, shunter
from shunter.adapters.system.sops import PROGRAM
from shunter.core.goyaml.document import read
from shunter.flows.release.secrets import hidden, opened, secrets_of
from shunter.model.errors import ShunterError

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"db": {"type": "object"}, "port": {"type": "integer"}, "fail": {}, "global": {}},
}
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: web}
data: {password: {{ .Values.db.password | b64enc }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {port: {{ .Values.port | quote }}}
{{- if .Values.fail }}{{ fail (printf "not with %s" .Values.db.password) }}{{ end }}
"""
PLAIN = "db:\n  password: hunter2long\nport: 5432\n"


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the chart `web` and an encrypted values file for it, whose key SOPS finds."""
    write_files(
        tmp_path / "web", chart_files("web", schema=SCHEMA, template=SECRET, extra={"values.yaml": "port: 1\n"})
    )
    key, recipient = key_in(tmp_path)
    (tmp_path / "web" / "secrets.yaml").write_text(PLAIN)
    seal(tmp_path / "web" / "secrets.yaml", recipient)
    monkeypatch.setenv(PROGRAM, SOPS)
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(key))
    return tmp_path


@needs_sops
@pytest.mark.parametrize("name", ["web/secrets.yaml", "secrets://web/secrets.yaml"])
def test_helm_gets_the_plain_text_without_the_metadata(name: str, web: Path) -> None:
    need_helm()
    found = ok("render", "web", "-f", name, cwd=web)
    assert base64.b64encode(b"hunter2long").decode() in found.out
    assert 'port: "5432"' in found.out
    if HELM:
        assert ok("render", "web", "-f", name, "--helm", HELM, cwd=web).out == found.out


@needs_sops
def test_validate_decrypts_nothing_and_says_so(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROGRAM, "/nowhere/sops")
    found = ok("validate", "web/secrets.yaml", cwd=web)
    assert "note[encrypted-values]: what SOPS encrypted in this file is not judged: only its keys are" in found.err
    assert "  --> web/secrets.yaml:" in found.err
    text = (web / "web" / "secrets.yaml").read_text()
    (web / "web" / "secrets.yaml").write_text(text.replace("port:", "prot:", 1))
    assert "error[unknown-key]: `prot`" in shunter("validate", "web", "-f", "web/secrets.yaml", cwd=web).err


@needs_sops
def test_what_helm_says_of_a_secret_does_not_show_it(web: Path) -> None:
    need_helm()
    found = shunter("render", "web", "-f", "web/secrets.yaml", "--set", "fail=true", cwd=web)
    assert (found.code, "not with <secret " in found.err, "hunter2long" in found.err) == (2, True, False)
    assert "hunter2long" not in shunter("lint", "web/secrets.yaml", cwd=web).err


@needs_sops
def test_without_a_key_render_says_what_to_do_and_lint_goes_on(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_helm()
    (web / "key.txt").unlink()
    sealed = web / "web" / "secrets.yaml"
    sealed.write_text(sealed.read_text() + "# another file\n")  # one that this process has not decrypted
    monkeypatch.setenv("HOME", str(web / "home"))
    found = shunter("render", "web", "-f", "web/secrets.yaml", cwd=web)
    assert (found.code, found.err.splitlines()[0]) == (
        2, "error: web/secrets.yaml is encrypted, and SOPS cannot decrypt it here",
    )  # fmt: skip
    assert "hint: have a key for it where SOPS looks" in found.err
    linted = shunter("lint", "web/secrets.yaml", cwd=web)
    assert (linted.code, "warning[encrypted-values]: helm lint is skipped" in linted.err) == (0, True)


@needs_sops
@needs_helm
def test_no_plain_text_is_written_anywhere_but_into_pipes(web: Path) -> None:
    """With a helm binary and SOPS' own, every file that any process of the run opens for writing is looked at."""
    strace = require("strace")
    log = web / "strace.log"
    command = [sys.executable, "-m", "shunter", "render", "web", "-f", "web/secrets.yaml", "--helm", HELM]
    path = str(Path(__file__).resolve().parents[3] / "generator")
    env = os.environ | {"PYTHONPATH": path, "SHUNTER_CACHE_DIR": str(web / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    traced = [strace, "-f", "-y", "-s", "100000", "-e", "trace=write,pwrite64,writev,sendto", "-o", str(log), *command]
    done = subprocess.run(traced, cwd=web, env=env, capture_output=True, text=True, check=True)
    secret = base64.b64encode(b"hunter2long").decode()
    assert secret in done.stdout
    lines = [line for line in log.read_text(errors="replace").splitlines() if "hunter2long" in line or secret in line]
    assert lines
    assert [line for line in lines if "<pipe:[" not in line and "<UNIX" not in line and "<socket:[" not in line] == []
    kept = [file for file in web.rglob("*") if file.is_file() and file != log]
    assert [file for file in kept if b"hunter2long" in file.read_bytes() or secret.encode() in file.read_bytes()] == []


def test_secrets_are_the_encrypted_scalars() -> None:
    sealed = "a: ENC[AES256_GCM,data:x,type:str]\nb: [plain, 'ENC[AES256_GCM,data:y,type:int]']\nc: open\nd: {e: 'ENC[AES256_GCM,data:z,type:bool]'}\n"
    plain = "a: long secret\nb: [plain, 5432]\nc: open\nd: {e: true}\n"
    assert secrets_of([read(sealed.encode(), "s")], [read(plain.encode(), "s")]) == {"long secret", "5432"}
    same = read(plain.encode(), "s")
    assert secrets_of([same], [same]) == frozenset()
    assert opened(same, "s") is same


def test_secrets_are_hidden_and_not_what_only_looks_like_them() -> None:
    text = hidden("port 80 of 8080: hunter2long and aHVudGVyMmxvbmc= in xhunter2longx, 80", ["hunter2long", "80"])
    assert "hunter2long" not in text
    assert "aHVudGVy" not in text
    assert "of 8080:" in text
    first, *others = [
        word.strip("x,:") for word in text.replace("<secret ", "<").split() if word.strip("x").startswith("<")
    ]
    assert len({first, *others}) == 2
    assert hidden("nothing", []) == "nothing"


def test_what_is_no_yaml_behind_the_encryption_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "sops"
    program.write_text("#!/bin/sh\ncat >/dev/null\necho 'hunter2: a: b'\n")
    program.chmod(0o755)
    monkeypatch.setenv(PROGRAM, str(program))
    sealed = read(b"a: ENC[AES256_GCM,data:x,type:str]\nsops: {mac: m, lastmodified: broken}\n", "s")
    with pytest.raises(ShunterError) as caught:
        opened(sealed, "s.yaml")
    assert caught.value.message == "s.yaml is no YAML once it is decrypted"
