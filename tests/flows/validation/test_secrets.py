"""A secret in a values file stays there: no output shows it, and no cache keeps it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.charts.sealed import key_in, seal
from helpers.charts.tiny_charts import chart_files
from helpers.tools import SOPS, need_helm, needs_sops, require
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.small import publish, small_workspace
from shunter.adapters.system.sops import PROGRAM

SECRET = "correct-horse-battery"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
def test_no_output_and_no_cache_holds_it(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    chart = tmp_path / "chart"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 1.0.0\n", "utf-8")
    schema = '{"properties": {"db": {"properties": {"password": {"maxLength": 3}}, "additionalProperties": false}}}'
    (chart / "values.schema.json").write_text(schema, "utf-8")
    (chart / "values-tst.yaml").write_text(f"db:\n  password: {SECRET}\n  apiToken: {SECRET}\n", "utf-8")
    for _ in range(2):
        result = shunter("validate", "chart/values-tst.yaml", "-o", form, cwd=tmp_path)
        assert result.code == 1
        assert "password" in result.out + result.err
        assert SECRET not in result.out + result.err
    kept = [file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert kept
    assert not any(SECRET.encode() in data for data in kept)


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "password": {"type": "string", "pattern": "^[a-z-]*$"},
        "port": {"type": "integer"},
        "enabled": {},
        "global": {},
    },
}
TEMPLATE = """\
apiVersion: v1
kind: Secret
metadata: {name: orders}
data: {password: {{ .Values.password | b64enc }}, port: {{ .Values.port | int | add 1 | toString | b64enc }}}
"""
PLAIN = f"orders:\n  enabled: true\n  password: {SECRET}\n  port: 5432\n"
DEFAULTS = {"values.yaml": "password: ''\nport: 1\n"}


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose environment tst runs one app with values that SOPS encrypted, with a key of age."""
    root = tmp_path / "shop"
    context = small_workspace(root)
    publish(context, chart_files("orders", "1.1.0", schema=SCHEMA, template=TEMPLATE, extra=DEFAULTS))
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    values = root / "envs/tst/values.yaml"
    values.write_text(PLAIN, "utf-8")
    assert "helm-lint" not in ok("lint", "envs/tst", cwd=root).err
    key, recipient = key_in(tmp_path)
    seal(values, recipient)
    assert SECRET not in values.read_text("utf-8")
    monkeypatch.setenv(PROGRAM, SOPS)
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(key))
    return root


@needs_sops
def test_an_encrypted_environment_is_linted_with_what_helm_will_get(sealed: Path) -> None:
    need_helm()
    found = ok("lint", "envs/tst", cwd=sealed)
    for rule in ("helm-lint", "plaintext-secret", "unused-key", "encrypted-values"):
        assert f"[{rule}]" not in found.err
    assert ok("lint", cwd=sealed).code == 0
    wrong = sealed / "envs/tst/values.yaml"
    wrong.write_text(PLAIN.replace("5432", "'5432'"), "utf-8")
    seal(wrong, recipient_of(sealed))
    refused = shunter("lint", "envs/tst", cwd=sealed)
    assert (refused.code, "error[helm-lint]" in refused.err) == (1, True)
    assert "got string, want integer" in refused.err
    assert "5432" not in refused.err


@needs_sops
def test_what_helm_says_of_an_encrypted_environment_shows_no_secret(sealed: Path) -> None:
    need_helm()
    values = sealed / "envs/tst/values.yaml"
    values.write_text(PLAIN.replace(SECRET, f"{SECRET}-9"), "utf-8")
    seal(values, recipient_of(sealed))
    for form in ("text", "json", "sarif"):
        found = shunter("lint", "envs/tst", "-o", form, cwd=sealed)
        assert "does not match pattern" in found.out + found.err
        assert SECRET not in found.out + found.err


@needs_sops
def test_without_a_key_the_rest_of_an_environment_is_linted(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_helm()
    monkeypatch.delenv("SOPS_AGE_KEY_FILE")
    monkeypatch.setenv("HOME", str(sealed / "home"))
    values = sealed / "envs/tst/values.yaml"
    values.write_text(values.read_text("utf-8").replace("orders:\n", "orders:\n    passwort: x\n"), "utf-8")
    found = ok("lint", "envs/tst", cwd=sealed)
    assert "warning[encrypted-values]: helm lint is skipped: envs/tst/values.yaml is encrypted" in found.err


def recipient_of(root: Path) -> str:
    lines = (root.parent / "key.txt").read_text("utf-8").splitlines()
    return next(line.split()[-1] for line in lines if line.startswith("# public key: "))


@needs_sops
def test_linting_an_encrypted_environment_writes_no_plain_text(sealed: Path) -> None:
    """Every write of every thread and process of the run is looked at: plain text goes into pipes alone."""
    need_helm()
    log = sealed.parent / "strace.log"
    generator = str(Path(__file__).resolve().parents[3] / "generator")
    cache = str(sealed.parent / "cache")
    env = os.environ | {"PYTHONPATH": generator, "SHUNTER_CACHE_DIR": cache, "PYTHONDONTWRITEBYTECODE": "1"}
    calls = "trace=write,pwrite64,writev,sendto"
    traced = [require("strace"), "-f", "-y", "-s", "100000", "-e", calls, "-o", str(log)]
    command = [*traced, sys.executable, "-m", "shunter", "lint", "envs/tst"]
    done = subprocess.run(command, cwd=sealed, env=env, capture_output=True, text=True)
    assert (done.returncode, "[encrypted-values]" in done.stderr) == (0, False)
    forms = (SECRET, base64.b64encode(SECRET.encode()).decode())
    lines = [line for line in log.read_text(errors="replace").splitlines() if any(form in line for form in forms)]
    assert lines
    assert [line for line in lines if "<pipe:[" not in line and "<UNIX" not in line and "<socket:[" not in line] == []
    kept = [file for file in sealed.parent.rglob("*") if file.is_file() and file != log]
    assert [file for file in kept if any(form.encode() in file.read_bytes() for form in forms)] == []
