"""Following values through templates: which paths are read, and where the run gives up."""

from __future__ import annotations

import pytest

from shunter.core.gotemplate import follow
from shunter.core.gotemplate.follow import Run, TooMuchError
from shunter.core.gotemplate.parse import parse
from shunter.core.gotemplate.reads import Usage
from shunter.core.gotemplate.tree import Define


def run(text: str, sources: tuple[str, ...] = (), files: tuple[str, ...] = (), opened: tuple[str, ...] = ()) -> Run:
    template = parse(text)
    defines: dict[str, list[tuple[str, Define]]] = {}
    for define in template.defines:
        defines.setdefault(define.name, []).append(("a.yaml", define))
    found = Run(defines, sources, files, frozenset(opened))
    found.template("a.yaml", template.body)
    return found


def usage(text: str, *path: str, **more: tuple[str, ...]) -> str:
    return str(run(text, **more).reads.usage(path)[0])


CASES = [
    ("{{ .Values.a.b }}", "a.b", "used"),
    ("{{ .Values.a.b }}", "a.c", "unused"),
    ("{{ if .Values.a }}{{ end }}", "a", "used"),
    ("{{ if .Values.a }}{{ else }}{{ .Values.b }}{{ end }}", "b", "used"),
    ("{{ with .Values.a }}{{ .b }}{{ $.Values.c }}{{ end }}", "a.b", "used"),
    ("{{ with .Values.a }}{{ .b }}{{ $.Values.c }}{{ end }}", "c", "used"),
    ("{{ range .Values.l }}{{ .x }}{{ end }}", "l.any.x", "used"),
    ("{{ range .Values.l }}{{ .x }}{{ end }}", "l.any.y", "unused"),
    ("{{ $v := .Values.a }}{{ range .Values.l }}{{ $v = . }}{{ end }}{{ $v.x }}", "l.any.x", "used"),
    ('{{ define "t" }}{{ .x }}{{ end }}{{ include "t" .Values.a }}', "a.x", "used"),
    ('{{ define "t" }}{{ .x }}{{ end }}{{ template "t" .Values.a }}', "a.y", "unused"),
    ('{{ define "t" }}{{ end }}{{ include .Values.name .Values.a }}', "a.x", "unknown"),
    ('{{ $d := dict "v" .Values.a }}{{ $d.v.x }}', "a.x", "used"),
    ('{{ $d := dict "v" .Values.a }}{{ $d.v.x }}', "a.y", "unused"),
    ("{{ noSuchFunction .Values.a }}", "a.x", "used"),
    ("{{ .Values.f 1 .Values.a }}", "a.x", "used"),
    ("{{ tpl .Values.t . }}", "b", "unused"),
    ("{{ $_ := merge .Values.a .Values.b }}", "b.x", "unknown"),
    ("{{ (merge (dict) .Values.a).x }}", "a.x", "used"),
    ("{{ .Values.a1.a2.a3.a4.a5.a6.a7.a8.a9.b1.b2.b3.b4 }}", "a1.a2.a3.a4.a5.a6.a7.a8.a9.b1.b2.b3.z", "unknown"),
    ("{{ .Subcharts.db.Values.x }}", "db.x", "used"),
    ("{{ .Files.Get .Values.a }}", "a", "used"),
]


@pytest.mark.parametrize(("text", "path", "expected"), CASES, ids=range(len(CASES)))
def test_what_becomes_of_a_path(text: str, path: str, expected: str) -> None:
    assert usage(text, *path.split(".")) == expected


def test_a_string_of_the_values_may_be_a_template() -> None:
    more = {"sources": ("{{ .Values.b }}", "no template", "{{ if }}")}
    assert usage("{{ tpl .Values.t . }}", "b", sources=more["sources"][:2]) == "used"
    with pytest.raises(TooMuchError):  # one that cannot be parsed gets all values
        usage("{{ tpl .Values.t .Values }}", "b", **more)


def test_a_file_counts_as_a_template_where_it_is_run_as_one() -> None:
    assert usage('{{ tpl (.Files.Get "f") . }}', "b", files=("{{ .Values.b }}",)) == "used"
    assert usage('{{ .Files.Get "f" }}', "b", files=("{{ .Values.b }}",)) == "unused"


def test_what_set_may_have_added_is_no_value() -> None:
    text = '{{ $d := dict "v" .Values.a }}{{ if $d.w }}{{ end }}{{ $d.v.x }}'
    assert usage(text, "a", "x", opened=("w",)) == usage(text, "a", "x") == "used"


def test_a_place_is_where_it_is_read() -> None:
    reads = run('{{ define "t" }}\n{{ .x }}\n{{ end }}\n\n{{ include "t" .Values.a }}\n{{ .Values.b }}').reads
    assert reads.usage(("a", "x")) == (Usage.USED, "a.yaml:2")
    assert reads.usage(("b",)) == (Usage.USED, "a.yaml:6")


@pytest.mark.parametrize(
    "text",
    [
        "{{ toYaml .Values }}",
        "{{ index .Values }}",
        "{{ .Values.a }}" * 101,
        "{{ $v := .Values.a }}{{ range .Values.l }}{{ $v = $v.n }}{{ end }}",
        '{{ define "x" }}{{ include "x" (dict "a" .) }}{{ include "x" (dict "b" . "c" .) }}{{ end }}{{ include "x" . }}',
    ],
    ids=["all values", "all values indexed", "too long", "a loop without end", "too many calls"],
)
def test_where_it_gives_up(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_MOST_STEPS", 100)
    monkeypatch.setattr(follow, "_MOST_CALLS", 20)
    with pytest.raises(TooMuchError):
        run(text)


def test_a_template_that_calls_itself_ends() -> None:
    text = '{{ define "x" }}{{ .x }}{{ include "x" .n }}{{ end }}{{ include "x" .Values.a }}'
    reads = run(text).reads
    assert reads.usage(("a", "n", "n", "x"))[0] is Usage.USED
