"""Values of umbrellas against the embedded Helm, and where each value comes from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from helpers.charts.tiny_charts import umbrella_of
from helpers.fuzz.umbrella_fuzz import umbrella
from helpers.oracles.agreement import umbrella_values
from helpers.oracles.embedded_helm import SHOW_VALUES, archive, values_of
from helpers.steps import LINEAR, growth
from shunter.core.charts.load import load_archive, load_chart
from shunter.core.goyaml.document import read
from shunter.core.values.coalesce import Coalesced, charts_below, coalesce


@pytest.mark.slow  # random charts, which Helm renders one by one
def test_random_umbrellas_get_the_values_that_helm_gives_them() -> None:
    """A slice: bench/fidelity.py compares 6,000."""
    random = Random(11)
    wrong = []
    for _ in range(250):
        files, layers = umbrella(random)
        theirs, ours = umbrella_values(files, layers)
        if theirs != ours:
            wrong.append((files, layers))
    assert wrong == []


def chart_yaml(name: str, *dependencies: Mapping[str, Any]) -> str:
    """A Chart.yaml; version 1.0.0 where a dependency names none."""
    entries = [{"version": "1.0.0", **dependency} for dependency in dependencies]
    return json.dumps({"apiVersion": "v2", "name": name, "version": "1.0.0", "dependencies": entries})


SVC = {"charts/svc/Chart.yaml": chart_yaml("svc"), "charts/svc/values.yaml": "replicas: 1\nimage: {tag: a, pull: b}\n"}

TRAPS: list[tuple[str, dict[str, str], list[dict[str, Any]]]] = [
    ("null with -f deletes a default", {"values.yaml": "svc: {image: {tag: z}}"}, [{"svc": {"replicas": None}}]),
    ("null in the umbrella's file does nothing", {"values.yaml": "svc: {replicas: null}"}, []),
    ("null without a default stays", {}, [{"svc": {"none": None}}]),
    ("a chart's own null is dropped", {"charts/svc/values.yaml": "x: null\ny: {z: null}"}, []),
    ("global is passed to every chart", {"values.yaml": "global: {a: 1}"}, [{"svc": {"global": {"b": 2}}}]),
    ("a null block of a subchart with a default", {"values.yaml": "svc: {a: 1}"}, [{"svc": None}]),
    ("a null block of a subchart", {}, [{"svc": None}]),
    ("a subchart's values that are no map", {}, [{"svc": True}]),
    ("a list replaces", {"charts/svc/values.yaml": "l: [1, 2]"}, [{"svc": {"l": [3]}}]),
    ("a scalar over a map", {}, [{"svc": {"image": "x"}}]),
    ("a map over a scalar", {}, [{"svc": {"replicas": {"a": 1}}}]),
]


DYING = pytest.mark.slow  # a gigabyte is filled before Go gives up
EXPORTS = "exports: {data: {b: {x: 1}, d: {}}, other: {b: {y: 1}}}\nb: {z: {w: 1}}\n"


@pytest.mark.parametrize(
    ("imports", "dies"),
    [
        (["data", {"child": "exports.data", "parent": "b.c"}], True),
        pytest.param(["data", {"child": "exports.data.b", "parent": "b.c"}], True, marks=DYING),
        pytest.param(["data", {"child": "exports.data", "parent": "d"}], True, marks=DYING),
        pytest.param(
            [{"child": "exports", "parent": "."}, {"child": "exports", "parent": "data.e"}], True, marks=DYING
        ),
        (["data", {"child": "exports.other", "parent": "b.c"}], False),
        (["data", {"child": "exports.data", "parent": "e"}], False),
        ([{"child": "exports.data", "parent": "b.c"}, "data"], False),
        (["data", "data"], False),
    ],
)
def test_what_is_imported_into_itself_is_seen_where_helm_dies_of_it(imports: list[Any], dies: bool) -> None:
    files = {
        "Chart.yaml": chart_yaml("top", {"name": "svc", "import-values": imports}),
        "charts/svc/Chart.yaml": chart_yaml("svc"),
        "charts/svc/values.yaml": EXPORTS,
    }
    theirs, ours = umbrella_values(files, [])
    assert ours == theirs
    assert (ours is None) is dies
    found = coalesce(load_archive(archive(files), "top.tgz"), []).circle
    assert (found and (found.chart.name, found.dependency)) == (("top", "svc") if dies else None)


@pytest.mark.parametrize(("files", "layers"), [trap[1:] for trap in TRAPS], ids=[trap[0] for trap in TRAPS])
def test_traps_of_plain_umbrellas(files: dict[str, str], layers: list[dict[str, Any]]) -> None:
    theirs, ours = umbrella_values({"Chart.yaml": chart_yaml("top", {"name": "svc"}), **SVC, **files}, layers)
    assert ours == theirs


@pytest.mark.parametrize("listed", [None, []], ids=["no list", "an empty list"])
def test_an_empty_list_of_dependencies_is_not_the_same_as_none(listed: list[Any] | None) -> None:
    """Without a list, Helm does not look at what the charts below depend on: their aliases stay unused."""
    top = json.dumps({"apiVersion": "v2", "name": "top", "version": "1.0.0", "dependencies": listed})
    files = {"Chart.yaml": top, "charts/mid/Chart.yaml": chart_yaml("mid", {"name": "svc", "alias": "api"})}
    theirs, ours = umbrella_values({**files, **{f"charts/mid/{path}": text for path, text in SVC.items()}}, [])
    assert ours == theirs
    assert set(ours["mid"]) == {"global", "svc" if listed is None else "api"}


@pytest.mark.parametrize("entry", [{"alias": "b"}, {"import-values": [{"child": "data", "parent": "got"}]}])
def test_aliases_of_a_chart_share_what_is_deep_below_it(entry: dict[str, Any]) -> None:
    """The first alias uses up the wiring of the second level where the first level lists nothing, or nothing in it."""
    deep = {"name": "leaf", **entry}
    for middle in (None, []):
        files = {
            "Chart.yaml": chart_yaml("top", {"name": "sub"}, {"name": "sub", "alias": "again"}),
            "charts/sub/Chart.yaml": json.dumps({"name": "sub", "version": "1.0.0", "dependencies": middle}),
            "charts/sub/charts/mid/Chart.yaml": chart_yaml("mid", deep),
            "charts/sub/charts/mid/charts/leaf/Chart.yaml": chart_yaml("leaf"),
            "charts/sub/charts/mid/charts/leaf/values.yaml": "data: {x: 1}",
        }
        theirs, ours = umbrella_values(files, [])
        assert ours == theirs
        assert (ours["sub"] == ours["again"]) == (middle is None and "alias" in entry)


WIRINGS: list[tuple[str, list[dict[str, Any]], dict[str, Any]]] = [
    ("one chart under two aliases", [{"alias": "api"}, {"alias": "web"}], {"api": {"replicas": 2}}),
    ("the chart's name is nobody's", [{"alias": "api"}], {"svc": {"replicas": 2}}),
    ("a condition switches off", [{"condition": "svc.enabled"}], {"svc": {"enabled": False}}),
    ("a condition that is text", [{"condition": "svc.enabled"}], {"svc": {"enabled": "false"}}),
    ("a condition that is nowhere", [{"condition": "nope.enabled"}], {}),
    ("the first boolean of several conditions", [{"condition": "a.b,c"}], {"a": {"b": "x"}, "c": False}),
    ("a condition beats tags", [{"condition": "svc.on", "tags": ["t"]}], {"svc": {"on": True}, "tags": {"t": False}}),
    ("tags switch off", [{"tags": ["t", "u"]}], {"tags": {"t": False}}),
    ("one true tag is enough", [{"tags": ["t", "u"]}], {"tags": {"t": False, "u": True}}),
    ("a range that does not fit leaves the chart unlisted", [{"version": "2.x", "alias": "api"}], {"svc": {"a": 1}}),
    ("values are imported", [{"import-values": [{"child": "image", "parent": "."}]}], {"svc": {"image": {"tag": "c"}}}),
    (
        "the parent beats an import",
        [{"import-values": [{"child": "image", "parent": "x.y"}]}],
        {"x": {"y": {"tag": 1}}},
    ),
    ("exports are imported", [{"import-values": ["data"]}], {}),
]


@pytest.mark.parametrize(("entries", "layer"), [case[1:] for case in WIRINGS], ids=[case[0] for case in WIRINGS])
def test_traps_of_wiring(entries: list[dict[str, Any]], layer: dict[str, Any]) -> None:
    dependencies = [{"name": "svc", **entry} for entry in entries]
    files = {"Chart.yaml": chart_yaml("top", *dependencies), **SVC}
    files["charts/svc/values.yaml"] += "exports: {data: {one: 1}}\n"
    theirs, ours = umbrella_values(files, [layer])
    assert ours == theirs


def test_nested_archives_and_links_are_loaded_as_helm_loads_them() -> None:
    inner = archive({"Chart.yaml": chart_yaml("db"), "values.yaml": "size: 1"}, "db")
    files = {
        "Chart.yaml": chart_yaml("top", {"name": "svc"}).encode(),
        "charts/svc/Chart.yaml": chart_yaml("svc", {"name": "db", "alias": "store"}).encode(),
        "charts/svc/charts/db-1.0.0.tgz": inner,
        "charts/_ignored/whatever": b"x",
        "charts/svc.tgz.prov": b"x",
        "templates/show.yaml": SHOW_VALUES.encode(),
    }
    data = archive(files)
    ours = coalesce(load_archive(data, "top.tgz"), [])
    assert ours.values == values_of(data)
    assert [part.path for part in ours.slices] == [(), ("svc",), ("svc", "store")]
    assert ours.slices[2].chart.values.path == "top.tgz/charts/svc/charts/db-1.0.0.tgz/values.yaml"


def provenance() -> Coalesced:
    """An umbrella whose values come from everywhere."""
    files = {
        "Chart.yaml": chart_yaml(
            "top",
            {"name": "svc", "alias": "api", "import-values": [{"child": "image", "parent": "imported"}]},
            {"name": "svc", "alias": "web"},
        ),
        "values.yaml": "own: 1\napi:\n  replicas: 2\nglobal:\n  zone: a\n",
        **SVC,
    }
    layers = [
        read(b"api:\n  image:\n    tag: x\n", "common.yaml"),
        read(b"api: {image: {pull: y}}\nempty: {}\n", "pro.yaml"),
    ]
    return coalesce(load_archive(archive(files), "top.tgz"), layers)


ORIGINS = [
    (("api", "image", "tag"), "common.yaml", ("api", "image", "tag"), 3),
    (("api", "image", "pull"), "pro.yaml", ("api", "image", "pull"), 1),
    (("api", "image"), "pro.yaml", ("api", "image"), 1),
    (("api", "replicas"), "top.tgz/values.yaml", ("api", "replicas"), 3),
    (("web", "replicas"), "top.tgz/charts/svc/values.yaml", ("replicas",), 1),
    (("web", "image", "tag"), "top.tgz/charts/svc/values.yaml", ("image", "tag"), 2),
    (("web", "global", "zone"), "top.tgz/values.yaml", ("global", "zone"), 5),
    (("imported", "tag"), "top.tgz/charts/svc/values.yaml", ("image", "tag"), 2),
    (("empty",), "pro.yaml", ("empty",), 2),
    (("web", "nothing", "here"), "top.tgz/charts/svc/values.yaml", (), None),
]


@pytest.mark.parametrize(("path", "file", "own", "line"), ORIGINS, ids=[".".join(case[0]) for case in ORIGINS])
def test_every_value_knows_the_file_and_line_that_set_it(
    path: tuple[str, ...], file: str, own: tuple[str, ...], line: int | None
) -> None:
    origin = provenance().origin(path)
    assert origin is not None
    document, found = origin
    if line is None:
        assert found == ()
        return
    assert (document.path, found, document.span(found).line) == (file, own, line)


def test_the_value_that_stops_helm_is_named_with_its_place() -> None:
    files = {"Chart.yaml": chart_yaml("top", {"name": "svc"}), **SVC}
    stopped = coalesce(load_archive(archive(files), "top.tgz"), [read(b"a: 1\nsvc: true\n", "v.yaml")])
    assert stopped.values is None
    assert stopped.mismatch is not None
    name, origin = stopped.mismatch
    assert origin is not None
    assert (name, origin[0].path, origin[1]) == ("svc", "v.yaml", ("svc",))


def test_each_chart_meets_its_own_dependency_and_values_alone() -> None:
    def coalesced(charts: int) -> Callable[[], object]:
        chart = load_chart(umbrella_of(charts))
        layer = read("".join(f"app-{number}: {{a: 1}}\n" for number in range(charts)).encode(), "values.yaml")
        return lambda: (coalesce(chart, [layer]), list(charts_below(chart)))

    assert growth(coalesced) < LINEAR
