"""Checkouts that leave a workspace: what is said before, and what is looked at again when they are out of the way."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.gitrepo import git, make_repo, write
from shunter.adapters.git import moves
from shunter.flows.fleet.leaving import leaving, let_go
from shunter.flows.workspace.context import Context
from shunter.model.findings import Report, Status


def test_what_is_certain_before_the_move_is_asked_again_after_it(tmp_path: Path) -> None:
    source, home = make_repo(tmp_path / "source", {"a": "1\n"}), make_repo(tmp_path / "home", {"b": "1\n"})
    for name in ("certain", "busy", "local"):
        git(home, "clone", "-q", "--template=", f"file://{source}", name)
    git(home / "local", "remote", "remove", "origin")
    context = Context(home, home, None)
    gone = leaving(context, [home / name for name in ("certain", "busy", "local")])
    planned = let_go(context, Report(), gone, dry_run=True).outcomes
    assert [outcome.detail.split(":")[0] for outcome in planned] == [
        "delete it",
        "delete it",
        "move it to .shunter/removed/local, not deleted",
    ]
    write(home / "busy", {"late": "mine\n"})
    for each in gone:
        moves.carry_out(each.move)
    done = let_go(context, Report(), gone, dry_run=False).outcomes
    assert {outcome.status for outcome in done} == {Status.DONE}
    assert "late is not tracked by git" in done[1].detail
    assert moves.removed(home) == ("busy", "local")
