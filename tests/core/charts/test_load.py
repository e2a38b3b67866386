"""Charts loaded from trees: what is read, what is missing, what is broken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.charts.tiny_charts import umbrella_of
from helpers.oracles.embedded_helm import RefusedError, archive, values_of
from helpers.steps import LINEAR, growth
from shunter.core.charts.load import Chart, load_archive, load_chart
from shunter.model.files import SYMLINK, FileState, MemoryTree
from shunter.model.findings import Kind

SVC = "apiVersion: v2\nname: svc\nversion: 1.2.0\n"
TOP = "apiVersion: v2\nname: top\nversion: 0.1.0\nappVersion: 2.50\ndependencies:\n"


def load(files: dict[str, str], folder: str = "") -> Chart:
    prefix = f"{folder}/" if folder else ""
    return load_chart(MemoryTree({prefix + path: FileState(text.encode()) for path, text in files.items()}), folder)


def test_a_chart_knows_its_parts() -> None:
    files = {
        "Chart.yaml": TOP
        + "- {name: svc, version: 1.x, alias: api, condition: api.on, tags: [1, b], import-values: [x]}\n",
        "values.yaml": "a: 1",
        "values.schema.json": "{}",
        "templates/x.yaml": "{{ .Values.a }}",
        "charts/svc/Chart.yaml": SVC,
    }
    chart = load(files, "envs/pro")
    assert (chart.name, chart.version, chart.app_version, chart.folder) == ("top", "0.1.0", "2.5", "envs/pro")
    (dependency,) = chart.dependencies
    assert (dependency.key, dependency.tags, dependency.import_values) == ("api", ("1", "b"), ("x",))
    assert (chart.missing, chart.findings) == ((), ())
    assert (chart.values.value, chart.values.path, chart.schema) == ({"a": 1}, "envs/pro/values.yaml", b"{}")
    assert chart.schema_path == "envs/pro/values.schema.json"
    assert chart.read("templates/x.yaml") == b"{{ .Values.a }}"
    assert chart.read("nope") is None
    assert [(sub.name, sub.folder) for sub in chart.subcharts] == [("svc", "envs/pro/charts/svc")]


def test_what_charts_does_not_hold_in_a_fitting_version_is_missing() -> None:
    entries = (
        "- {name: svc, version: 2.0.0, alias: old}\n- {name: svc, version: 1.2.0}\n- {name: other, version: 1.0.0}\n"
    )
    chart = load({"Chart.yaml": TOP + entries, "charts/svc/Chart.yaml": SVC})
    assert [dependency.key for dependency in chart.missing] == ["old", "other"]


def test_helmignore_hides_what_helm_does_not_load() -> None:
    files = {
        "Chart.yaml": SVC,
        "values.yaml": "a: 1",
        "values.schema.json": "no json",
        ".helmignore": "*.json\ncharts/\n",
    }
    chart = load({**files, "charts/x/Chart.yaml": "broken: ["})
    assert (chart.schema, chart.subcharts, chart.findings) == (None, (), ())


def test_links_are_followed_inside_the_tree() -> None:
    tree = MemoryTree(
        {
            "app/Chart.yaml": FileState(SVC.encode()),
            "app/values.yaml": FileState(b"../common.yaml", SYMLINK),
            "app/charts/lib": FileState(b"../../lib", SYMLINK),
            "app/charts/loop": FileState(b"loop", SYMLINK),
            "common.yaml": FileState(b"a: 1"),
            "lib/Chart.yaml": FileState(b"apiVersion: v2\nname: lib\nversion: 1.0.0\n"),
        }
    )
    chart = load_chart(tree, "app")
    assert chart.values.value == {"a": 1}
    assert [sub.name for sub in chart.subcharts if sub.name] == ["lib"]


def test_version_1_charts_list_their_dependencies_apart() -> None:
    files = {
        "Chart.yaml": "name: top\nversion: 1.0.0\n",
        "requirements.yaml": "dependencies: [{name: svc, version: 1.2.0}]",
    }
    chart = load({**files, "charts/svc/Chart.yaml": SVC})
    assert [dependency.key for dependency in chart.dependencies] == ["svc"]
    assert (chart.missing, chart.findings) == ((), ())


BROKEN = [
    ({}, "Chart.yaml", 0, "needs a Chart.yaml"),
    ({"Chart.yaml": "name: [\n"}, "Chart.yaml", 1, "no YAML"),
    ({"Chart.yaml": "apiVersion: v2\nversion: 1.0.0\n"}, "Chart.yaml", 1, "has no name"),
    ({"Chart.yaml": "apiVersion: v2\nname: a/b\nversion: 1.0.0\n"}, "Chart.yaml", 2, "`a/b`"),
    ({"Chart.yaml": "apiVersion: v2\nname: a\nversion: one\n"}, "Chart.yaml", 3, "`one`"),
    ({"Chart.yaml": TOP + "  svc: 1\n"}, "Chart.yaml", 6, "list of maps"),
    ({"Chart.yaml": TOP + "- {name: svc, version: 1.2.0, alias: a.b}\n"}, "Chart.yaml", 6, "`a.b`"),
    ({"Chart.yaml": TOP + "- {name: svc, version: 1}\n- {name: x, alias: svc, version: 1}\n"}, "Chart.yaml", 7, "two"),
    ({"Chart.yaml": SVC, "charts/x/Chart.yaml": "name: x\n"}, "charts/x/Chart.yaml", 1, "has no version"),
    ({"Chart.yaml": SVC, "charts/README.md": "x"}, "charts/README.md/Chart.yaml", 0, "needs a Chart.yaml"),
    ({"Chart.yaml": SVC, "charts/x.tgz": "no archive"}, "charts/x.tgz", 0, "not a chart archive"),
    ({"Chart.yaml": SVC, "charts/x.tgz/y": ""}, "charts/x.tgz", 0, "no archive"),
    ({"Chart.yaml": SVC, "values.yaml": "a: ["}, "values.yaml", 1, "no YAML"),
    ({"Chart.yaml": SVC, ".helmignore": "**\n"}, ".helmignore", 1, "**"),
]


@pytest.mark.parametrize(("files", "path", "line", "words"), BROKEN, ids=[case[3] for case in BROKEN])
def test_what_helm_cannot_load_is_a_verdict_in_its_place(
    files: dict[str, str], path: str, line: int, words: str
) -> None:
    first = load(files).findings[0]
    assert (first.kind, first.span.path, first.span.line) == (Kind.VERDICT, path, line)
    assert words in first.message
    assert first.hint


def test_an_archive_is_a_chart_too() -> None:
    chart = load_archive(archive({"Chart.yaml": SVC, "values.yaml": "a: 1"}), "svc-1.2.0.tgz")
    assert (chart.name, chart.values.path) == ("svc", "svc-1.2.0.tgz/values.yaml")
    broken = load_archive(b"\x1f\x8b garbage", "x.tgz")
    assert [finding.rule for finding in broken.findings] == ["chart-broken"]


def test_helm_reads_the_lock_too() -> None:
    files = {"Chart.yaml": SVC, "Chart.lock": "dependencies: [\n"}
    (finding,) = load(files).findings
    assert (finding.rule, finding.span.path, finding.span.line) == ("yaml-syntax", "Chart.lock", 1)
    with pytest.raises(RefusedError, match=r"Chart\.lock"):
        values_of(archive(files))


def test_charts_in_charts_without_end_are_refused() -> None:
    deep = {"charts/a/" * depth + "Chart.yaml": SVC for depth in range(100)}
    wide = {f"charts/a{number}/Chart.yaml": SVC for number in range(1_100)}
    for files in (deep, {"Chart.yaml": SVC, **wide}):
        assert {finding.rule for finding in load(files).findings} == {"chart-broken"}


def test_each_dependency_is_looked_for_among_its_namesakes_alone() -> None:
    def loaded(charts: int) -> Callable[[], object]:
        tree = umbrella_of(charts)
        return lambda: load_chart(tree)

    assert growth(loaded) < LINEAR
