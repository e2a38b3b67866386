"""What `helm lint` says, as findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces.cli import shunter

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://x.example/i.png\n"
SCHEMA = (
    '{"additionalProperties": false, "properties": {"global": {}, "db": {"properties": {"port": {"type": "integer"}}}}}'
)
CASES = {
    # files over those of a good chart; the severity, the place and the beginning of what is said
    "a version with a letter": (
        {"Chart.yaml": CHART.replace("1.0.0", "v1.0.0")},
        ["warning Chart.yaml:3:10 version 'v1.0.0' is not a valid SemVerV2"],
    ),
    "an icon": (
        {"Chart.yaml": CHART.replace("https://x.example/i.png", "x")},
        ["error Chart.yaml:4:7 invalid icon URL 'x'"],
    ),
    "a namespace in a name": ({"templates/a.yaml": OBJECT.format("hook-{{ .Release.Namespace }}")}, []),
    "a name": ({"templates/a.yaml": OBJECT.format("A")}, ["warning templates/a.yaml:0:0 object name does not"]),
    "no templates": ({"templates/a.yaml": None}, ["warning Chart.yaml:0:0 templates/: directory does not exist"]),
    "a value of the wrong type": (
        {"values.yaml": "db:\n  port: http\n", "values.schema.json": SCHEMA},
        ["error values.yaml:2:9 - at '/db/port': got string, want integer"],
    ),
    "a key that the schema has not": (
        {"values.yaml": "x: 1\n", "values.schema.json": SCHEMA},
        ["error values.yaml:1:4 - at '': additional properties 'x' not allowed"],
    ),
    "a template that fails": (
        {"templates/a.yaml": OBJECT.format("x") + "data:\n  a: {{ .Values.a.b }}\n"},
        ["error templates/a.yaml:6:16 nil pointer evaluating interface {}.b"],
    ),
    "a template that cannot be parsed": (
        {"templates/a.yaml": "a: 1\nb: {{ a }\n"},
        ["error templates/a.yaml:2:1 parse error at (web/templates/a.yaml:2)"],
    ),
    "values that are no YAML": (
        {"values.yaml": "a: 1\nb: [\n"},
        ["error Chart.yaml:0:0 templates/: cannot load values.yaml", "error values.yaml:2:4 unable to parse YAML"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "said"), CASES.values(), ids=CASES)
def test_it_has_helms_severity_and_a_place_and_no_line_end(
    files: dict[str, str | None], said: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = {"Chart.yaml": CHART, "values.yaml": "db: {port: 1}\n", "templates/a.yaml": OBJECT.format("x")}
    for name, text in {**good, **files}.items():
        if text is not None:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
    report = shunter("lint", ".", "-o", "json", cwd=tmp_path)
    found = [finding for finding in json.loads(report.out)["findings"] if finding["rule"] == "helm-lint"]
    texts = [
        "{severity} {span[path]}:{span[line]}:{span[column]} {message}".format(**finding).replace(
            " helm lint: ", " ", 1
        )
        for finding in found
    ]
    assert [text[: len(start)] for text, start in zip(sorted(texts), sorted(said), strict=True)] == sorted(said)
    assert not any("\\n" in finding["message"] or "\n" in finding["message"] for finding in found)
    assert report.code == (1 if any(text.startswith("error") for text in said) else 0)
    assert capfd.readouterr().err == ""


def test_it_says_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(CHART, "utf-8")
    (tmp_path / "templates").mkdir()
    for name in "abcde":
        (tmp_path / "charts" / name).mkdir(parents=True)
        (tmp_path / "charts" / name / "Chart.yaml").write_text(CHART.replace("web", name), "utf-8")
    closed = {"properties": {name: {"type": "object", "required": ["x", "y", "z"]} for name in "abcde"}}
    (tmp_path / "values.schema.json").write_text(json.dumps({**closed, "additionalProperties": False}), "utf-8")
    (tmp_path / "values.yaml").write_text("{a: {}, b: {}, c: {}, d: {}, e: {}, f: 1, g: 1, h: 1}\n", "utf-8")
    said = {shunter("lint", ".", cwd=tmp_path).err for _ in range(6)}
    assert len(said) == 1
    assert "additional properties 'f', 'g', 'h' not allowed" in said.pop()


def test_the_log_of_the_embedded_helm_reaches_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Chart.yaml").write_text(CHART, "utf-8")
    (tmp_path / "values.yaml").write_text("a: {b: {c: 1}}\n", "utf-8")
    (tmp_path / "o.yaml").write_text("a: {b: 1}\n", "utf-8")
    assert shunter("lint", "o.yaml", cwd=tmp_path).code == 0
    assert "cannot overwrite" not in capfd.readouterr().err
