"""Names of templates without a parser: nothing that the parser finds is missed."""

from __future__ import annotations

from random import Random

import pytest

from helpers.charts.charts import ARCHETYPES, app_chart, library_chart
from helpers.oracles.embedded_helm import archive
from shunter.core.charts.defines import defining, may_collide, shared_names
from shunter.core.charts.load import Chart, load_archive
from shunter.core.gotemplate.parse import TemplateError, parse

METADATA = "apiVersion: v2\nname: {}\nversion: 1.0.0\n"
PIECES = ("{{", "}}", "{{- ", " -}}", "define", " block ", " ", "\n", '"a"', "`b`", r'"\x63"', '"d e"', "{{/* ", " */}}",
          '{{ define "x" }}', "{{ end }}", ' . }}', "if", "text")  # fmt: skip


def loaded(**charts: str) -> Chart:
    """A chart with charts below it, each with one template."""
    files = {"Chart.yaml": METADATA.format("top")}
    for name, text in charts.items():
        files |= {f"charts/{name}/Chart.yaml": METADATA.format(name), f"charts/{name}/templates/_a.tpl": text}
    return load_archive(archive(files), "top.tgz")


def names(text: str) -> set[str]:
    found = defining(loaded(a=text).walk())
    return {name.decode() for files in found.values() for _, held in files.values() for name in held}


def test_no_name_is_missed() -> None:
    random, sound = Random(1010), 0
    for _ in range(4000):
        text = "".join(random.choices(PIECES, k=random.randint(1, 5)))
        text += random.choice(("", '{{ define "a" }}', "{{- block `b` . -}}")) + random.choice(("", "{{ end }}"))
        try:
            template = parse(text)
        except TemplateError:
            continue
        if template.defines:
            sound += 1
            assert {define.name for define in template.defines} <= names(text), f"seed 1010: {text!r}"
    assert sound > 100


def test_nor_in_our_charts() -> None:
    for chart in (library_chart(), *(app_chart(archetype, schema=False) for archetype in ARCHETYPES)):
        for text in (text for path, text in chart.items() if path.startswith("templates/")):
            assert {define.name for define in parse(text).defines} == names(text)


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        ('{{ define "x" }}1{{ end }}', '{{ define "x" }}1{{ end }}', set()),
        ('{{ define "x" }}1{{ end }}', '{{ define "x" }}2{{ end }}', {b"x"}),
        ('{{ define "x" }}1{{ end }}', r'{{ define "\x78" }}1{{ end }}', {b"x"}),
        ('{{ define "x" }}1{{ end }}', '{{ define "y" }}2{{ end }}', set()),
        ("text", "other", set()),
    ],
)
def test_only_files_that_differ_may_collide(a: str, b: str, shared: set[bytes]) -> None:
    chart = loaded(a=a, b=b)
    assert shared_names(defining(chart.walk())) == shared
    assert may_collide(chart) == bool(shared)
