"""Files of a chart as Helm finds them: links, ignored files, and what it loads no chart with."""

from __future__ import annotations

import pytest

from shunter.core.charts.files import follow, leads_out, no_files, reader, real_paths, refused, without_ignored
from shunter.model.files import SYMLINK, FileState, Listing, MemoryTree, SubTree
from shunter.model.findings import Kind


def tree(**files: str) -> MemoryTree:
    """A tree; a text that starts with `->` is a link."""
    states = {}
    for path, text in files.items():
        linked = text.startswith("->")
        states[path] = FileState(text.removeprefix("->").encode(), SYMLINK) if linked else FileState(text.encode())
    return MemoryTree(states)


@pytest.mark.parametrize(
    ("path", "data"),
    [("a", b"x"), ("d/b", b"x"), ("d/c", b"x"), ("loop", None), ("lost", None), ("gone", None), ("out", None)],
)
def test_a_link_is_followed_as_far_as_it_stays_inside(path: str, data: bytes | None) -> None:
    files = tree(a="x", **{"d/b": "->../a", "d/c": "->./b"}, loop="->loop", lost="->nothing", out="->../../secret")
    state = follow(files, path)
    assert (state and state.data) == data
    assert reader(files, path)() == state


def test_a_link_out_of_a_folder_is_not_followed_though_what_is_named_beside_it_is_read() -> None:
    files = SubTree(tree(**{"app/a": "->../../b", "app/n": "->../b", "b": "x", "l": "->b"}), "app")
    assert [follow(files, path) for path in ("a", "n")] == [None, None]
    assert [follow(files, path) for path in ("../b", "../l")] == [FileState(b"x"), FileState(b"x")]


def test_a_chain_of_links_ends_after_ten() -> None:
    links = {f"l{number}": f"->l{number + 1}" for number in range(12)}
    files = tree(**links, l12="x")
    assert (follow(files, "l3"), follow(files, "l2")) == (FileState(b"x"), None)


def test_a_linked_folder_in_charts_has_the_files_that_stand_elsewhere() -> None:
    files = tree(
        **{"app/Chart.yaml": "", "app/charts/lib": "->../../lib", "app/charts/x.tgz": "->../x.tgz", "app/charts/up": "->../../../up"},
        **{"lib/Chart.yaml": "", "lib/templates/_a.tpl": "", "app/templates/l": "->../../lib"},
    )  # fmt: skip
    assert real_paths(files, files.paths("app"), "app/") == {
        "Chart.yaml": "app/Chart.yaml",
        "charts/lib/Chart.yaml": "lib/Chart.yaml",
        "charts/lib/templates/_a.tpl": "lib/templates/_a.tpl",
        "charts/x.tgz": "app/charts/x.tgz",
        "charts/up": "app/charts/up",
        "templates/l": "app/templates/l",
    }


def test_an_ignore_file_counts_only_if_it_can_be_read() -> None:
    paths = {".helmignore": "c/.helmignore", "a.md": "c/a.md", "b": "c/b"}
    files = tree(**{"c/.helmignore": "*.md\n", "c/a.md": "", "c/b": ""})
    for listing, kept in (
        (Listing([]), ["b"]),
        (Listing([], {"c/.helmignore": "a pipe"}), list(paths)),
        (Listing([], {}, {"c/.helmignore": 10**8}), list(paths)),
    ):
        assert [
            path for path in without_ignored(files, paths, "c/", listing) if path != ".helmignore" or kept != ["b"]
        ] == kept
    assert without_ignored(files, {"b": "c/b"}, "c/", Listing([])) == {"b": "c/b"}


def test_what_helm_loads_no_chart_with() -> None:
    listing = Listing([], {"a": "a pipe", "d": "a folder", "c/.helmignore": "a folder"}, {"big": 6_000_000})
    found = {
        path: [(finding.rule, finding.kind) for finding in refused(path, listing)]
        for path in ("a", "d", "c/.helmignore", "big", "x")
    }
    broken = [("chart-broken", Kind.VERDICT)]
    assert found == {"a": broken, "d": [], "c/.helmignore": broken, "big": [("file-too-large", Kind.VERDICT)], "x": []}


def test_a_folder_with_the_name_of_a_file_is_named_by_a_lint() -> None:
    paths = [
        "values.yaml",
        "charts/svc/Chart.yaml",
        "charts/svc/charts/x/values.schema.json",
        "templates",
        "charts/values.yaml",
    ]
    found = list(no_files(paths, "app"))
    assert [finding.span.path for finding in found] == [f"app/{path}" for path in paths[:3]]
    assert {(finding.rule, finding.kind) for finding in found} == {("not-a-file", Kind.LINT)}
    assert leads_out("app/x").span.path == "app/x"
