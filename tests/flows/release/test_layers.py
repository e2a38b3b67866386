"""The values files of a release in order, and the source charts that stand in for what is not pinned yet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, environment, write_files
from helpers.workspaces import own_files
from helpers.workspaces.gitrepo import write
from shunter.core.charts.load import load_chart
from shunter.core.goyaml.document import MAX_BYTES, read
from shunter.flows.release.layers import awaited, extra_layer, layers_of, unpinned_note, with_sets, with_sources
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ANSWERS_FILE, ProjectFiles
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, MemoryTree
from shunter.model.findings import Finding, Kind, Span

ANSWERS = b"_src_path: x\n_commit: v1\nkind: environment\nname: tst\nvalues_files: [common.yaml, values.yaml]\n"
SHOP = own_files.workspace("""\
name: shop
layout: mono
services:
  orders: {archetype: rest-api}
  cache: {chart: {path: third/cache}}
  far: {chart: {repository: https://charts.invalid, name: far, version: 1.0.0}}
  gone: {archetype: worker}
environments:
  tst: {}
""")


def project(**files: FileState) -> ProjectFiles:
    return ProjectFiles(
        MemoryTree({ANSWERS_FILE: FileState(ANSWERS), **{f"{k}.yaml": v for k, v in files.items()}}), "envs/tst"
    )


def test_layers_come_in_the_order_of_the_answers() -> None:
    layers = layers_of(project(values=FileState(b"b: 2\n"), common=FileState(b"a: 1\n"), other=FileState(b"c: 3\n")))
    assert [(layer.path, layer.value) for layer in layers] == [("common.yaml", {"a": 1}), ("values.yaml", {"b": 2})]


def test_a_link_in_the_repository_is_followed_and_one_out_of_it_is_refused() -> None:
    one, two = FileState(b"a: 1\n"), FileState(b"values.yaml", SYMLINK)
    assert [layer.value for layer in layers_of(project(values=one, common=two))] == [{"a": 1}, {"a": 1}]
    with pytest.raises(ShunterError, match=r"envs/tst/common\.yaml is a symbolic link out of its repository"):
        layers_of(project(values=one, common=FileState(b"../../../x.yaml", SYMLINK)))
    with pytest.raises(ShunterError, match=r"envs/tst/common\.yaml is missing"):
        layers_of(project(values=one))


def test_a_further_file_is_named_from_the_chart(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    write(root, {"start/x.yaml": "a: 1\n", "chart/Chart.yaml": ""})
    layer = extra_layer(Context(root, root / "start", None), "x.yaml", root / "chart")
    assert (layer.path, layer.value) == ("../start/x.yaml", {"a": 1})


def test_what_is_no_values_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    context = Context(tmp_path, tmp_path, None)
    for name, message in (
        ("", "-f has an empty name"),
        ("gone.yaml", "there is no file gone.yaml"),
        ("folder", "folder is a folder, not a file"),
        ("pipe", "pipe is a pipe, not a file"),
    ):
        with pytest.raises(ShunterError) as error:
            extra_layer(context, name, tmp_path)
        assert error.value.message == message


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    layer = extra_layer(Context(tmp_path, tmp_path, None), "big.yaml", tmp_path)
    assert [finding.span.path for finding in layer.findings] == ["big.yaml"]
    assert not layer.value


def test_sets_come_last_in_their_order(tmp_path: Path) -> None:
    here = Context(tmp_path, tmp_path, None)
    (tmp_path / "a.txt").write_bytes(b"x\xff\n")
    layers = [read(b"a: 0\n", "values.yaml")]
    assert with_sets(here, layers, ()) == layers
    assert [layer.value for layer in with_sets(here, layers, ["--set a=1,b=x", "--set a=2"])][1:] == [
        {"a": 1, "b": "x"},
        {"a": 2},
    ]
    assert with_sets(here, layers, ["--set-file c=a.txt"])[1].value == {"c": "x\ufffd\n"}
    for name in (".", "gone"):
        with pytest.raises(ShunterError, match=f"{name} is (a folder|nothing), not a file"):
            with_sets(here, layers, [f"--set-file c={name}"])


@pytest.mark.parametrize(
    "given", ["--set a=1,password=Zq9,Zq8", '--set-json password={"a":Zq8', "--set password[x]=Zq8"]
)
def test_an_argument_that_cannot_be_read_shows_no_secret(given: str, tmp_path: Path) -> None:
    with pytest.raises(ShunterError) as refused:
        with_sets(Context(tmp_path, tmp_path, None), [], [given])
    assert "Zq" not in f"{refused.value} {refused.value.hint}"
    assert refused.value.hint


def test_what_stdin_held_is_a_layer(tmp_path: Path) -> None:
    context = Context(tmp_path, tmp_path, None, stdin=b"a: [1\n")
    layer = extra_layer(context, "-", tmp_path / "web")
    assert [finding.span.path for finding in layer.findings] == ["<stdin>"]
    (large,) = extra_layer(replace(context, stdin=b"#" * (MAX_BYTES + 1)), "-", tmp_path).findings
    assert (large.rule, large.span.path) == ("file-too-large", "<stdin>")


def test_what_the_values_speak_of_and_nobody_pinned_is_awaited(tmp_path: Path) -> None:
    layers = [read(b"gone: {}\nstranger: {}\n", "a.yaml"), read(b"orders: {}\ncache: {}\n", "b.yaml")]
    assert awaited(Context(tmp_path, tmp_path, SHOP), {"cache"}, layers) == ["orders", "gone"]
    assert awaited(Context(tmp_path, tmp_path, None), set(), layers) == []


def test_source_charts_stand_in_as_far_as_they_are_there(tmp_path: Path) -> None:
    write_files(tmp_path / "charts/orders", chart_files("orders", "0.2.0"))
    write_files(tmp_path / "third/cache", chart_files("redis", "7.0.0"))
    files, _, _ = environment({"web": chart_files("web")})
    chart = load_chart(MemoryTree(files))
    found, names = with_sources(Context(tmp_path, tmp_path, SHOP), chart, ["orders", "cache", "far", "gone", "unknown"])
    assert names == {"orders", "cache"}
    new = found.dependencies[len(chart.dependencies) :]
    assert [(item.key, item.name, item.version, item.condition) for item in new] == [
        ("orders", "orders", "0.2.0", "orders.enabled"),
        ("cache", "redis", "7.0.0", "cache.enabled"),
    ]
    assert [subchart.name for subchart in found.subcharts] == [*(s.name for s in chart.subcharts), "orders", "redis"]


def test_a_finding_about_what_is_not_pinned_is_a_lint_that_says_so() -> None:
    about = Finding("type", "m", Span("values.yaml"), key=("orders", "a"))
    told = unpinned_note(about, {"orders"})
    assert (told.kind, told.notes) == (
        Kind.LINT,
        ("unpinned: judged against the chart of orders as it is in the workspace",),
    )
    assert unpinned_note(about, {"web"}) is about
    assert unpinned_note(Finding("type", "m", Span("v.yaml")), {"orders"}).kind is Kind.VERDICT
