"""Which kinds of values templates ask for, and what stops them where it is missing."""

from __future__ import annotations

import pytest

from shunter.core.gotemplate.kinds import Kinds
from shunter.core.gotemplate.parse import parse
from shunter.core.gotemplate.tree import Define


def run(text: str) -> Kinds:
    template = parse(text)
    defines: dict[str, list[tuple[str, Define]]] = {}
    for define in template.defines:
        defines.setdefault(define.name, []).append(("a.yaml", define))
    found = Kinds(defines)
    found.template("a.yaml", template.body)
    return found


ASKED = [
    ("{{ .Values.a }}", "a", "printed"),
    ("{{ .Values.a | quote }}", "a", "printed"),
    ("{{ if .Values.a }}{{ end }}", "a", ""),
    ("{{ .Values.a.b }}", "a", "map"),
    ("{{ .Values.a | trunc 63 }}", "a", "text"),
    ("{{ tpl .Values.a . }}", "a", "text"),
    ('{{ default "x" .Values.a | upper }}', "a", "text"),
    ("{{ .Values.a | toYaml | nindent 4 }}", "a", "anything"),
    ("{{ range .Values.a }}{{ . }}{{ end }}", "a", "items"),
    ("{{ range .Values.a }}{{ . | upper }}{{ end }}", "a.any", "text"),
    ("{{ range $k, $v := .Values.a }}{{ $v.x }}{{ end }}", "a.any", "map"),
    ('{{ join "," .Values.a }}', "a", "list"),
    ("{{ add .Values.a 1 }}", "a", "number"),
    ('{{ ternary "x" "y" .Values.a }}', "a", "boolean"),
    ('{{ if eq .Values.a "x" }}{{ end }}', "a", "text"),
    ("{{ if eq .Values.a .Values.b }}{{ end }}", "a", "printed"),
    ('{{ if kindIs "string" .Values.a }}{{ end }}', "a", "decided"),
    ("{{ with .Values.a }}{{ .b }}{{ end }}", "a", "map"),
    ('{{ define "t" }}{{ .x }}{{ end }}{{ include "t" .Values.a | nindent 2 }}', "a.x", "printed"),
    ('{{ define "t" }}{{ .x | lower }}{{ end }}{{ include "t" (dict "x" .Values.a) | quote }}', "a", "text"),
]


@pytest.mark.parametrize(("text", "path", "asked"), ASKED)
def test_what_is_asked(text: str, path: str, asked: str) -> None:
    assert " ".join(sorted(run(text).asks(path.split(".")))) == asked


NEEDED = [
    ("{{ .Values.a.b }}", {("a",)}),
    ("{{ if .Values.a.b }}{{ .Values.c.d }}{{ end }}", {("a",)}),
    ("{{ with .Values.a }}{{ .b.c }}{{ end }}", set()),
    ("{{ if and .Values.a .Values.a.b }}{{ end }}", set()),
    ("{{ if or .Values.x (eq .Values.a.b 1) }}{{ end }}", set()),
    ("{{ range .Values.a.b }}{{ .c.d }}{{ end }}", {("a",)}),
    ('{{ required "say it" .Values.a }}', {("a",)}),
    ('{{ if .Values.x }}{{ required "say it" .Values.a }}{{ end }}', set()),
    ('{{ define "t1" }}{{ .x.y }}{{ end }}{{ include (print "t" .Values.n) .Values.a }}', set()),
    ('{{ tpl "{{ .Values.a.b }}" . }}', set()),
    ('{{ define "t" }}{{ .x.y }}{{ end }}{{ include "t" .Values.a }}', {("a",), ("a", "x")}),
]


@pytest.mark.parametrize(("text", "paths"), NEEDED)
def test_what_stops_a_template_where_it_is_missing(text: str, paths: set[tuple[str, ...]]) -> None:
    assert run(text).needed == paths


def test_defaults_that_are_strings_are_remembered() -> None:
    found = run('{{ .Values.a | default "x" }}{{ .Values.b | default 3 }}{{ default .Values.c .Values.d }}')
    assert found.defaults == {("a",): "x"}
