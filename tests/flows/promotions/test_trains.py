"""Trains on the remote, and as pull requests where nobody pushes to the branch itself."""

from __future__ import annotations

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.promoted import Promoted


def trains(promoted: Promoted, branch: str) -> list[str]:
    """The trains that a branch of the remote has."""
    listed = git(promoted.bare, "ls-tree", "--name-only", branch, "trains/").split()
    return sorted(name.removeprefix("trains/").removesuffix(".yaml") for name in listed)


def test_an_automatic_one_is_asked_for_once_and_replaced_by_a_newer_one(promoted: Promoted) -> None:
    promoted.publish("1.2.0")
    main = promoted.head()
    ok("train", "cut", "--auto", "--pr", cwd=promoted.ours)
    assert (promoted.head(), promoted.branches()) == (main, ["main", "train/auto"])
    first = promoted.head("train/auto")
    [made] = set(trains(promoted, "train/auto")) - set(trains(promoted, "main"))
    assert made.endswith("-main.1")
    # time passes, and the base moves: it says the same
    promoted.moved({"README.md": "new\n"})
    ok("train", "cut", "--auto", "--pr", cwd=promoted.ours)
    assert promoted.head("train/auto") == first
    promoted.publish("1.3.0")
    ok("train", "cut", "--auto", "--pr", cwd=promoted.ours)
    newer = promoted.head("train/auto")
    assert git(promoted.bare, "rev-parse", f"{newer}^") == promoted.head()
    assert len(set(trains(promoted, "train/auto")) - set(trains(promoted, "main"))) == 1
    assert "orders 1.1.0 → 1.3.0" in git(promoted.bare, "log", "-1", "--format=%b", newer)
    # merged: the branch has nothing to ask for any more
    promoted.merge("train/auto")
    done = ok("train", "cut", "--auto", "--pr", cwd=promoted.ours)
    assert "train/auto is gone" in done.err
    assert promoted.branches() == ["main"]
    assert "nothing is newer" in ok("train", "cut", "--auto", "--pr", cwd=promoted.ours).err


def test_one_that_a_person_asks_for_has_a_branch_of_its_own(promoted: Promoted) -> None:
    promoted.publish("1.2.0")
    ok("train", "cut", "2.0.0", "--pr", cwd=promoted.ours)
    ok("train", "cut", "--auto", "--pr", cwd=promoted.ours)
    assert promoted.branches() == ["main", "train/2.0.0", "train/auto"]
    assert "2.0.0" in trains(promoted, "train/2.0.0")


def test_what_a_person_committed_there_stays(promoted: Promoted) -> None:
    promoted.publish("1.2.0")
    ok("train", "cut", "--auto", "--pr", cwd=promoted.ours)
    theirs = promoted.moved({"README.md": "mine\n"}, "train/auto")
    promoted.publish("1.3.0")
    refused = shunter("train", "cut", "--auto", "--pr", cwd=promoted.ours)
    assert (refused.code, "train/auto has commits that are not shunter's" in refused.err) == (1, True)
    assert promoted.head("train/auto") == theirs


def test_a_dry_run_pushes_nothing(promoted: Promoted) -> None:
    promoted.publish("1.2.0")
    ok("train", "cut", "--auto", "--pr", "--dry-run", cwd=promoted.ours)
    assert promoted.branches() == ["main"]


def test_a_train_stays_while_an_open_promotion_names_it(promoted: Promoted) -> None:
    """Else nobody could derive it again, and merging it would break the environment."""
    with_keep = promoted.shown("main", "shunter.yaml") + "\ntrains: {keep: 1}\n"
    promoted.moved({"shunter.yaml": with_keep})
    promoted.publish("1.2.0")
    ok("train", "cut", "--auto", "--push", cwd=promoted.ours)
    [first] = [name for name in trains(promoted, "main") if "-main." in name]
    ok("promote", first, "--to", "tst", "--pr", "--why", "asked", cwd=promoted.ours)
    for version in ("1.3.0", "1.4.0"):
        promoted.publish(version)
        ok("train", "cut", "--auto", "--push", cwd=promoted.ours)
    kept = [name for name in trains(promoted, "main") if "-main." in name]
    assert (len(kept), first in kept) == (2, True)
    ok("promote", "--refresh", cwd=promoted.ours)
    promoted.merge("promote/tst")
    git(promoted.ours, "pull", "-q")
    ok("lint", cwd=promoted.ours)
