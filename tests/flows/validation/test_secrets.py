"""A secret in a values file stays there: no output shows it, and no cache keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import shunter

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
