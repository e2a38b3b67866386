"""What a pull request says: services, commits, gates and objects; and that nothing of it is read as Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git, make_repo
from helpers.workspaces.promoted import Promoted
from shunter.adapters.git.repository import Repository
from shunter.flows.promotions.body import Brought, body_of, commits_between
from shunter.flows.release.release import release_of
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.model.files import SubTree


def body(root: Path, name: str, notices: tuple[str, ...] = ()) -> str:
    """The text about the last commit of an environment."""
    context = open_context(root)
    site = context.site("environment", name)
    after = files_of(context, site)
    before = ProjectFiles(SubTree(Repository(root).tree("HEAD^"), site.folder), after.label)
    assert after.record
    sides = (release_of(context, site, of=before), release_of(context, site, of=after))
    return body_of(context, context, Brought(name, after.entries[after.record.entry], *sides, notices))


def test_it_names_services_gates_and_objects(promoted: Promoted) -> None:
    root = promoted.ours
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    found = body(root, "tst", ("a `notice` <b> @all",))
    assert "| `orders` | `-` | `1.0.0` | new |" in found
    assert "* `orders` comes from the start of its route" in found
    assert "* a  notice  &lt;b> @\u200ball" in found
    ok("promote", "1.1.0", "--to", "tst", cwd=root)
    found = body(root, "tst")
    assert "| `orders` | `1.0.0` | `1.1.0 (7)` |  |" in found
    ok("promote", "--from", "tst", "--to", "pre", "--why", "it | works", cwd=root)
    found = body(root, "pre")
    day = git(root, "log", "-1", "--format=%cs")
    assert f"* `orders` ran in `tst` since {day}" in found
    assert "* why: `it   works`" in found
    ok("rollback", "tst", cwd=root)
    found = body(root, "tst")
    assert "| `orders` | `1.1.0 (7)` | `1.0.0` | down |" in found
    assert "* a rollback to `" in found


def test_the_difference_of_each_object_is_in_it(promoted: Promoted) -> None:
    root = promoted.ours
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    ok("promote", "1.1.0", "--to", "tst", cwd=root)
    found = body(root, "tst")
    assert "### Objects" in found
    assert "| +" in found
    assert "```diff" in found


def test_commits_are_those_between_two_charts(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "orders", {"a": "1"})
    first = git(root, "rev-parse", "HEAD")
    commit_all(root, {"other/x": "1"}, "elsewhere")
    for number in range(25):
        commit_all(root, {"charts/orders/x": str(number)}, f"change {number}")
    found = commits_between(Repository(root), first, "HEAD", ["charts/orders"])
    assert (len(found), found[0].split(" ", 1)[1], found[-1]) == (21, "change 24", "and more")
    assert commits_between(Repository(root), "0" * 40, "HEAD", ["charts/orders"]) == []


@pytest.mark.parametrize("text", ["```\n", "````x\n"])
def test_nothing_ends_the_fence(text: str) -> None:
    from shunter.flows.promotions.body import _fenced

    first, *_, last = _fenced(f"+{text}")
    assert (first, last) == (f"{last}diff", last)
    assert last not in text
