"""Paths in findings as the person who runs the command writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import label, relabelled, seen_from
from shunter.model.findings import Finding, Span, TextEdit


def at(path: str) -> Finding:
    span = Span(path, 1, 1, 2, "x")
    return Finding("type", "m", span, related=(("the other", span),), fix=(TextEdit(span, "y"),))


def paths(finding: Finding) -> set[str]:
    return {finding.span.path, finding.related[0][1].path, finding.fix[0].span.path}


@pytest.mark.parametrize(
    ("path", "folder", "shown"),
    [
        ("values.yaml", "envs/tst", "envs/tst/values.yaml"),
        ("values.yaml", ".", "values.yaml"),
        ("../x.yaml", "envs/tst", "envs/x.yaml"),
        ("", "envs/tst", "envs/tst"),
        ("values.yaml", "oci:/r.example/web:1.0.0", "oci://r.example/web:1.0.0/values.yaml"),
        ("charts/a/../b/values.yaml", "oci:/r.example/web:1.0.0", "oci://r.example/web:1.0.0/charts/b/values.yaml"),
        ("", "oci:/r.example/web:1.0.0", "oci://r.example/web:1.0.0"),
        ("/abs/x.yaml", "envs/tst", "/abs/x.yaml"),
        ("--set a=1", "envs/tst", "--set a=1"),
    ],
)
def test_a_path_below_a_folder(path: str, folder: str, shown: str) -> None:
    (finding,) = relabelled([at(path)], folder)
    assert paths(finding) == {shown}
    assert (finding.span.line, finding.span.text, finding.fix[0].replacement) == (1, "x", "y")


@pytest.mark.parametrize(
    ("path", "shown"),
    [("../envs/05.yaml", "05.yaml"), ("../x.yaml", "../x.yaml"), ("05.yaml", "05.yaml"), ("a/../b", "a/../b")],
)
def test_a_path_that_comes_back_does_not_leave(path: str, shown: str, tmp_path: Path) -> None:
    assert paths(seen_from(tmp_path / "envs", at(path))) == {shown}


def test_a_folder_is_named_from_where_the_run_started(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    start = (tmp_path / "a").resolve()
    context = Context(start, start, None)
    assert [label(context, tmp_path / name) for name in ("a/b", "a", ".", "link/b")] == ["b", ".", "..", "b"]
