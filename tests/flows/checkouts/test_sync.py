"""`shunter sync` catches up where nothing of a person's is in the way, and says of the rest why not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, snapshot, write
from helpers.workspaces.remotes import NAMES, WORKSPACE, Remotes, checkout
from shunter.adapters.git import journal
from shunter.flows.checkouts.sync import catch_up
from shunter.flows.workspace.context import open_context


def rows(root: Path, *options: str) -> dict[str, dict[str, Any]]:
    """Repository to its row."""
    found = shunter("sync", "-o", "json", *options, cwd=root)
    return {row["repository"]: row for row in json.loads(found.out)}


def states(root: Path) -> dict[str, tuple[str, str]]:
    return {name: (row["state"], row["detail"]) for name, row in rows(root).items()}


def changed(states: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {name: state for name, state in states.items() if state != ("up to date", "")}


def sync(root: Path) -> Result:
    return shunter("sync", cwd=root)


def test_what_is_only_behind_is_fast_forwarded(remotes: Remotes, ours: Path) -> None:
    remotes.moved("orders", {"a": "1"})
    remotes.moved("orders", {"a": "2"})
    remotes.moved("shop", {"b": "1"})
    found = ok("sync", cwd=ours)
    assert found.out.splitlines() == [
        "REPOSITORY   BRANCH  AHEAD  BEHIND  STATE",
        "shop         main    0      0       fast-forwarded  1 commit",
        "orders       main    0      0       fast-forwarded  2 commits",
        "shop-charts  main    0      0       up to date",
        "shop-tst     main    0      0       up to date",
        "shop-pre     main    0      0       up to date",
    ]
    assert [git(checkout(ours, name), "rev-parse", "HEAD") for name in NAMES] == [remotes.head(name) for name in NAMES]
    assert (ours / "orders/a").read_text() == "2"
    assert changed(states(ours)) == {}
    assert sync(ours).code == 0


def test_what_holds_something_of_a_person_is_left_as_it_is(remotes: Remotes, ours: Path) -> None:
    for name in NAMES:
        remotes.moved(name, {"theirs": "1"})
    write(ours / "orders", {"README.md": "edited\n"})
    commit_all(ours / "shop-charts", {"ours": "1"})
    git(ours / "shop-tst", "checkout", "-q", "--detach")
    git(ours / "shop-pre", "checkout", "-q", "-b", "mine", "--no-track")
    left = ("orders", "shop-charts", "shop-tst", "shop-pre")
    before = {name: snapshot_of(ours / name) for name in left}
    found = rows(ours)
    assert {name: (row["branch"], row["ahead"], row["behind"], row["state"]) for name, row in found.items()} == {
        "shop": ("main", 0, 0, "fast-forwarded"),
        "orders": ("main", 0, 1, "dirty"),
        "shop-charts": ("main", 1, 1, "diverged"),
        "shop-tst": (None, None, None, "detached"),
        "shop-pre": ("mine", None, None, "no upstream"),
    }
    assert {name: snapshot_of(ours / name) for name in left} == before
    assert sync(ours).code == 1


def snapshot_of(root: Path) -> tuple[object, ...]:
    """Files, index, branches and HEAD: all but what a fetch may move."""
    head = (root / ".git/HEAD").read_text()
    return head, git(root, "ls-files", "-s"), git(root, "for-each-ref", "refs/heads"), git(root, "status", "--short")


def test_staged_changes_are_dirty_and_untracked_files_are_git_s_affair(remotes: Remotes, ours: Path) -> None:
    remotes.moved("orders", {"notes": "theirs\n"})
    remotes.moved("shop-tst", {"other": "theirs\n"})
    remotes.moved("shop-pre", {"README.md": "theirs\n"})
    write(ours / "orders", {"notes": "mine\n"})
    write(ours / "shop-tst", {"notes": "mine\n"})
    write(ours / "shop-pre", {"README.md": "mine\n"})
    git(ours / "shop-pre", "add", "-A")
    found = shunter("sync", cwd=ours)
    assert found.code == 1
    assert changed(states(ours)) | {"orders": ()} == {
        "orders": (),
        "shop-pre": ("dirty", "changes that are not committed"),
    }
    assert "orders: error: The following untracked working tree files would be overwritten by merge:" in found.err
    assert (ours / "orders/notes").read_text() == "mine\n"
    assert states(ours)["orders"] == (
        "refused",
        "error: The following untracked working tree files would be overwritten by merge:",
    )
    assert (ours / "shop-tst/other").read_text() == "theirs\n"
    assert (ours / "shop-tst/notes").read_text() == "mine\n"


@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_an_operation_in_progress_is_named(remotes: Remotes, ours: Path, how: str) -> None:
    remotes.moved("orders", {"README.md": "theirs\n"})
    commit_all(ours / "orders", {"README.md": "ours\n"})
    git(ours / "orders", "fetch", "-q")
    subprocess.run(["git", how, "origin/main"], cwd=ours / "orders", check=False, capture_output=True)
    assert changed(states(ours)) == {"orders": (f"{how} in progress", "end it first, with git")}


def test_a_remote_that_cannot_be_reached_does_not_stop_the_others(remotes: Remotes, ours: Path) -> None:
    remotes.moved("shop-pre", {"a": "1"})
    shutil.rmtree(remotes.of("orders"))
    found = sync(ours)
    assert found.code == 1
    words = "fatal: '../../../remotes/orders.git' does not appear to be a git repository"
    assert f"orders: {words}" in found.err
    state, why = states(ours)["orders"]
    assert (state, why.endswith("orders.git' does not appear to be a git repository")) == ("unknown", True), why
    assert (ours / "shop-pre/a").exists()


def test_a_branch_that_the_remote_has_deleted_is_said_to_be_gone(remotes: Remotes, ours: Path) -> None:
    for name in ("orders", "shop-tst"):
        git(ours / name, "checkout", "-q", "-b", "topic")
        git(ours / name, "push", "-q", "-u", "origin", "topic")
        git(remotes.of(name), "branch", "-q", "-D", "topic")
    git(ours / "shop-tst", "config", "fetch.prune", "true")
    assert changed(states(ours)) == {
        "orders": ("no upstream", "origin/topic is gone"),
        "shop-tst": ("no upstream", "origin/topic is gone"),
    }
    assert git(ours / "orders", "for-each-ref", "refs/remotes/origin/topic"), "only the person's setting prunes"


def test_shallow_clones_catch_up(remotes: Remotes) -> None:
    remotes.moved("orders", {"a": "1"})
    ours = remotes.cloned("shallow", options=("--depth=1",))
    for number in range(3):
        remotes.moved("orders", {"a": f"new {number}"})
    assert changed(states(ours)) == {"orders": ("fast-forwarded", "3 commits")}
    assert git(ours / "orders", "rev-parse", "--is-shallow-repository") == "true"
    assert (ours / "orders/a").read_text() == "new 2"


def test_a_clone_before_the_first_commit(remotes: Remotes, ours: Path) -> None:
    empty = remotes.folder / "empty.git"
    git(remotes.folder, "init", "-q", "--bare", "-b", "main", str(empty))
    shutil.rmtree(ours / "orders")
    git(ours, "clone", "-q", str(empty), "orders")
    assert changed(states(ours)) == {"orders": ("no upstream", "no commit yet")}
    assert sync(ours).code == 0
    git(remotes.folder / "start/orders", "push", "-q", str(empty), "main")
    assert changed(states(ours)) == {"orders": ("fast-forwarded", "1 commit")}
    assert (ours / "orders/README.md").read_text() == "orders\n"


def test_missing_checkouts_are_named_and_never_cloned(remotes: Remotes) -> None:
    ours = remotes.cloned("some", without=("orders", "shop-pre"))
    found = sync(ours)
    assert found.code == 1
    assert "next: shunter clone" in found.err
    assert changed(states(ours)) == {"orders": ("missing", "shunter clone"), "shop-pre": ("missing", "shunter clone")}
    assert not (ours / "orders").exists()


def test_repositories_that_the_workspace_s_new_commits_bring_are_seen(remotes: Remotes, ours: Path) -> None:
    remotes.moved("shop", {"shunter.yaml": WORKSPACE + "  pro: {promotes-from: pre}\n"})
    assert changed(states(ours)) == {
        "shop": ("fast-forwarded", "1 commit"),
        "shop-pro": ("missing", "shunter clone"),
    }


def test_a_workspace_file_that_came_broken_loses_nothing_of_the_table(remotes: Remotes, ours: Path) -> None:
    remotes.moved("shop", {"shunter.yaml": "name: [\n"})
    found = sync(ours)
    assert "its newest commit brought that" in found.err
    assert len(found.out.splitlines()) == len(NAMES) + 1


def test_a_workspace_without_remotes_has_nothing_left_to_do(ours: Path) -> None:
    for name in NAMES:
        git(checkout(ours, name), "remote", "remove", "origin")
    assert set(states(ours).values()) == {("no upstream", "no remote")}
    assert sync(ours).code == 0


def test_a_second_run_at_work_in_a_checkout_is_waited_for_and_then_named(remotes: Remotes, ours: Path) -> None:
    remotes.moved("orders", {"a": "1"})
    code = (
        "import sys, time; from pathlib import Path; from shunter.adapters.git import journal\n"
        "with journal.locked(Path(sys.argv[1]), Path('orders')):\n    print('locked', flush=True); time.sleep(60)\n"
    )
    folder = journal.folder_of(ours / "orders/.git")
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        state, detail = states(ours)["orders"]
        other.kill()
    assert state == "unknown"
    assert detail.startswith(f"another shunter run (process {other.pid}) is at work")
    assert not (ours / "orders/a").exists()


def test_hooks_of_the_person_see_the_merge(remotes: Remotes, ours: Path) -> None:
    hook = ours / "orders/.git/hooks/post-merge"
    hook.write_text('#!/bin/sh\necho "$SHUNTER_RUN" > .git/seen\nsleep 600 & echo $! > .git/daemon\n')
    hook.chmod(0o755)
    remotes.moved("orders", {"a": "1"})
    ok("sync", cwd=ours)
    os.kill(
        int((ours / "orders/.git/daemon").read_text()), signal.SIGKILL
    )  # nobody waits for what a hook leaves running
    assert (ours / "orders/.git/seen").read_text().strip()


def test_a_shunter_in_a_hook_does_not_sync(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_RUN", "1")
    assert "does not write there" in sync(ours).err


def test_the_flow_gives_one_checkout_for_each_repository(ours: Path) -> None:
    before = snapshot(ours)
    found, notices = catch_up(open_context(ours))
    assert [(each.spec.name, each.left) for each in found] == [(name, False) for name in NAMES]
    assert notices == ()
    assert snapshot(ours) == before


def test_an_ignored_file_in_the_way_is_not_written_over(remotes: Remotes, ours: Path) -> None:
    orders = checkout(ours, "orders")
    write(orders, {".git/info/exclude": "*.secret\n", "x.secret": "mine\n"})
    remotes.moved("orders", {"x.secret": "theirs\n"})
    found = sync(ours)
    assert found.code == 1
    assert (orders / "x.secret").read_text() == "mine\n"
