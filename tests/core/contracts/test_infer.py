"""Schemas inferred of charts: the embedded Helm takes each chart's own values with them, and refuses clear faults."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import helm_python
import jsonschema
import pytest

from helpers.charts import usual_chart
from helpers.fuzz import template_fuzz
from helpers.oracles.embedded_helm import METADATA, archive
from helpers.oracles.schemas import refusal
from shunter.core.charts.load import load_archive
from shunter.core.contracts.infer import Inferred, infer
from shunter.core.goyaml.document import read
from shunter.core.rules.schema_lints import KNOWN
from shunter.core.values.coalesce import coalesce

ROOT = Path(__file__).parents[3]
PUBLIC = sorted(path.parent for path in ROOT.glob("tests/charts/public/*/Chart.yaml"))
EXAMPLES = sorted(path.parent for path in ROOT.glob("sample-repos/mono/charts/*/Chart.yaml"))
SHOW = "{{ toJson .Values }}"
Files = dict[str, bytes | str]


def inferred(files: Files, *texts: bytes) -> Inferred:
    chart = load_archive(archive(files), "c.tgz")
    layers = [[], *([read(text, "v.yaml")] for text in texts)]
    return infer(chart, [coalesce(chart, layer).slices[0].values for layer in layers])


@cache
def stored(top: Path) -> tuple[Files, tuple[bytes, ...]]:
    files = {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
    texts = tuple(files.pop(path) for path in sorted(files) if path.startswith("ci/"))
    files.pop("values.schema.json", None)
    return dict(files), texts


@pytest.mark.parametrize("folder", [*PUBLIC, *EXAMPLES], ids=lambda folder: folder.name)
def test_helm_takes_the_values_that_are_there(folder: Path) -> None:
    files, texts = stored(folder)
    schema = inferred(files, *texts).schema
    jsonschema.Draft7Validator.check_schema(schema)
    # what the schema is asked before any template, some of which need a library
    files = {path: data for path, data in files.items() if not path.startswith("templates/")}
    data = archive({**files, "values.schema.json": json.dumps(schema), "templates/show.yaml": SHOW})
    assert (len(PUBLIC), len(EXAMPLES)) == (15, 5)
    for text in (b"", *texts):
        assert refusal(data, read(text, "v.yaml").value or {}) == ""


def chart(template: str, values: str) -> Files:
    return {"Chart.yaml": METADATA, "templates/a.yaml": template, "values.yaml": values}


def refused(files: Files, passed: dict[str, Any]) -> bool:
    """Whether the embedded Helm refuses values by the schema that is inferred of a chart."""
    schema = json.dumps(inferred(files).schema)
    said = refusal(archive({**files, "values.schema.json": schema, "templates/show.yaml": SHOW}), passed)
    assert not said or "meet the specifications of the schema" in said
    return bool(said)


FAULTS: list[tuple[str, str, dict[str, Any], bool]] = [
    ("{{ .Values.replicas }}", "replicas: 1", {"replicas": "many"}, True),
    ("{{ .Values.replicas }}", "replicas: 1", {"replicas": 2}, False),
    ("{{ if .Values.use }}{{ end }}", "use: true", {"use": "no"}, True),
    ("{{ .Values.name }}", "name: x", {"name": 1}, True),
    ("{{ .Values.name }}", 'name: ""', {"name": 1}, False),
    ("{{ .Values.name }}", 'name: ""', {"name": ["x"]}, True),
    ("{{ .Values.name | trunc 3 }}", 'name: ""', {"name": 1}, True),
    ("{{ .Values.name | quote }}", "name:", {"name": None}, False),
    ("{{ .Values.image.tag }}", "image: {tag: x}", {"image": "x"}, True),
    ("{{ .Values.image.tag }}", "image: {tag: x}", {"image": {"tga": "x"}}, True),
    ("{{ .Values.image.tag }}", "image: {tag: x}", {"image": None}, True),
    ("{{ .Values.image.tag }}{{ .Values.image.digest }}", "image: {tag: x}", {"image": {"digest": "x"}}, False),
    ("{{ if .Values.image }}{{ .Values.image.tag }}{{ end }}", "image: {tag: x}", {"image": None}, False),
    ("{{ toYaml .Values.resources }}", "resources: {}", {"resources": {"limits": {"cpu": 1}}}, False),
    ("{{ toYaml .Values.resources }}", "resources: {limits: {cpu: 100m}}", {"resources": {"limits": {"cpu": 1}}}, False),
    ("{{ toYaml .Values.resources }}", "resources: {limits: {cpu: 100m}}", {"resources": {"limits": ["x"]}}, False),
    ("{{ toYaml .Values.resources }}", "resources: {limits: {cpu: 100m}}", {"resources": "x"}, True),
    ("{{ toYaml .Values.volumes }}", "volumes: []", {"volumes": {"a": 1}}, False),
    ("{{ toYaml .Values.affinity }}", 'affinity: {a: ""}', {"affinity": {"a": {"b": 1}}}, False),
    ("{{ range $k, $v := .Values.env }}{{ $v | quote }}{{ end }}", "env: {A: 4}", {"env": {"A": "auto"}}, False),
    ("{{ range $k, $v := .Values.env }}{{ $v | quote }}{{ end }}", "env: {A: 4}", {"env": {"A": ["x"]}}, True),
    ("{{ range .Values.env }}{{ toYaml . }}{{ end }}", "env: {A: {b: 1}}", {"env": {"A": "x"}}, False),
    ("{{ range .Values.env }}{{ .b }}{{ end }}", "env: {A: {b: 1}}", {"env": {"A": "x"}}, True),
    ("{{ range .Values.env }}{{ . }}{{ end }}", "env: []", {"env": {"A": "x"}}, False),
    ("{{ range .Values.env }}{{ . }}{{ end }}", "env: {}", {"env": ["x"]}, False),
    ("{{ range .Values.hosts }}{{ . }}{{ end }}", "hosts: []", {"hosts": "a"}, True),
    ("{{ range .Values.hosts }}{{ . }}{{ end }}", "hosts: [a]", {"hosts": [{"a": 1}]}, True),
    ("{{ .Values.a }}", "a: 1", {"global": {"x": 1}}, False),
    ("{{ .Values.a }}", "a: 1", {"b": 1}, True),
    ("{{ toYaml .Values.affinity }}", 'affinity: ""', {"affinity": {"a": 1}}, False),
    ("{{ if kindIs \"string\" .Values.a }}{{ end }}", "a: []", {"a": "x"}, False),
    ("{{ if kindIs \"map\" .Values.a }}{{ .Values.a.b }}{{ end }}", "a: {b: 1}", {"a": "x"}, False),
    ("{{ if kindIs \"map\" .Values.a }}{{ .Values.a.b }}{{ end }}", "a: {b: 1}", {"a": {"b": "x"}}, True),
    ("{{ .Values.port | int }}", "port: '80'", {"port": 80}, False),
    ("{{ .Values.service.targetPort }}", "service: {targetPort: 80}", {"service": {"targetPort": "http"}}, False),
    ("{{ .Values.a }}", "a: 1 # @schema maximum:5", {"a": 6}, True),
    ("{{ .Values.a }}", "# @schema\n# enum: [x, y]\n# @schema\na: x", {"a": "z"}, True),
    ("{{ .Values.a }}", "a: 1 # @schema type:[integer, string]", {"a": "z"}, False),
    ("{{ .Values.b }}", "a: 1\nb: # @schema required:true", {"a": 2}, False),
    ('{{ if eq (.Values.a | toString) "true" }}{{ end }}', "a: true", {"a": "-"}, False),
    ('{{ if eq (.Values.a | toString) "true" }}{{ end }}', "a: true", {"a": ["-"]}, True),
    ('{{ mustRegexReplaceAllLiteral "a" .Values.a "b" }}', "a:", {"a": 1}, True),
    ("{{ tpl .Values.a . }}", "a: x", {"a": "{{ .Values.own }}", "own": 1}, False),
    ("{{ tpl (toYaml .Values.a) $ }}{{ .Values.b.c }}", "a: []\nb: {c: 1}", {"b": {"own": 1}}, False),
    ("{{ range .Values.a }}{{ tpl . (dict \"Values\" $.Values.b) }}{{ end }}", "a: [x]\nb: {}", {"own": 1}, True),
    ('{{ tpl "{{ .Values.a }}" . }}', "a: x", {"own": 1}, True),
    ("{{ .Values.a }}", "a: 1", {"x-own": 1, ".own": 2, "_own": 3}, False),
]  # fmt: skip


@pytest.mark.parametrize(("template", "values", "passed", "refuses"), FAULTS)
def test_what_helm_refuses_by_it(template: str, values: str, passed: dict[str, Any], refuses: bool) -> None:
    assert refused(chart(template, values), passed) is refuses


def test_a_chart_as_most_are_is_known_well() -> None:
    found = inferred({**usual_chart.FILES, "values.yaml": usual_chart.VALUES})
    assert (found.keys, len(found.unsure), found.notes) == (35, 6, ())
    assert found.schema["required"] == ["autoscaling", "image"]
    assert refused({**usual_chart.FILES, "values.yaml": usual_chart.VALUES}, {"replicaCount": "many"})


def test_what_a_comment_asks_in_vain_is_told() -> None:
    found = inferred(chart("{{ .Values.ip }}", "# @schema\n# format: ipv4\n# @schema\nip: ''\n"))
    assert found.notes == ("`ip`: `format` refuses values of the chart itself, and is left out",)
    assert found.schema["properties"]["ip"] == {"type": ["string", "number", "boolean"]}


def test_defaults_of_templates_and_subcharts_are_in_it() -> None:
    files = chart('{{ .Values.name | default "web" }}', "name: ''\ndb: {size: 1}\n")
    files["Chart.yaml"] = METADATA + b"dependencies: [{name: d, alias: db, version: '*', condition: withDb}]\n"
    files |= {"charts/d/Chart.yaml": METADATA.replace(b"name: c", b"name: d"), "charts/d/values.yaml": "size: 2"}
    properties = inferred(files).schema["properties"]
    assert properties["name"]["default"] == "web"
    assert (properties["db"], properties["withDb"]) == ({"type": "object"}, {})


def test_templates_that_cannot_be_followed_make_it_loose() -> None:
    files = chart("{{ toYaml .Values }}", "replicas: 1\nmap: {a: x}\n")
    found = inferred(files)
    assert found.unsure == (("replicas",), ("map", "a"), ("map",))
    assert "additionalProperties" not in found.schema
    assert not any(refused(files, passed) for passed in ({"replicas": [1]}, {"map": "x"}, {"map": {"a": {}}}))


MISSING = (
    '{{ dig "a" "b" "c" .Values.d }}', '{{ dig "a" "c" .Values.d }}',
    "{{ .Values.c | b64enc }}", "{{ .Values.c | trunc 3 }}", "{{ tpl .Values.c . }}", "{{ .Values.c | nindent 2 }}",
    '{{ regexSplit "a" .Values.c -1 }}', '{{ .Values.c | default "x" | upper }}', '{{ (.Values.d | default dict).a }}',
    '{{ if hasPrefix "a" .Values.c }}{{ end }}', '{{ eq .Values.c "x" }}', "{{ .Values.d.a.b }}",
    "{{ coalesce .Values.c .Values.e | upper }}", "{{ with .Values.c }}{{ upper . }}{{ end }}",
)  # fmt: skip


@pytest.mark.parametrize("template", MISSING)
def test_what_is_missing_is_refused_where_helm_stops(template: str) -> None:
    files = chart(template, "c: x\ne: z\nd: {a: {b: 1}}\n")
    plain, judged = archive(files), archive({**files, "values.schema.json": json.dumps(inferred(files).schema)})
    for path in (("c",), ("d",), ("d", "a"), ("d", "a", "b")):
        refusal = "meet the specifications" in rendering(judged, nulled(path))
        assert refusal == bool(rendering(plain, nulled(path))), path


VALUES = ("1", "x", "{}", "[]", "{d: 1}", "[1]", "", "true", "1.5")
WORDS = (
    "5", "-1", "true", "null", "[]", "{}", "[string, null]", "string", "{a: 5}", "{a: {type: integer}}",
    "[{type: string}]", "'#/definitions/a'", "other.json", "https://example.com/x", "'(?=x)'", "1e400", "[1, 2]",
)  # fmt: skip
FORMS = ("# @schema\n{lines}\n# @schema\n{key}: {value}\n", "# @schema\n{lines}\n{key}: {value}\n",
         "{key}: {value} # @schema {inline}\n", "{key}: {value}\n# @schema {inline}\n\n",
         "# @schema.root\n{lines}\n# @schema.root\n{key}: {value}\n")  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_comments_of_any_kind_make_a_schema_that_takes_the_values(seed: int) -> None:
    random, keywords = Random(seed), sorted((*KNOWN, "hidden", "nullable", "skipProperties", "nonsense"))
    for _ in range(25):
        text = ""
        for key in "abc":
            pairs = [(random.choice(keywords), random.choice(WORDS)) for _ in range(random.randint(1, 3))]
            lines = "\n".join(f"# {word}: {value}" for word, value in pairs)
            inline = ";".join(f"{word}:{value}" for word, value in pairs)
            text += random.choice(FORMS).format(lines=lines, inline=inline, key=key, value=random.choice(VALUES))
        files = chart("{{ .Values.a }}{{ toYaml .Values.b }}", text)
        schema = inferred(files).schema
        jsonschema.Draft7Validator.check_schema(schema)
        data = archive({**files, "values.schema.json": json.dumps(schema)})
        assert rendering(data, {}) == "", (seed, text)


def nulled(path: tuple[str | int, ...]) -> dict[str, Any]:
    """Values in which the one at a path is null."""
    value: Any = None
    for step in reversed(path):
        value = {step: value}
    return dict(value)


@pytest.mark.slow  # Helm renders each chart of random templates twice for each of its keys
def test_what_is_required_stops_helm_where_it_is_null() -> None:
    keys = [
        path for path in template_fuzz.leaves(template_fuzz.VALUES) if not any(isinstance(step, int) for step in path)
    ]
    refusals = 0
    for seed in range(60):
        files: Files = {"Chart.yaml": METADATA, "values.yaml": json.dumps(template_fuzz.VALUES)}
        files |= template_fuzz.chart(Random(seed))
        plain, judged = archive(files), archive({**files, "values.schema.json": json.dumps(inferred(files).schema)})
        if rendering(plain, {}):
            continue
        assert rendering(judged, {}) == ""
        for values in map(nulled, (*keys, *((key,) for key in template_fuzz.VALUES))):
            if "meet the specifications" in rendering(judged, copy.deepcopy(values)):
                refusals += 1
                assert rendering(plain, values), (seed, values)
    assert refusals > 20


def rendering(data: bytes, values: dict[str, Any]) -> str:
    """What Helm says against rendering a chart; empty if it does."""
    try:
        with helm_python.Chart.load_archive(data) as loaded:
            loaded.render(values)
    except helm_python.HelmError as error:
        return str(error)
    return ""
