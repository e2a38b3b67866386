"""A library that was edited without a version: cut, lint and package say that no app has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.tools import need_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all
from helpers.workspaces.small import small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.packaging.library import changed_library, is_same
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.projects import files_in
from shunter.model.findings import Finding

SAID = "library has changed since commons 1.0.0 was packaged, and apps have it as it was then"


@pytest.fixture
def small(tmp_path: Path) -> Context:
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


def found(context: Context) -> Finding | None:
    context = open_context(context.root)
    return changed_library(context, open_archives(context))


def test_an_edit_without_a_version_is_told(small: Context) -> None:
    assert found(small) is None
    assert "commons" not in ok("train", "cut", "1.0.0", cwd=small.root).err
    commit_all(small.root, {"library/templates/_more.tpl": '{{ define "commons.v1.more" }}{{ end }}\n'})
    finding = found(small)
    assert finding is not None
    assert finding.message == SAID
    assert finding.hint.startswith("shunter bump commons, then `shunter package`; apps get it by: ")
    assert f"warning[not-packaged]: {SAID}" in ok("train", "cut", "1.1.0", cwd=small.root).err
    need_helm()
    assert f"warning[not-packaged]: {SAID}" in ok("lint", "library", cwd=small.root).err
    chart = (small.root / "library/Chart.yaml").read_text("utf-8").replace("1.0.0", "1.1.0")
    commit_all(small.root, {"library/Chart.yaml": chart})
    assert found(small) is None, "a version of its own, that nobody has yet"


def test_what_git_ignores_is_no_change(small: Context) -> None:
    commit_all(small.root, {".gitignore": "library/notes.txt\n"})
    (small.root / "library/notes.txt").write_text("mine\n", "utf-8")
    context = open_context(small.root)
    held = open_archives(context).fetch("commons", "1.0.0")
    assert is_same(files_in(context, small.root / "library"), small.root / "library", held)
