"""All templates of a release: which charts' files, which named ones, and what they add to maps and compare."""

from __future__ import annotations

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import load_archive
from shunter.core.charts.templates import _LARGEST, Release, compared_texts, release_of


def release(**templates: str) -> Release:
    files: dict[str, bytes | str] = {
        "Chart.yaml": METADATA,
        **{f"templates/{name}.yaml": text for name, text in templates.items()},
    }
    return release_of(load_archive(archive(files), "c.tgz"))


def test_every_chart_has_its_files_and_all_share_the_named_templates() -> None:
    files = {
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "templates/a.yaml": '{{ define "x" }}1{{ end }}',
        "files/b.yaml": '{{ define "no" }}{{ end }}',
        "charts/svc/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.0.0\n",
        "charts/svc/templates/_b.tpl": '{{ define "x" }}2{{ end }}{{ define "y" }}{{ end }}',
    }
    chart = load_archive(archive(files), "c.tgz")
    found = release_of(chart)
    assert [list(found.files[id(part)]) for part in chart.walk()] == [
        ["c.tgz/templates/a.yaml"],
        ["c.tgz/charts/svc/templates/_b.tpl"],
    ]
    assert {name: [path for path, _ in group] for name, group in found.defines.items()} == {
        "x": ["c.tgz/templates/a.yaml", "c.tgz/charts/svc/templates/_b.tpl"],
        "y": ["c.tgz/charts/svc/templates/_b.tpl"],
        "c.tgz/templates/a.yaml": ["c.tgz/templates/a.yaml"],
        "c.tgz/charts/svc/templates/_b.tpl": ["c.tgz/charts/svc/templates/_b.tpl"],
    }
    assert not found.broken


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("{{ .Values.a }}", set()),
        ('{{ $_ := set .Values "x" 1 }}', {"x"}),
        ('{{ if (set .a "x" 1) }}{{ else }}{{ $y := (set .b "y" 2).z }}{{ end }}', {"x", "y"}),
        ('{{ define "d" }}{{ range .l }}{{ f (set . "k" 1) }}{{ end }}{{ end }}', {"k"}),
        ("{{ set .Values .key 1 }}", None),
        ("{{ set }}", None),
    ],
)
def test_the_keys_that_templates_add(text: str, opened: set[str] | None) -> None:
    assert release(a=text).opened == opened


@pytest.mark.parametrize(
    ("text", "broken"), [("{{ if }}", True), ("{{ .a }}", False), ("#" * (_LARGEST + 1), True), ("{{ if .a }}" * 3000 + "{{ end }}" * 3000, True)]
)  # fmt: skip
def test_what_cannot_be_followed_is_said(text: str, broken: bool) -> None:
    assert release(a=text, b="{{ .b }}").broken is broken


def test_the_texts_that_something_is_compared_with() -> None:
    found = release(
        a='{{ if eq .Values.mode "b" "a" }}{{ end }}', b='{{ if and (ne "" .x) (has "c" .l) }}{{ f "d" }}{{ end }}'
    )
    assert compared_texts(found) == ("a", "b", "c")
