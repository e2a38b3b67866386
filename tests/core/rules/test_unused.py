"""Keys that no template reads, against what the embedded Helm renders when they change."""

from __future__ import annotations

import copy
import json
from collections import Counter
from random import Random
from typing import Any

import helm_python
import pytest

from helpers.charts import usual_chart
from helpers.fuzz import template_fuzz
from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import load_archive
from shunter.core.gotemplate.reads import Usage
from shunter.core.goyaml.document import read
from shunter.core.rules.unused import Scan, scan, unused
from shunter.core.values.coalesce import coalesce

RENDER = """
{{- define "render" -}}
{{- $value := typeIs "string" .value | ternary .value (.value | toYaml) }}
{{- if contains "{{" (toJson .value) }}
{{- if .scope }}{{ tpl (cat "{{- with $.Scope -}}" $value "{{- end }}") (merge (dict "Scope" .scope) .context) }}
{{- else }}{{ tpl $value .context }}{{ end }}
{{- else }}{{ $value }}{{ end }}
{{- end -}}"""


def scanned(files: dict[str, str], user: str = "") -> tuple[Scan, Any]:
    chart = load_archive(archive({"Chart.yaml": METADATA, **files}), "c.tgz")
    document = read(user.encode(), "v.yaml")
    return scan(coalesce(chart, [document], all_enabled=True)), document


def unread(template: str, values: str, known: tuple[str, ...] = ()) -> list[str]:
    found, document = scanned({"templates/a.yaml": template, "templates/_h.tpl": RENDER}, values)
    return [".".join(map(str, finding.key)) for finding in unused(found, [document], known)]


CASES = [
    ("{{ .Values.a }}{{ with .Values.b }}{{ .c }}{{ end }}", "a: 1\nb: {c: 1, d: 2}\ne: {f: 1}", ["b.d", "e"]),
    ("{{ range $k, $v := .Values.m }}{{ $v.x }}{{ end }}", "m: {a: {x: 1, z: 2}, b: {}}\nl: []", ["m.a.z", "l"]),
    ("{{ range .Values.l }}{{ .x }}{{ end }}", "l: [{x: 1}, {x: 1, z: 1}]", ["l.1.z"]),
    ("{{ toYaml .Values.a | nindent 2 }}", "a: {b: {c: 1}}\nd: 1", ["d"]),
    ('{{ index .Values "a" "b-c" }}{{ get .Values.d "e" }}', "a: {b-c: 1, z: 1}\nd: {e: 1, z: 1}", ["a.z", "d.z"]),
    ('{{ dig "a" "b" "x" .Values }}{{ hasKey .Values "c" }}', "a: {b: 1, z: 1}\nc: 1\nd: 1", ["a.z", "d"]),
    ("{{ $v := .Values.a }}{{ if 1 }}{{ $v = .Values.b }}{{ end }}{{ $v.x }}", "a: {x: 1}\nb: {x: 1, z: 1}", ["b.z"]),
    ("{{ .Values.a.b }}", "a: {}\nz: {}", ["z"]),
    ("{{ if .Values.tls }}{{ end }}", "tls: {a: 1}\nz: 1", ["z"]),
    ("{{ $x := merge (dict) .Values.a .Values.b }}{{ $x.p }}", "a: {p: 1, z: 1}\nb: {p: 1, y1: 1}", ["a.z", "b.y1"]),
    ("{{ $x := merge .Values.a .Values.b }}{{ $x.p }}", "a: {p: 1}\nb: {z: 1}\nc: 1", ["c"]),
    ("{{ toJson .Values }}", "z: 1", []),
    ('{{ include (index .Values.names 0) . }}', "z: 1", []),
    ('{{ include (printf "render%s" .Values.x) (dict "value" .Values.a "context" $) }}', "x: ''\na: 1\nz: 1", ["z"]),
    ('{{ include "render" (dict "value" .Values.a "context" $) }}', "a: '{{ .Values.b }}'\nb: 1\nz: 1", ["z"]),
    ('{{ include "render" (dict "value" .Values.a "scope" .Values.b "context" $) }}', "a: 1\nz: 1", []),
    ('{{ tpl (.Files.Get "f.txt") . }}{{ $_ := set . "x" .Values.y1 }}', "y1: {a: 1}\nz: 1", ["z"]),
    ("{{ (.Values.a).b }}{{ ((.Values.c)).d | default .Values.e }}", "a: {b: 1}\nc: {d: 1, z: 1}\ne: 1", ["c.z"]),
    ("{{ .Values.replicaCount }}", "x-common: &c {a: 1}\nreplicaCount: 1\nb: *c\nz: 1", ["z"]),
    ("{{ .Values.a }}", "a: 1\nlater: {b: 1}", []),
    ("{{ .Values.a }}", "a: 1\nz: ENC[AES256_GCM,data:x,type:str]\nsops: {mac: x, lastmodified: x}", ["z"]),
    ("{{ if }}", "z: 1", []),
]  # fmt: skip


@pytest.mark.parametrize(("template", "values", "expected"), CASES, ids=range(len(CASES)))
def test_a_key_is_unused_only_where_that_is_certain(template: str, values: str, expected: list[str]) -> None:
    assert unread(template, values, known=("later",)) == expected


def test_a_closed_schema_decides_instead() -> None:
    files = {"templates/a.yaml": "{{ .Values.a }}", "values.schema.json": '{"additionalProperties": false}'}
    found, document = scanned(files, "a: 1\nz: 1\n")
    assert list(unused(found, [document])) == []


def test_a_finding_names_the_nearest_key_that_is_read() -> None:
    found, document = scanned({"templates/a.yaml": "{{ .Values.a.replicaCount }}"}, "a:\n  replicasCount: 1\n")
    (finding,) = unused(found, [document])
    assert (finding.rule, finding.span.line, finding.span.column, finding.span.end) == ("unused-key", 2, 3, 16)
    assert finding.message == "no template of chart c 1.0.0 reads `a.replicasCount`"
    assert finding.hint == "did you mean `replicaCount`?"


def test_where_a_template_names_the_key_in_vain_is_said() -> None:
    helper = '{{- define "spare" }}\n{{ .Values.domains }}{{ .Values.domain }}{{ end }}\n'
    files = {"templates/a.yaml": "{{ .Values.a }}", "templates/_h.tpl": helper}
    found, document = scanned(files, "domain: x\nother: y\n")
    domain, other = unused(found, [document])
    assert domain.notes == (
        "c.tgz/templates/_h.tpl:2 names it, where no rendering comes by: in a template that nothing includes, or a comment",
    )
    assert domain.hint == "delete it, unless people are to include that template in a value"
    assert (other.notes, other.hint) == ((), "delete it")
    found, document = scanned({**files, "templates/b.yaml": '{{ include "spare" . }}'}, "domain: x\n")
    assert list(unused(found, [document])) == []


UMBRELLA = {
    "Chart.yaml": """\
apiVersion: v2
name: tst
version: 1.0.0
dependencies:
- {name: svc, version: 1.0.0, alias: api, condition: "api.enabled", tags: [front]}
- {name: svc, version: 1.0.0, alias: web, condition: "web.enabled", import-values: [data]}
- {name: lib, version: 1.0.0}
- {name: gone, version: 1.0.0}
""",
    "templates/a.yaml": "{{ .Values.web.fromParent }}",
    "charts/svc/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.0.0\n",
    "charts/svc/values.yaml": "exports: {data: {imported: 1}}\n",
    "charts/svc/templates/a.yaml": '{{ .Values.port }}{{ .Values.global.region }}{{ include "lib.name" . }}',
    "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
    "charts/lib/templates/_lib.tpl": '{{ define "lib.name" }}{{ .Values.nameOverride }}{{ end }}{{ .Values.x }}',
}
ENVIRONMENT = """\
global: {region: eu, zone: a}
tags: {front: true}
api: {enabled: false, port: 1, prot: 2, nameOverride: x, fromParent: 1}
web: {fromParent: 1, exports: {data: {a: 1}}, global: {region: us, zone: a}}
lib: {x: 1}
gone: {x: 1}
stray: {x: 1}
"""


def test_an_umbrella_reads_with_all_its_charts_and_helm_reads_too() -> None:
    found, document = scanned(UMBRELLA, ENVIRONMENT)
    keys = [".".join(map(str, finding.key)) for finding in unused(found, [document])]
    assert keys == ["global.zone", "api.prot", "api.fromParent", "web.global.zone", "lib.x", "stray"]
    assert found.usage(("web", "fromParent")) == (Usage.USED, "c.tgz/templates/a.yaml:1")


def changed(data: bytes, base: Any, path: tuple[str | int, ...]) -> bool:
    """Whether Helm renders something else when the value at `path` is another."""
    for other in ("other", "", 7, True, False, {"x": 1}):
        values = copy.deepcopy(template_fuzz.VALUES)
        target: Any = values
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = other
        if rendered(data, values) != base:
            return True
    return False


def rendered(data: bytes, values: dict[str, Any]) -> Any:
    try:
        with helm_python.Chart.load_archive(data) as chart:
            return chart.render(values)
    except helm_python.HelmError:
        return None


@pytest.mark.slow  # each key is taken away and rendered by Helm
def test_what_is_called_unused_changes_nothing_in_helm() -> None:
    seen: Counter[str] = Counter()
    for seed in range(40):
        files = template_fuzz.chart(Random(seed))
        data = archive({"Chart.yaml": METADATA, "values.yaml": json.dumps(template_fuzz.VALUES), **files})
        base = rendered(data, copy.deepcopy(template_fuzz.VALUES))
        if base is None:
            continue
        found = scan(coalesce(load_archive(data, "c.tgz"), [], all_enabled=True))
        for path in template_fuzz.leaves(template_fuzz.VALUES):
            usage = found.usage(path)[0]
            seen[usage] += 1
            assert usage is not Usage.UNUSED or not changed(data, base, path), (seed, path)
    assert min(seen[Usage.USED], seen[Usage.UNUSED]) > 100


PIECES = (
    "{{", "}}", "{{-", "-}}", "/*", "*/", "if ", "else", "end", "range ", "with ", 'define "x"', 'include "x" .', "(", ")",
    "|", ".Values", "$x", ":=", '"', "`", "'", "\\", " ", "\n", ".a", "1", "tpl", "\0", "{{ end }}", "{{ if . }}", "set",
)  # fmt: skip
ENDLESS = [
    "{{ if .a }}" * 3000 + "{{ end }}" * 3000,
    "{{ " + "(" * 5000 + ".a" + ")" * 5000 + " }}",
    "{{ if .a }}" + "{{ else if .b }}" * 2000 + "{{ end }}",
    '{{ define "x" }}{{ include "x" (dict "a" .) }}{{ end }}{{ include "x" . }}',
    (
        '{{ define "x" }}{{ include "x" (dict "a" . "b" (list . .)) }}{{ include "x" (dict "b" .) }}{{ end }}'
        '{{ include "x" .Values.a }}'
    ),
]


def test_broken_and_endless_templates_make_nothing_unused() -> None:
    random = Random(3)
    for _ in range(200):
        unread("".join(random.choice(PIECES) for _ in range(random.randint(1, 60))), "a: {b: 1}")
    for text in ENDLESS:
        assert unread(text, "a: {b: 1}") == []


def test_a_usual_chart_reads_all_that_it_has_and_no_mistake() -> None:
    data = archive({**usual_chart.FILES, "values.yaml": usual_chart.VALUES})
    chart = load_archive(data, "usual.tgz")
    mistakes = read(usual_chart.MISTAKES.encode(), "v.yaml")
    found = scan(coalesce(chart, [mistakes], all_enabled=True))
    assert rendered(data, dict(mistakes.value or {})) is not None
    assert list(unused(found, [chart.values])) == []
    assert [".".join(map(str, finding.key)) for finding in unused(found, [mistakes])] == usual_chart.DEAD


def test_a_librarys_own_values_are_read_by_whoever_calls_it() -> None:
    template = '{{ define "lib.all" }}{{ range $n, $c := .Values.controllers }}{{ $n }}{{ end }}{{ end }}'
    library = {
        "Chart.yaml": "apiVersion: v2\nname: lib\ntype: library\nversion: 1.0.0\n",
        "templates/_a.tpl": template,
        "values.yaml": "controllers: {}\nother: 1\n",
    }
    found, document = scanned(library, "controllers: {a: 1}\nother: 2\n")
    assert list(unused(found, [document])) == []
