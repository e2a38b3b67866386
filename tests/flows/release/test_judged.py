"""Without what has been judged Helm's lint says the same; it is given less, and so is faster."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from helpers.charts.charts import ROOT
from helpers.fuzz.umbrella_fuzz import umbrella
from helpers.tools import need_helm
from shunter.adapters.helm.engine import Engine, engine
from shunter.core.goyaml.document import read
from shunter.flows.release.helm_lint import helm_lint
from shunter.flows.release.judged import judged, remains
from shunter.flows.release.release import Release
from shunter.flows.release.twice import rendered
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import files_in

SEED = 20261129
UMBRELLA = "apiVersion: v2\nname: tst\nversion: 1.0.0\nicon: https://x.example/i.png\ndependencies: [{name: web, version: 1.0.0}]\n"
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: {{ .Values.a | quote }}\n"
SCHEMA = json.dumps({"properties": {"a": {"type": "string"}}})
ENVIRONMENT = {
    "Chart.yaml": UMBRELLA,
    "values.yaml": "web: {a: b}\n",
    "values.schema.json": json.dumps({"properties": {"web": {"type": "object"}}}),
    "templates/_umbrella.tpl": '{{ define "tst.a" }}a{{ end }}',
    "charts/web/Chart.yaml": CHART,
    "charts/web/values.schema.json": SCHEMA,
    "charts/web/templates/a.yaml": OBJECT,
}


@pytest.fixture(scope="module")
def helm() -> Engine:
    need_helm()
    return engine()


def release_in(folder: Path, files: dict[str, str | None], layers: list[object] | None = None) -> Release:
    for path, text in files.items():
        if text is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    found = [read(json.dumps(layer).encode(), f"{number}.yaml") for number, layer in enumerate(layers or ())]
    return Release(files_in(Context(folder, folder, None), folder), found, "shop")


def said(release: Release, folder: Path, helm: Engine, *, lean: bool) -> list[object]:
    site = Site("app", folder.name, folder, ".", folder.name)
    given = judged(release) if lean else None
    found = helm_lint(site, release, helm, given, rendered(release, helm, given)[1] if given else None)
    # Helm lists in any order.
    return [(f.severity, f.span, sorted(re.split("[ ,]", " ".join((f.message, *f.notes))))) for f in found]


def test_what_has_been_judged_is_not_given_to_helm(tmp_path: Path, helm: Engine) -> None:
    release = release_in(tmp_path, {**ENVIRONMENT}, [{}])
    found = judged(release)
    assert found is not None
    assert {*release.files.packed.files} - {*found.files} == {"charts/web/values.schema.json"}
    small = remains(found, {}, helm)
    assert small is not None
    assert {*found.files} - {*small.chart.files} == {"charts/web/Chart.yaml", "charts/web/templates/a.yaml"}
    assert small.misses == "chart directory is missing these dependencies: web"


def test_of_templates_that_were_rendered_helm_gets_what_came_out(tmp_path: Path, helm: Engine) -> None:
    web = {path.removeprefix("charts/web/"): text for path, text in ENVIRONMENT.items() if path.startswith("charts/")}
    release = release_in(tmp_path, {**web, "templates/_x.tpl": "{{ nothing }}", "values.yaml": "a: '{{ b }}'\n"})
    found = judged(release)
    assert found is not None
    assert remains(found, {}, helm) is None
    small = remains(found, {"templates/a.yaml": OBJECT.replace("{{ .Values.a | quote }}", "'{{ b }}'")}, helm)
    assert small is not None
    assert small.chart.files["templates/_x.tpl"].data == b""
    assert small.chart.files["templates/a.yaml"].data.decode() == (
        'apiVersion: ""\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: \'{{ "{{" }} b }}\'\n'
    )


NOT_ACCEPTED: dict[str, dict[str, str | None]] = {
    "a value": {"values.yaml": "web: {a: 1}\n"},
    "a schema that is none": {"charts/web/values.schema.json": "{"},
    "a schema elsewhere": {"charts/web/values.schema.json": '{"$ref": "https://x.example/s.json"}'},
    "values that are no YAML": {"values.yaml": "a: ["},
    "a chart that is broken": {"charts/web/Chart.yaml": "name: ["},
    "values of the wrong shape": {"values.yaml": "web: 1\n"},
}


@pytest.mark.parametrize("name", NOT_ACCEPTED)
def test_where_something_is_wrong_helm_gets_it_all(name: str, tmp_path: Path, helm: Engine) -> None:
    release = release_in(tmp_path, {**ENVIRONMENT, **NOT_ACCEPTED[name]}, [{}])
    assert judged(release) is None
    assert said(release, tmp_path, helm, lean=True) == said(release, tmp_path, helm, lean=False)


FAULTS: dict[str, dict[str, str | None]] = {
    "none": {},
    "a template that fails": {"charts/web/templates/a.yaml": OBJECT + "  b: {{ .Values.b.c }}\n"},
    "a template of the umbrella": {"templates/a.yaml": OBJECT.replace("web", "WEB")},
    "one that calls a chart's": {
        "templates/a.yaml": OBJECT.replace(".Values.a", 'include "web.a" .'),
        "charts/web/templates/_a.tpl": '{{ define "web.a" }}a{{ end }}',
    },
    "a chart that is not listed": {"Chart.yaml": UMBRELLA.partition("dependencies")[0]},
    "a chart that is missing": {"Chart.yaml": UMBRELLA.replace("]", ", {name: gone, version: 1.0.0}]")},
    "a version": {"Chart.yaml": UMBRELLA.replace("1.0.0\nicon", "v1.0.0\nicon")},
    "an icon": {"Chart.yaml": UMBRELLA.replace("https", "x")},
    "no templates": {"templates/_umbrella.tpl": None},
    "a schema of the umbrella": {"values.schema.json": '{"required": ["global"]}'},
    "a broken manifest": {"charts/web/templates/a.yaml": OBJECT + "x: [\n"},
    "custom resources": {"charts/web/crds/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_it_says_the_same_of_every_fault(name: str, tmp_path: Path, helm: Engine) -> None:
    release = release_in(tmp_path, {**ENVIRONMENT, **FAULTS[name]}, [{}])
    assert said(release, tmp_path, helm, lean=True) == said(release, tmp_path, helm, lean=False)


def test_it_says_the_same_of_random_umbrellas(tmp_path: Path, helm: Engine) -> None:
    random, quiet = Random(SEED), 0
    for number in range(30):
        files, layers = umbrella(random)
        if random.random() < 0.7:
            del files["templates/show.yaml"]
            files["templates/_a.tpl"] = ""
        for path in sorted(files):
            if path.endswith("Chart.yaml") and random.random() < 0.4:
                kind = random.choice(["integer", "string", "object", "boolean"])
                files[path.replace("Chart.yaml", "values.schema.json")] = json.dumps(
                    {"properties": {"a": {"type": [kind, "null"]}}}
                )
        folder = tmp_path / str(number)
        release = release_in(folder, {**files}, list(layers))
        full = said(release, folder, helm, lean=False)
        assert said(release, folder, helm, lean=True) == full, (SEED, number)
        quiet += not full
    assert 2 < quiet < 28, quiet


@pytest.mark.parametrize(
    "chart", sorted(path.name for path in (ROOT / "tests/charts/public").iterdir() if path.is_dir())
)
def test_it_says_the_same_of_public_charts(chart: str, helm: Engine) -> None:
    folder = ROOT / "tests/charts/public" / chart
    release = Release(files_in(Context(folder, folder, None), folder))
    assert said(release, folder, helm, lean=True) == said(release, folder, helm, lean=False)
