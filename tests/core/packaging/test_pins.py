"""A pin pins what runs: in random umbrellas every app renders what it renders alone, and one pin changes one app."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import helm_python
import pytest

from helpers.charts.tiny_charts import LIBRARY, chart, chart_files, environment, loose, packed, write_files
from shunter.core.packaging import publish, vendoring
from shunter.model.files import FileState

Files = dict[str, FileState]
HELPERS = ("same.helper", "same.helper.two", "APP.name")
TEXTS = (
    '{{ include "commons.v1.labels" . }}',
    "{{ include `commons.v1.labels` . }}",
    '{{ include (printf "commons.v1.%s" "labels") . }}',
    "commons.v1.example.com",
    '{{ "commons.v1.example.com" | upper }} commons.v1.labels',
)
BODIES = (
    *TEXTS,
    '{{ template "commons.v1.labels" . }}',
    '{{ $n := "commons.v1.labels" }}{{ include $n . }}',
    '{{ tpl "{{ include `commons.v1.labels` . }}" . }}',
)


def library(version: str, minor: int) -> Files:
    texts = {
        "labels": f"library: {{{{ .Chart.Name }}}}-{minor}",
        "text": '{{ tpl .text .root }}',
        "app": '{{ range .Values.texts }}\n- {{ include `commons.v1.text` (dict "text" . "root" $) | quote }}{{ end }}'
        '\n- {{ include (print "commons.v1." "labels") . | quote }}',
    }  # fmt: skip
    defines = "".join(f'{{{{- define "commons.v1.{name}" -}}}}{text}{{{{- end }}}}\n' for name, text in texts.items())
    more = {"templates/_a.v1.tpl": defines, "schema/values.v1.yaml": "{}\n"}
    return chart_files(LIBRARY, version, kind="library", template=None, extra=more)


def app(random: Random, name: str, version: str) -> Files:
    """A published app with a library, some helpers and an override of its own, and texts in its values."""
    minor = random.randrange(3)
    helpers = [helper.replace("APP", name) for helper in HELPERS if random.random() < 0.4]
    body = "".join(f"- {random.choice(BODIES)}\n" for _ in range(3))
    body += "".join(f'- {{{{ include "{helper}" . | quote }}}}\n' for helper in helpers)
    own = "".join(f'{{{{ define "{helper}" }}}}{name} {random.randrange(9)}{{{{ end }}}}' for helper in helpers)
    if random.random() < 0.3:
        own += f'{{{{ define "commons.v1.labels" }}}}over: {random.randrange(9)}{{{{ end }}}}'
    texts = random.choices(TEXTS, k=2) + [f'{{{{ include "{helper}" . }}}}' for helper in helpers]
    values = "texts:\n" + "".join(f"- {text!r}\n" for text in texts)
    more = {"templates/_own.tpl": own, "values.yaml": values}
    template = f'list:{{{{ include "commons.v1.app" . }}}}\n{body}'
    source = chart_files(name, version, library=library(f"1.{minor}.0", minor), template=template, extra=more)
    return dict(publish.published(loose(source), LIBRARY).files)


def rendered(files: Mapping[str, FileState], folder: Path, values: Any = None) -> dict[str, str]:
    """What Helm makes of a chart, by the app's folder or alias."""
    with helm_python.Chart.load(write_files(folder, files)) as loaded:
        manifests = loaded.render(values or {}, name="r")
    return {path.split("/")[-3]: text for path, text in manifests.items() if path.endswith("/all.yaml")}


@pytest.mark.parametrize("seed", range(12))
def test_an_app_renders_what_it_renders_alone_and_a_pin_changes_one_app(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    cars = {name: app(random, name, "1.0.0") for name in ("auth", "cart", "orders", "web", "zeta")}
    alone = {name: rendered(files, tmp_path / name / name)[name] for name, files in cars.items()}
    files, _, pins = environment(cars)
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()
    assert rendered(files, tmp_path / "open") == alone, seed
    served, _, _ = environment(cars, repository="https://charts.example")
    assert rendered(served, tmp_path / "archives") == alone, seed
    moved = random.choice(list(cars))
    others = {**cars, moved: app(random, moved, "1.1.0")}
    expected = {**alone, moved: rendered(others[moved], tmp_path / "moved" / moved)[moved]}
    assert rendered(environment(others)[0], tmp_path / "after") == expected, seed
    assert packed(files)


def test_two_versions_of_an_app_stand_side_by_side(tmp_path: Path) -> None:
    """An alias is the chart's name there, so alone means an umbrella of that one car."""
    random = Random(5)
    cars = {"old": app(random, "orders", "1.0.0"), "new": app(random, "orders", "1.1.0")}
    files, _, _ = environment(cars)
    alone = {
        alias: rendered(environment({alias: car})[0], tmp_path / alias)[alias] for alias, car in cars.items()
    }  # fmt: skip
    assert rendered(files, tmp_path / "both") == alone
    assert alone["old"] != alone["new"]
    assert chart(files).archive
