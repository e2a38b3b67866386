"""Charts with the structure of public ones: our verdict on valid and on mutated values files is the embedded Helm's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest

from helpers.fuzz.values_fuzz import mutated
from helpers.oracles.agreement import reading_agrees, verdict_agrees
from helpers.oracles.embedded_helm import archive, values_of
from shunter.core.charts.load import Chart, load_chart
from shunter.core.goyaml.document import read
from shunter.core.rules.schema_lints import lint_schema
from shunter.core.rules.verdict import judge
from shunter.model.files import FileState, MemoryTree
from shunter.model.findings import Finding, Kind

FOLDER = Path(__file__).parent / "public"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/Chart.yaml"))
MUTATIONS = 150


@cache
def loaded(name: str) -> tuple[bytes, Chart, tuple[bytes, ...]]:
    """The chart as Helm gets it, as we load it, and its values files: the valid ones, then the defaults."""
    top = FOLDER / name
    files = {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
    texts = [files.pop(path) for path in sorted(files) if path.startswith("ci/")]
    chart = load_chart(MemoryTree({path: FileState(data) for path, data in files.items()}))
    return archive(files), chart, (*texts, files["values.yaml"])


def verdicts(chart: Chart, text: bytes) -> list[Finding]:
    return [finding for finding in judge(chart, [read(text, "v.yaml")]) if finding.kind is Kind.VERDICT]


def test_there_are_a_dozen_charts_and_each_is_named() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert len(NAMES) >= 12
    assert [name for name in NAMES if f"| `{name}` |" not in readme] == []
    assert [name for name in NAMES if len(loaded(name)[2]) != 4] == []


@pytest.mark.parametrize("name", NAMES)
def test_valid_values_have_no_verdict_and_render(name: str) -> None:
    data, chart, texts = loaded(name)
    assert [finding for finding in judge(chart, []) if finding.kind is Kind.VERDICT] == []
    assert values_of(data)
    for text in texts:
        layer = read(text, "v.yaml")
        assert layer.value
        assert verdicts(chart, text) == []
        assert values_of(data, layer.value)


@pytest.mark.slow  # each chart is judged by Helm for many values; test_verdict has the kinds
@pytest.mark.parametrize("name", NAMES)
def test_mutated_values_are_refused_exactly_where_helm_refuses_them(name: str) -> None:
    data, chart, texts = loaded(name)
    random = Random(name)
    wrong, refusals = [], 0
    for _ in range(MUTATIONS):
        mutation = mutated(random, random.choice(texts).decode())
        text = mutation.text.encode()
        agrees, refused = verdict_agrees(data, chart, text)
        refusals += refused
        found = verdicts(chart, text)
        in_place = not found or any(map(mutation.explains, found))
        if not (agrees and in_place and reading_agrees(text)[0]):
            wrong.append((mutation, refused, found))
    assert wrong == []
    assert MUTATIONS // 10 < refusals < MUTATIONS * 9 // 10


def test_lints_on_their_schemas_are_no_false_alarms() -> None:
    """One says that a format is not looked at, and the embedded Helm looks at none there."""
    charts = [(name, chart) for name in NAMES for chart in loaded(name)[1].walk()]
    found = {(name, finding.rule, finding.key) for name, chart in charts for finding in lint_schema(chart)}
    assert found == {("wordpress", "schema-format-ignored", ("properties", "wordpressEmail", "format"))}
    assert values_of(loaded("wordpress")[0], {"wordpressEmail": "nobody"})


PLACES = [
    ("app-template", "controllers:\n  main:\n    enabled: true\n  8080: -1\n", ("type", 4, ("controllers", "8080"))),
    (
        "app-template",
        "controllers:\n  a: {}\n  '007': {replicas: x}\n",
        ("type", 3, ("controllers", "007", "replicas")),
    ),
    (
        "app-template",
        "persistence:\n  data:\n    type: secret\n    name: x\n    globalMounts:\n    - path: 1.10\n",
        ("unquoted-string", 6, ("persistence", "data", "globalMounts", 0, "path")),
    ),
    (
        "app-template",
        "persistence:\n  data:\n    type: persistentVolumeClaim\n    size: 1Gi\n    globalMounts:\n    - pth: /x\n",
        ("unknown-key", 6, ("persistence", "data", "globalMounts", 0, "pth")),
    ),
    ("app-template", "persistence:\n  data:\n    type: tape\n", ("enum", 3, ("persistence", "data", "type"))),
    (
        "app-template",
        "persistence:\n  data:\n    accessMode: -1\n    size: 1Gi\n",
        ("unquoted-string", 3, ("persistence", "data", "accessMode")),
    ),
    (
        "app-template",
        "persistence:\n  data:\n    accessMode: ReadWriteOnce\n    size: 1Gi\n    sizes: 2\n",
        ("unknown-key", 5, ("persistence", "data", "sizes")),
    ),
    (
        "airflow",
        "data:\n  resultBackendConnection:\n    usr: x\n",
        ("unknown-key", 3, ("data", "resultBackendConnection", "usr")),
    ),
]


@pytest.mark.parametrize(("name", "text", "place"), PLACES, ids=[text for _, text, _ in PLACES])
def test_a_mistake_within_one_of_several_forms_is_found_where_it_is(
    name: str, text: str, place: tuple[str, int, tuple[str | int, ...]]
) -> None:
    found = verdicts(loaded(name)[1], text.encode())
    assert place in [(finding.rule, finding.span.line, finding.key) for finding in found]
