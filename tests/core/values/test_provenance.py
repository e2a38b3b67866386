"""Effective values against the library's own merge, as the embedded Helm prints it, and the places that set them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import helm_python
import pytest
import yaml

from helpers.charts.charts import ARCHETYPES, LIBRARY, app_chart, as_bytes, umbrella
from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import load_chart
from shunter.core.goyaml.document import Document, of_mapping, read
from shunter.core.values.coalesce import coalesce
from shunter.core.values.provenance import Explanation, explain
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

MERGED = f'{{{{ $c := dict "root" . }}}}{{{{ include "{LIBRARY}.v1.context" $c }}}}{{{{ toJson $c.values }}}}'
READ_BY_UNITS = ("commonLabels", "config", "configMaps", "ports", "secrets", "service", "serviceAccount")
ENVIRONMENTS: dict[str, list[str]] = {
    "none": [],
    "tst": ["APP:\n  replicaCount: 1\n  env:\n    LOG_LEVEL: debug\n"],
    "pro": [
        "global: {imageRegistry: mirror.example}\nAPP:\n  resources: {limits: {memory: 512Mi}}\n",
        "APP:\n  replicaCount: 5\n  persistence: {tmp: null}\n  livenessProbe: null\n  image: {tag: null}\n",
    ],
}


def chart_files(archetype: str) -> dict[str, str]:
    """An umbrella with one app, whose chart prints the merged values."""
    app = app_chart(archetype, schema=False)
    ours = '{{ tpl (.Files.Get "ours.json") . }}'
    return umbrella({archetype: {**app, "templates/show.yaml": MERGED, "templates/ours.yaml": ours}})


def compiled(files: Mapping[str, str]) -> str:
    """Where the library stands that the app was published with."""
    return next(path for path in files if path.endswith(f"/_{LIBRARY}.v1.tpl"))


def explained(files: Mapping[str, str], layers: list[Document], *path: str) -> Explanation:
    """What `explain` makes of the chart at `path` in the umbrella of these files."""
    chart = load_chart(MemoryTree({name: FileState(as_bytes(text)) for name, text in files.items()}))
    coalesced = coalesce(chart, layers)
    return explain(coalesced, next(part for part in coalesced.slices if part.path == path))


def helms(files: Mapping[str, str], layers: list[Document], app: str, ours: Explanation) -> Any:
    """The merged values as the embedded Helm prints them, and our strings of the library as it evaluates them."""
    values: dict[str, Any] = {}
    for layer in layers:
        values = merged(values, layer.value or {})
    strings = [setting.value for setting in ours.settings if setting.origin[0] in ours.library]
    texts = sorted({text for text in strings if isinstance(text, str) and "{{" in text})
    more = {f"charts/{app}/ours.json": json.dumps(texts)}
    with helm_python.Chart.load_archive(archive({**files, **more}, "shop")) as chart:
        rendered = chart.render(values, name="tst")
    found = {path.rpartition("/")[2]: text for path, text in rendered.items()}
    return json.loads(found["show.yaml"]), dict(zip(texts, json.loads(found["ours.yaml"]), strict=True))


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = base.keys() & over.keys()
    maps = {key for key in both if isinstance(base[key], dict) and isinstance(over[key], dict)}
    return {**base, **over, **{key: merged(base[key], over[key]) for key in maps}}


def evaluated(ours: Explanation, texts: Mapping[str, str]) -> dict[str, Any]:
    """Our values with the library's own strings as Helm evaluates them when it includes the define."""
    values: dict[str, Any] = json.loads(json.dumps(ours.values))
    for setting in ours.settings:
        if setting.origin[0] in ours.library and isinstance(setting.value, str):
            put(values, setting.key, texts.get(setting.value, setting.value))
    return values


def agree(files: Mapping[str, str], layers: list[Document], app: str) -> Explanation:
    ours = explained(files, layers, app)
    theirs, texts = helms(files, layers, app, ours)
    assert without_nulls(evaluated(ours, texts)) == without_nulls(theirs)
    return ours


def without_nulls(value: Any) -> Any:
    """The value as the library takes it: to it, a key that is null is not there."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_effective_values_are_those_that_the_library_renders_with(archetype: str) -> None:
    files = chart_files(archetype)
    for name, texts in ENVIRONMENTS.items():
        layers = [read(text.replace("APP", archetype).encode(), f"{name}/{n}.yaml") for n, text in enumerate(texts)]
        everything_is_where_it_says(agree(files, layers, archetype))


def everything_is_where_it_says(ours: Explanation) -> None:
    listed: dict[str, Any] = {}
    for setting in ours.settings:
        document, path = setting.origin
        value: Any = document.value
        for step in path:
            value = value[step]
        assert value == setting.value, setting
        assert path[-1] == setting.key[-1]
        if setting.value is not None:
            put(listed, setting.key, setting.value)
    assert without_nothing(ours.values) == listed


def put(tree: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    tree[path[-1]] = value


def without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    """Without nulls, and without the empty maps that Helm adds for globals and for the library."""
    kept = {key: without_nothing(item) if isinstance(item, dict) else item for key, item in values.items()}
    return {key: item for key, item in kept.items() if item is not None and item != {}}


def random_values(random: Random, shape: Any, depth: int = 0) -> Any:
    """Values that meet the library's defaults: nulls, maps over scalars, scalars over maps, empty things."""
    if random.random() < 0.15 * depth or not isinstance(shape, dict):
        return random.choice((None, "x", 0, False, [], {}, ["a", None], {"p": 1}, {"p": None}, shape))
    found = {key: random_values(random, item, depth + 1) for key, item in shape.items() if random.random() < 0.4}
    return {**found, **({"own": random_values(random, None)} if random.random() < 0.5 else {})}


@pytest.mark.parametrize("seed", range(30))
def test_random_values_are_merged_as_helm_merges_them(seed: int) -> None:
    random = Random(seed)
    archetype = random.choice(ARCHETYPES)
    files = chart_files(archetype)
    path = f"charts/{archetype}/templates/app.yaml"
    files[path] = f"{{{{ if false }}}}{files[path]}{{{{ end }}}}"
    files[f"charts/{archetype}/templates/NOTES.txt"] = ""
    shape = {**explained(files, [], archetype).values}
    for key in ("archetype", "enabled", "global", LIBRARY, *READ_BY_UNITS):
        shape.pop(key, None)
    own = yaml.safe_load(files[f"charts/{archetype}/values.yaml"])
    files[f"charts/{archetype}/values.yaml"] = json.dumps(merged(own, random_values(random, shape)))
    layers = [of_mapping({archetype: random_values(random, shape)}, f"{n}.yaml") for n in range(random.randint(0, 2))]
    agree(files, layers, archetype)


def sources(ours: Explanation) -> dict[str, tuple[str, int]]:
    found = {".".join(map(str, s.key)): s.origin for s in ours.settings}
    return {key: (document.path, document.span(path).line) for key, (document, path) in found.items()}


def test_every_value_names_its_file_and_line() -> None:
    files = chart_files("rest-api")
    layers = [read(text.replace("APP", "rest-api").encode(), f"{n}.yaml") for n, text in enumerate(ENVIRONMENTS["pro"])]
    ours = explained(
        files, [*layers, of_mapping({"rest-api": {"replicaCount": 7}}, "rest-api.replicaCount=7")], "rest-api"
    )
    found = sources(ours)
    assert found["replicaCount"] == ("rest-api.replicaCount=7", 0)
    assert found["resources.limits.memory"] == ("0.yaml", 3)
    assert found["global.imageRegistry"] == ("0.yaml", 1)
    assert found["livenessProbe"] == ("1.yaml", 4)
    assert found["archetype"] == ("charts/rest-api/values.yaml", 1)
    library = compiled(files)
    lines = files[library].splitlines()
    for key in ("resources.requests.memory", "readinessProbe.path", "service.enabled"):
        path, line = found[key]
        assert path == library
        assert lines[line - 1].strip().startswith(f'"{key.rpartition(".")[2]}":'), key


def test_a_null_of_an_environment_takes_away_and_says_so() -> None:
    files = chart_files("rest-api")
    files["charts/rest-api/values.yaml"] += "podLabels: {tier: web}\nservice: {port: 9000}\n"
    text = "rest-api:\n  podLabels: {tier: null}\n  livenessProbe: null\n  service: {port: null}\n"
    ours = agree(files, [read(text.encode(), "values.yaml")], "rest-api")
    removed = {".".join(map(str, s.key)): s.origin[0].path for s in ours.settings if s.removed}
    assert removed == {"podLabels.tier": "values.yaml", "livenessProbe": "values.yaml"}
    assert ours.values["livenessProbe"] is None
    assert ours.values["podLabels"] == {}
    assert ours.values["service"]["port"] == 8080, "the app's value is gone, so the archetype's counts again"


def test_a_chart_without_a_library_has_its_own_values() -> None:
    files = {
        "Chart.yaml": METADATA.decode(),
        "values.yaml": "a: {b: 1, c: []}\nd: null\n",
        "templates/x.yaml": "{{ include `other` . }}",
    }
    ours = explained(files, [read(b"a: {c: {}}\n", "f.yaml")])
    assert (ours.values, ours.library) == ({"a": {"b": 1, "c": {}}}, {})
    assert sources(ours) == {"a.b": ("values.yaml", 1), "a.c": ("f.yaml", 1)}


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("charts/rest-api/values.yaml", "archetype: rest-api", "archetype: rest", "has no archetype `rest`"),
        ("charts/rest-api/templates/app.yaml", ".v1@", ".v7@", "no chart here has `commons.v7@1.0.0-"),
        ("", '"kind": "Deployment"', '"kind": {{ 1 }}', "holds no plain values"),
    ],
)
def test_what_cannot_be_explained_says_why(path: str, old: str, new: str, message: str) -> None:
    files = chart_files("rest-api")
    path = path or compiled(files)
    assert old in files[path]
    files[path] = files[path].replace(old, new)
    with pytest.raises(ShunterError) as caught:
        explained(files, [], "rest-api")
    assert message in caught.value.message
    assert caught.value.hint or caught.value.span
