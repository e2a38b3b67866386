"""Templates in fewer bytes: Helm renders the same, whatever stands in them."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from helpers.charts.charts import library_chart, render, write
from shunter.core.gotemplate.compact import compact
from shunter.core.gotemplate.parse import TemplateError

CHART = "apiVersion: v2\nname: orders\nversion: 1.0.0\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{/* b\n*/}} c", "a  c"),
        ("a\n{{- /* b */ -}}\nc", "ac"),
        ("{{ if .x -}}\n{{/* y */}}\n z{{ end }}", "{{if .x}}\n z{{end}}"),
        ("{{/* SPDX-License-Identifier: MIT */}}{{/* a */}}", "{{/* SPDX-License-Identifier: MIT */}}"),
        ("a {{- /* Copyright */ -}} b", "a{{/* Copyright */}}b"),
        ('{{ "{{/* a */}}" }}{{/* b */}}', '{{"{{/* a */}}"}}'),
        ("/* a */ {{ .x }} ", "/* a */ {{.x}} "),
        ('x: {{ print ( .a | int )  "b  c"   $.d -}}\n\n y', 'x: {{print (.a|int) "b  c" $.d}}y'),
        ("{{ $a := 1 }}{{ $a = 2 }}{{ range $k , $v := .x }}", "{{$a:=1}}{{$a =2}}{{range $b,$c:=.x}}"),
        ("{{ (dict).a }}{{ index (dict) .a\n\t.b }}{{- -3 }}", "{{(dict).a}}{{index (dict) .a .b}}{{-3}}"),
        ('{{ end -}}\n\n{{- define "a" -}}\n x', '{{end}}\n{{- define "a"}}x'),
        ('{{ end -}}\n{{/* a */}}\n{{- define "b" }}', '{{end}}\n{{- define "b"}}'),
        ('{{ end -}} {{- define "a" }}', '{{end}}{{define "a"}}'),
        ('x {{/* a */ -}}\n{{ define "a" }}', 'x {{define "a"}}'),
        ("{ {{- .x }}", "{ {{- .x}}"),
        ("{\n{{- /* a */ -}}\n{ .x", "{ {{- /**/}}{ .x"),
        ("{\n{{- /* a */ -}}\n b", "{b"),
        ("{{ .x -}} }}", "{{.x}}}}"),
        ("a\r\n{{- .x -}}\r\nb\r\n", "a{{.x}}b\r\n"),
        ("a\n  {{- block `b` . }}c\n{{- end }}", "a\n{{- block `b` .}}c{{end}}"),
        (
            "{{ $of := .x }}{{ range $k, $v := $.a }}{{ $v.of }}{{ $of.k }}{{ end }}",
            "{{$b:=.x}}{{range $c,$a:=$.a}}{{$a.of}}{{$b.k}}{{end}}",
        ),
        ("{{ $_ := set $x `$y` 1 }}{{ $b := $a }}{{ $b }}{{ $b }}", "{{$_:=set $c `$y` 1}}{{$a:=$b}}{{$a}}{{$a}}"),
        ('{{ include "a" . -}} {{ include `b` $.x.y }}', '{{template "a" .}}{{template `b` $.x.y}}'),
        ('{{ include "a" (dict "b" (list 1) | merge .c) }}', '{{template "a" dict "b" (list 1)|merge .c}}'),
        ('{{ include "a" ((list .)) }}{{ include "a" (.b) }}', '{{template "a" (list .)}}{{template "a" .b}}'),
        ('{{ include "a" . | trim }}{{ $b := include "a" . }}', '{{include "a" .|trim}}{{$a:=include "a" .}}'),
        ('{{ include "a" nil }}{{ include "a" (dict).b }}', '{{include "a" nil}}{{include "a" (dict).b}}'),
        ('{{ include (print "a") . }}{{ include "a" "(" }}', '{{include (print "a") .}}{{include "a" "("}}'),
        ('{{ include "a" (dict) (dict) }}{{ include "a" }}', '{{include "a" (dict) (dict)}}{{include "a"}}'),
        ("no action\n", "no action\n"),
    ],
)
def test_what_goes_and_what_stays(text: str, expected: str) -> None:
    assert compact(text) == expected
    assert compact(expected) == expected


@pytest.mark.parametrize(
    "text",
    ["a {{/* b", "{{-  /* a */}}", "{{/* a */ b */}}", "{{/* a*/-}}", "{{ .x-}}", "{{ .x\v}}", "\n{{ include 'a"],
)
def test_what_helm_refuses_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError):
        compact(text)
    with pytest.raises(Exception, match="parse error"):
        render(write({"Chart.yaml": CHART, "templates/a.yaml": text}, tmp_path))


def test_the_library_loses_bytes_and_each_define_begins_a_line() -> None:
    for path, text in library_chart().items():
        if path.startswith("templates/"):
            made = compact(text)
            assert len(made) < len(text), path
            begun = re.findall(r"^\{\{-? ?define ", text, re.MULTILINE)
            assert len(re.findall(r"^\{\{-? ?define ", f"\n{made}", re.MULTILINE)) == len(begun), path


def test_more_variables_than_letters_have_names_of_their_own() -> None:
    names = [f"$v{number}" for number in range(30 * 26)]
    made = compact("".join(f"{{{{ {name} := 1 }}}}" for name in names))
    short = re.findall(r"\{\{(\$[a-z]+):=1\}\}", made)
    assert len(set(short)) == len(names)
    assert {len(name) for name in short} == {2, 3, 4}


TEXTS = (
    "",
    " ",
    "\n",
    "\n  ",
    "a",
    " b ",
    "\n- c: d\n",
    "{ ",
    "} ",
    "}",
    "/* e */",
    "\t\r\n",
    "'f' \"g",
    "- ",
    "é\u00a0",
)
COMMENTS = ("/**/", "/* a */", "/* {{ .b }}\n*/", "/* - */")
CALLS = (
    "$.Values.x", "kindOf  .", "-3", "'c'", "`r  w`", '"}}"', '"{{"', "print  1\n2", '(dict "a"  1).a', "index ( dict `k` 2 )  `k`",
    "$.Values.m.x | default  ( list 1 2 ) | quote", '"s" | printf  "%s-%s"  ( print 1 )', "not ( $.Values.m ).x", "$.Values.l |len",
    'include "n"  $.Values.x', 'include "n" ( dict  "a" 1 )', 'include `n`  ( 1 |print 2 )', "len  $.Values.l", "1 |print 2| quote",
)  # fmt: skip


def template(random: Random, depth: int = 3) -> str:
    """A template that Helm renders, with white space wherever Go allows it."""
    return "".join(piece(random, depth) for _ in range(random.randint(1, 5)))


def piece(random: Random, depth: int) -> str:
    pick = random.random()
    if pick < 0.3:
        return text_before_more(random)
    if pick < 0.5:
        left, right = random.choice(("", "- ", "-\n")), random.choice(("", " -", "\n-"))
        return "{{" + left + random.choice(COMMENTS) + right + "}}"
    if pick < 0.75 or not depth:
        return action(random, random.choice(CALLS))
    body, end = template(random, depth - 1), action(random, "end")
    if pick < 0.8:
        return action(random, f'block "n{random.randint(0, 10**9)}" $') + body + end
    if pick < 0.85:
        return (
            action(random, "$v  :=  1") + action(random, "$v =  $.Values.x  |  default 3") + action(random, "$v") + body
        )
    opening = random.choice(
        ("if ( .x )", "if  .y", "with  $w := .m", "range $k  ,  $v := .l", "if  not .y", "with .m.x")
    )
    if "$" in opening:
        body = action(random, "$v" if "$v" in opening else "$w") + body
    otherwise = action(random, "else") + template(random, depth - 1) if pick < 0.95 else ""
    return action(random, opening.replace(" .", " $.Values.")) + body + otherwise + end


def text_before_more(random: Random) -> str:
    """A text; behind one that ends with a brace, only what trims may open an action."""
    text = random.choice(TEXTS)
    return text + random.choice(("{{- 1 }}", "\n{{- /* a */ -}} {x", "x")) if text.rstrip().endswith("{") else text


def action(random: Random, words: str) -> str:
    left, right = random.choice(("", " ", "- ", "-\n\t", "\n")), random.choice(("", " ", " -", "\n\r -", "\t"))
    return "{{" + left + words + right + "}}"


@pytest.mark.parametrize("seed", range(8))
def test_random_templates_render_the_same(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    texts = {f"templates/{number}.txt": template(random) for number in range(150)}
    short = {path: compact(text) for path, text in texts.items()}
    rest = {"Chart.yaml": CHART, "templates/_n.tpl": '{{ define "n" }}<{{ . }}>{{ end }}'}
    values = {"x": "y", "m": {"x": 1}, "l": ["p", "q"]}
    wanted = render(write(rest | texts, tmp_path / "before"), values)
    assert render(write(rest | short, tmp_path / "after"), values) == wanted
    assert len({text for text in wanted.values() if text.strip()}) > 100
    assert sum(map(len, short.values())) < sum(map(len, texts.values()))
