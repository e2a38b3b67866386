"""The parser of Go templates: what it makes of a text, and where it gives up."""

from __future__ import annotations

import pytest

from helpers.charts.charts import ARCHETYPES, app_chart, library_chart
from helpers.oracles.embedded_helm import METADATA, RefusedError, archive, values_of
from shunter.core.gotemplate.parse import TemplateError, parse
from shunter.core.gotemplate.tree import Action, Call, Chain, Clause, Dot, Function, Literal, Pipeline, Variable


def test_a_pipeline_is_commands_with_operands() -> None:
    (node,) = parse('{{- $x := (f .a "b\\"c" `d`).e | g $ $y.z 1 -}}').body
    inner = Pipeline(((Function("f"), Chain(Dot(), ("a",)), Literal('b"c'), Literal("d")),))
    piped = (Function("g"), Variable(""), Chain(Variable("y"), ("z",)), Literal())
    assert node == Action(Pipeline(((Chain(inner, ("e",)),), piped), ("x",), declares=True), 1)


def test_clauses_nest_and_an_else_may_have_a_clause_of_its_own() -> None:
    (node,) = parse("{{ if .a }}{{ .b }}{{ else if .c }}{{ .d }}{{ else }}\n{{ .e }}{{ end }}").body
    assert isinstance(node, Clause)
    (other,) = node.otherwise
    assert isinstance(other, Clause)
    assert [len(node.body), len(other.body), [item.line for item in other.otherwise]] == [1, 1, [2]]


def test_named_templates_stand_beside_the_tree() -> None:
    template = parse('{{ define "a" }} {{/* {{ */}} {{ end }}{{ block "b" .x }}{{ .y }}{{ end }}{{ template "a" }}')
    assert [(define.name, define.empty) for define in template.defines] == [("a", True), ("b", False)]
    assert [node.name for node in template.body if isinstance(node, Call)] == ["b", "a"]


BAD = [
    "{{ if .a }}",
    "{{ end }}",
    "{{ .a",
    "{{ f (.a }}",
    "{{ | }}",
    "{{ define x }}{{ end }}",
    "{{ else }}",
    "{{ . ! }}",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_template_is_none_for_helm_either(text: str) -> None:
    with pytest.raises(TemplateError):
        parse(text)
    with pytest.raises(RefusedError):
        values_of(archive({"Chart.yaml": METADATA, "templates/show.yaml": f"{{}}{text}"}))


def test_every_template_of_our_charts_is_parsed() -> None:
    charts = [library_chart(), *(app_chart(archetype, schema=False) for archetype in ARCHETYPES)]
    texts = [text for chart in charts for path, text in chart.items() if path.startswith("templates/")]
    assert sum(len(parse(text).defines) for text in texts) > 80


@pytest.mark.parametrize(
    "text", [r'"a\x68\150b"', r'"\xc3\xa4\u00e4\U0001F600"', r'"\a\b\f\n\r\t\v\\\""', "`\\x68`", r'"\303\244-\x41"']
)
def test_a_string_is_what_go_makes_of_it(text: str) -> None:
    template = f"{{{{ define {text} }}}}found{{{{ end }}}}"
    [define] = parse(template).defines
    show = "{{ include .Values.name . | toJson }}"
    chart = archive({"Chart.yaml": METADATA, "templates/_h.tpl": template, "templates/show.yaml": show})
    assert values_of(chart, {"name": define.name}) == "found"
