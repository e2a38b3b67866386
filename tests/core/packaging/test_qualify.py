"""Qualified names: a chart renders alone what it rendered before, and beside any other app too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.charts.charts import ARCHETYPES, LIBRARY, app_chart, library_chart, render, write
from shunter.core.gotemplate.rename import public
from shunter.core.packaging.qualify import Qualified, names_in, qualified
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

SMALL = {
    "templates/_l.v1.tpl": """\
{{- define "commons.v1.labels" -}}of: library{{- end -}}
{{- define `commons.v1.kind.Job` -}}job: {{ include "commons.v1.labels" . }}{{- end -}}
{{- define "commons.v1.app" -}}
{{ include "commons.v1.labels" . }}
{{ include (print "commons.v1.kind." "Job") . }}
{{- range $key, $text := .Values.texts }}
{{ $key }}: {{ tpl $text $ | quote }}
{{- end }}
{{- with .Values.helper }}
named: {{ include . $ | quote }}
{{- end }}
{{- end -}}
"""
}
CHART = "apiVersion: v2\nname: orders\nversion: 1.0.0\n"
CALL = '{{ include "commons.v1.app" . }}\n'


def states(files: Mapping[str, str]) -> dict[str, FileState]:
    return {path: FileState(text.encode()) for path, text in files.items()}


def texts(files: Mapping[str, FileState]) -> dict[str, str]:
    return {path: state.data.decode() for path, state in files.items()}


def of(app: Mapping[str, str], library: Mapping[str, str] = SMALL, **more: Any) -> Qualified:
    return qualified(LIBRARY, "1.0.0", states(library), states(app), **more)


def below(files: Mapping[str, str]) -> dict[str, str]:
    """A library's templates as a published app holds them."""
    return {f"templates/{LIBRARY}/x/{path.removeprefix('templates/')}": text for path, text in files.items()}


def both(app: Mapping[str, str], folder: Path, values: Mapping[str, Any] | None = None) -> dict[str, str]:
    """What a small app renders with qualified names, which is what it renders without."""
    found = of(app)
    rest = {"Chart.yaml": CHART}
    before = render(write(rest | below(SMALL) | dict(app), folder / "before"), values)
    after = render(write(rest | below(texts(found.library)) | texts(found.app), folder / "after"), values)
    assert after == before
    return after


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_each_archetype_renders_what_it_rendered(archetype: str, tmp_path: Path) -> None:
    chart = {path: text for path, text in app_chart(archetype).items() if not path.startswith("charts/")}
    library = {path: text for path, text in library_chart().items() if path.startswith("templates/")}
    own = {path: chart.pop(path) for path in list(chart) if path.startswith("templates/")}
    chart["Chart.yaml"], _, _ = chart["Chart.yaml"].partition("dependencies:")
    found = of(own, library)
    before = render(write(chart | own | below(library), tmp_path / "before"))
    assert render(write(chart | texts(found.app) | below(texts(found.library)), tmp_path / "after")) == before
    assert any("kind:" in text for text in before.values())
    named = names_in({**found.library, **found.app})
    assert named
    assert all(public(name) != name for name in named)


PUBLIC = {
    "constant": '{{ include "commons.v1.labels" . }}',
    "backticks": "{{ include `commons.v1.labels` . }}",
    "computed": '{{ include (printf "commons.v1.%s" "labels") . }}',
    "kept": '{{ $n := "commons.v1.labels" }}{{ include $n . }}',
    "host": "commons.v1.example.com",
    "quoted": 'host: "commons.v1.example.com"',
    "printed": '{{ "commons.v1.example.com" }}',
}


def test_values_keep_the_public_names(tmp_path: Path) -> None:
    found = both({"templates/a.yaml": CALL}, tmp_path, {"texts": PUBLIC, "helper": "commons.v1.labels"})
    text = found["orders/templates/a.yaml"]
    assert text.count("of: library") == 7
    assert text.count("commons.v1.example.com") == 3
    assert "@" not in text


@pytest.mark.parametrize(
    "template",
    [
        "{{ include `commons.v1.labels` . }}\nhost: commons.v1.example.com",
        'host: {{ "commons.v1.example.com" }}\n{{ template "commons.v1.labels" . }}',
        '{{ $n := print "commons.v1." "labels" }}{{ include $n . }}',
        'x: {{ tpl "{{ include \\"commons.v1.labels\\" . }}" . | quote }}',
        "x: {{ . | tpl `{{ include \"commons.v1.labels\" . }}` | quote }}",
        '{{ block "commons.v1.block" . }}x: {{ .Chart.Name }}{{ end }}',
        '{{ include (print $.Template.BasePath "/_b.tpl") . }}{{ include "commons.v1.labels" . }}',
    ],
)  # fmt: skip
def test_an_apps_templates_call_the_library_in_every_way(template: str, tmp_path: Path) -> None:
    app = {"templates/a.yaml": f"{template}\n", "templates/_b.tpl": "{{/* nothing */}}"}
    both(app, tmp_path)


OVERRIDE = '{{- define "commons.v1.labels" -}}of: app{{- end -}}\n'
HELPER = '{{- define "same.helper" -}}helper: {{ include "commons.v1.labels" . }}{{- end -}}\n'


def test_an_app_may_override_a_define_of_the_library(tmp_path: Path) -> None:
    app = {"templates/a.yaml": CALL, "templates/_o.tpl": OVERRIDE}
    found = both(app, tmp_path, {"texts": {"a": PUBLIC["constant"]}})
    assert found["orders/templates/a.yaml"].count("of: app") == 3
    assert of(app).mark != of({"templates/a.yaml": CALL}).mark


def test_own_helpers_are_called_from_values_too(tmp_path: Path) -> None:
    app = {"templates/a.yaml": CALL + '{{ include "same.helper" . }}\n', "templates/_h.tpl": HELPER}
    app["templates/_h.tpl"] += '{{- define "same.helper2" -}}another{{- end -}}\n'
    values = {"texts": {"a": '{{ include "same.helper" . }} {{ include "same.helper2" . }}'}, "helper": "same.helper2"}
    found = both(app, tmp_path, values)["orders/templates/a.yaml"]
    assert found.count("helper: of: library") == 2
    assert found.count("another") == 2
    own = [name for name in names_in(of(app).app) if name.startswith("same.")]
    assert sorted(map(public, own)) == ["same.helper", "same.helper2"]
    assert all("@" in name for name in own)


def test_names_that_a_chart_inside_uses_stay() -> None:
    app = {"templates/a.yaml": '{{ include "redis.name" . }}', "templates/_h.tpl": HELPER.replace("same.h", "redis.n")}
    app["templates/_h.tpl"] = '{{ define "redis.name" }}x{{ end }}'
    assert texts(of(app, foreign={"redis.name"}).app) == app


def test_equal_libraries_have_equal_names_and_others_have_others() -> None:
    app = {"templates/a.yaml": CALL}
    other = {path: text.replace("of: library", "of: another") for path, text in SMALL.items()}
    assert of(app) == of(app)
    assert of({"templates/b.yaml": CALL + "more: text\n"}).library == of(app).library
    assert of(app, other).mark != of(app).mark
    assert re.fullmatch(r"1\.0\.0-[0-9a-f]{12}", of(app).mark)
    helper = {**app, "templates/_h.tpl": HELPER}
    assert of(helper).mark != of({**app, "templates/_h.tpl": HELPER.replace("helper:", "other:")}).mark


def test_every_major_has_names_of_its_own(tmp_path: Path) -> None:
    two = {path.replace("v1", "v2"): text.replace("v1", "v2") for path, text in SMALL.items()}
    app = {"templates/a.yaml": CALL, "templates/b.yaml": CALL.replace("v1", "v2")}
    found = of(app, {**SMALL, **two})
    values = {"texts": {"a": "{{ include `commons.v2.labels` . }}{{ include `commons.v1.labels` . }}"}}
    rendered = [
        render(write({"Chart.yaml": CHART, **below(library), **own}, tmp_path / name), values)
        for name, library, own in (
            ("before", {**SMALL, **two}, app), ("after", texts(found.library), texts(found.app)),
        )
    ]  # fmt: skip
    assert rendered[0] == rendered[1]


def test_bytes_that_are_no_text_stay() -> None:
    state = FileState(b'\xff{{ include "commons.v1.app" . }}\xfe\r\n', "100755")
    found = qualified(LIBRARY, "1.0.0", states(SMALL), {"templates/a": state})
    assert found.app["templates/a"].mode == "100755"
    assert found.app["templates/a"].data.replace(f"@{found.mark}".encode(), b"") == state.data


def test_what_is_no_template_is_refused_at_its_line() -> None:
    with pytest.raises(ShunterError, match="is no template") as caught:
        of({"templates/a.yaml": "\n{{ include"})
    assert caught.value.span is not None
    assert (caught.value.span.path, caught.value.span.line) == ("templates/a.yaml", 2)
