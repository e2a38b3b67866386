"""What `helm lint` renders comes out beside what is released, by the same run."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from flows.release.test_judged import release_in, said
from helpers.tools import need_helm
from shunter.adapters.helm.engine import Engine, engine
from shunter.flows.release.judged import judged
from shunter.flows.release.release import Release
from shunter.flows.release.twice import rendered, twice

SEED = 20261130
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://x.example/i.png\n"
LIBRARY = "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n"
ON_LIBRARY = CHART + "dependencies: [{name: lib, version: 1.0.0}]\n"
FILES = {
    "Chart.yaml": ON_LIBRARY,
    "values.yaml": "a: b\nlib: {c: d}\nglobal: {e: f}\nn: 1\n",
    "charts/lib/Chart.yaml": LIBRARY,
    "charts/lib/values.yaml": "g: h\n",
    "charts/lib/templates/_x.tpl": '{{ define "lib.name" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}',
}
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ %s }}\n"


@pytest.fixture(scope="module")
def helm() -> Engine:
    need_helm()
    return engine()


def both(release: Release, helm: Engine) -> tuple[str, Mapping[str, str]]:
    lean = judged(release)
    assert lean is not None
    assert twice(lean, release) is not None
    manifest, linted = rendered(release, helm, lean)
    assert manifest is not None
    assert linted is not None
    return manifest, linted


SEEN = {
    "Release": "toJson .Release",
    "Values": "toJson .Values",
    "Chart": "toJson .Chart",
    "Capabilities": "toJson .Capabilities",
    "Template": "toJson .Template",
    "Files": '.Files.Get "a.txt"',
    "Subcharts": "toJson .Subcharts",
    "types": 'range $k, $v := . }}{{ $k }}{{ kindOf $v }}{{ end }}{{ print (keys . | sortAlpha)',
    "types in .Release": 'range $k, $v := .Release }}{{ $k }}{{ typeOf $v }}{{ end }}{{ print "-"',
    "types in .Values": 'range $k, $v := .Values }}{{ $k }}{{ typeOf $v }}{{ end }}{{ print "-"',
    "the library's": "toJson .Subcharts.lib",
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_templates_see_what_they_see_in_helm_lint(name: str, tmp_path: Path, helm: Engine) -> None:
    """Helm's lint says the name of an object where that is none."""
    shown = f'{{{{ define "shown" }}}}{{{{ {SEEN[name]} }}}}{{{{ end }}}}'
    template = OBJECT % 'include "shown" . | b64enc'
    files = {**FILES, "templates/_shown.tpl": shown, "templates/a.yaml": template, "a.txt": "text"}
    release = release_in(tmp_path, {**files})
    (message,) = (item.text for item in helm.lint(tmp_path, {}) if "object name" in item.text)
    found = re.search(r'"([A-Za-z0-9+/=]+)"', message)
    assert found is not None
    _, linted = both(release, helm)
    ours = re.search(r"name: (\S+)", linted["templates/a.yaml"])
    assert ours is not None
    assert b64decode(ours[1]).decode() == b64decode(found[1]).decode()


CHANGES = {
    "values": '{{ $_ := set .Values "a" .Release.Name }}',
    "values below": '{{ $_ := set .Values.lib "c" .Release.Name }}',
    "the chart": '{{ $_ := set .Chart "x" .Release.Name }}',
    "the context": '{{ $_ := set . "x" .Release.Name }}',
    "a value goes": '{{ $_ := unset .Values "a" }}',
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_released_is_as_if_nothing_ran_before(name: str, tmp_path: Path, helm: Engine) -> None:
    shown = (
        OBJECT % 'include "lib.name" .' + "data: {a: {{ toJson .Values | b64enc }}, b: {{ toJson .Chart | b64enc }}}\n"
    )
    files = {**FILES, "templates/a.yaml": shown, "templates/b.yaml": shown + CHANGES[name], "templates/c/d.yaml": shown}
    release = release_in(tmp_path, {**files})
    manifest, linted = both(release, helm)
    assert manifest == release.render(helm)
    assert "name: test-release-web\n" in linted["templates/a.yaml"]
    assert "name: shop-web\n" in manifest
    assert all(b"test-release" not in b64decode(text) for text in re.findall(r"[A-Za-z0-9+/]{40,}={0,2}", manifest))


ALONE: dict[str, dict[str, str | None]] = {
    "a chart that renders inside": {"charts/lib/Chart.yaml": LIBRARY.replace("library", "application")},
    "a null that is passed": {"layer": '{"a": null}'},
    "a null for the library": {"values.yaml": "lib: {g: null}\n"},
    "a null for all": {"values.yaml": "global: {g: null}\n"},
    "values that are imported": {"Chart.yaml": ON_LIBRARY.replace("}]", ", import-values: [x]}]")},
    "another name": {"Chart.yaml": ON_LIBRARY.replace("}]", ", alias: x}]")},
    "no templates": {"templates/a.yaml": None},
}


@pytest.mark.parametrize("name", ALONE)
def test_what_may_differ_is_rendered_alone(name: str, tmp_path: Path, helm: Engine) -> None:
    files: dict[str, str | None] = {**FILES, "templates/a.yaml": OBJECT % "1", **ALONE[name]}
    layer = files.pop("layer", None)
    release = release_in(tmp_path, files, [json.loads(layer)] if layer else None)
    lean = judged(release)
    assert lean is not None
    assert twice(lean, release) is None


def test_what_fails_only_in_lint_is_released_all_the_same(tmp_path: Path, helm: Engine) -> None:
    template = OBJECT % 'if ne .Release.Name "shop" }}{{ .Values.x.y }}{{ end }}{{ .Release.Name'
    release = release_in(tmp_path, {**FILES, "templates/a.yaml": template})
    lean = judged(release)
    manifest, linted = rendered(release, helm, lean)
    assert manifest == release.render(helm)
    assert linted == {}
    assert said(release, tmp_path, helm, lean=True) == said(release, tmp_path, helm, lean=False) != []


PIECES = [
    OBJECT % "include \"lib.name\" .",
    OBJECT % ".Release.Name | upper",
    OBJECT % "ternary \"a\" \"A\" .Release.IsInstall",
    OBJECT % "ternary \"A\" \"a\" (eq (int .Release.Revision) 0)",
    OBJECT % "required \"r\" .Values.none",
    OBJECT % "required \"r\" .Values.a",
    OBJECT % ".Values.none",
    OBJECT % "tpl \"{{ .Release.Name }}\" .",
    OBJECT % ".Release.Name" + "data: {x: '{{ .Values.none }}', y: '{{ \"{{\" }} z }}'}\n",
    OBJECT % ".Release.Name" + "data:\n  x: {{ include (print $.Template.BasePath \"/0.yaml\") . | sha256sum }}\n",
    "{{ if ne .Release.Name \"shop\" }}{{ fail \"no\" }}{{ end }}" + OBJECT % "1",
    "{{ $_ := set .Values \"a\" \"B\" }}" + OBJECT % ".Values.a",
    OBJECT % ".Values.a",
    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: a}\n",
    "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nkind: Ingress\napiVersion: extensions/v1beta1\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: b}}}\n",
    "apiVersion: x.example/v1\nkind: Thing\nmetadata: {name: a}\n",
    "apiVersion: v1\nkind: List\nitems: [{metadata: {annotations: {helm.sh/resource-policy: keep}}}]\n",
    "apiVersion: v1\n  kind: ConfigMap\n",
    "  apiVersion: v1\n",
    "a: |\napiVersion: v1\nkind: ConfigMap\n",
    "a: [\n",
    "# nothing\n",
    "",
]  # fmt: skip


def random_chart(random: Random) -> dict[str, str]:
    """A chart with templates, most of which are good."""
    files = dict(FILES) if random.random() < 0.7 else {**FILES, "values.yaml": "a: b\nn:\n"}
    for number in range(random.choice((1, 1, 2, 3))):
        pieces = random.choices(PIECES, k=random.choice((1, 1, 2)))
        files[f"templates/{number}{random.choice(('.yaml', '.yaml', '.yml', '.txt', '.json'))}"] = "---\n".join(pieces)
    if random.random() < 0.3:
        files["templates/NOTES.txt"] = random.choice(("{{ .Values.a }}", "{{ .Values.none.b }}", "A: B: C"))
    if random.random() < 0.2:
        files["crds/a.yaml"] = random.choice(("apiVersion: v1\nkind: A\n", "a: [\n"))
    if random.random() < 0.2:
        files[".helmignore"] = random.choice(("*.txt\n", "templates/0.yaml\n", "*.tgz\n"))
    if random.random() < 0.2:
        files["values.schema.json"] = json.dumps({"properties": {"n": {"type": ["integer", "null"]}}})
    return files


@pytest.mark.parametrize("part", range(4))
def test_helm_lint_says_the_same_of_random_charts(part: int, tmp_path: Path, helm: Engine) -> None:
    random = Random(SEED + part)
    quiet = known = 0
    for number in range(60):
        folder = tmp_path / str(number)
        layers: list[object] = [{"a": random.choice(("x", "Y", None))}] if random.random() < 0.3 else []
        release = release_in(folder, {**random_chart(random)}, layers)
        full = said(release, folder, helm, lean=False)
        assert said(release, folder, helm, lean=True) == full, (SEED + part, number)
        quiet += not full
        known += bool((lean := judged(release)) and rendered(release, helm, lean)[1])
    assert 5 < quiet < 55, quiet
    assert known > 20, known
