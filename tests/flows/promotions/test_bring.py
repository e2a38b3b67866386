"""Trains and promotions on the remote: direct ones, those by pull request, and two that are made at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.cli import ok, run_in_background, shunter
from helpers.workspaces.gitrepo import disk, git
from helpers.workspaces.promoted import Promoted

CARS = "envs/{}/.shunter/train.yaml"


def rows(root: Path, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ok(*arguments, "-o", "json", cwd=root).out)["data"]
    return found


def test_a_train_is_cut_on_what_the_remote_has_and_pushed(promoted: Promoted) -> None:
    promoted.publish("1.2.0-main.7.gabc")
    before = disk(promoted.ours)
    done = ok("train", "cut", "--auto", "--push", cwd=promoted.ours)
    assert "Cut train 1.2.0-main.1: commit " in done.err
    assert "version: 1.2.0-main.1" in promoted.shown("main", "trains/1.2.0-main.1.yaml")
    head = promoted.head()
    assert "nothing is newer than train 1.2.0-main.1" in ok("train", "cut", "--auto", "--push", cwd=promoted.ours).err
    assert (promoted.head(), disk(promoted.ours)) == (head, before)
    assert git(promoted.ours, "worktree", "list").count("\n") == 0
    assert git(promoted.ours, "status", "--porcelain") == ""


def test_a_direct_promotion_is_a_commit_on_the_branch_itself(promoted: Promoted) -> None:
    done = ok("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours)
    assert "Promote 1.1.0 to tst: commit" in done.err
    assert "pushed to main" in done.err
    assert (promoted.branches(), "orders 1.1.0" in promoted.shown("main", CARS.format("tst"))) == (["main"], True)
    assert "tst runs 1.1.0 already" in ok("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours).err


def test_a_promotion_by_pull_request_has_a_branch_of_its_own_until_it_is_merged(promoted: Promoted) -> None:
    main = promoted.head()
    [row] = rows(promoted.ours, "promote", "1.0.0", "--to", "tst", "--pr")
    assert (row["state"], row["branch"], row["commit"]) == ("none", "promote/tst", promoted.head("promote/tst"))
    assert (promoted.head(), git(promoted.bare, "rev-parse", "promote/tst^")) == (main, main)
    # the same again is nothing, and a newer one takes its place
    [again] = rows(promoted.ours, "promote", "1.0.0", "--to", "tst", "--pr")
    assert again["commit"] == row["commit"]
    [newer] = rows(promoted.cloned("theirs"), "promote", "1.1.0", "--to", "tst", "--pr")
    assert newer["commit"] == promoted.head("promote/tst") != row["commit"]
    assert git(promoted.bare, "rev-list", "--count", "main..promote/tst") == "1"
    promoted.merge("promote/tst")
    done = ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert "tst runs 1.1.0 already; promote/tst is gone" in done.err
    assert promoted.branches() == ["main"]


def test_what_is_refused_is_not_pushed(promoted: Promoted) -> None:
    refused = shunter("promote", "1.1.0", "--to", "pre", "--push", cwd=promoted.ours)
    assert (refused.code, "stage-skipped" in refused.out + refused.err) == (1, True)
    assert promoted.branches() == ["main"]


def test_a_rollback_goes_the_same_way(promoted: Promoted) -> None:
    for train in ("1.0.0", "1.1.0"):
        ok("promote", train, "--to", "tst", "--push", cwd=promoted.ours)
    [row] = rows(promoted.ours, "rollback", "tst", "--pr", "--why", "INC-7")
    assert (row["branch"], row["commit"]) == ("promote/tst", promoted.head("promote/tst"))
    assert "orders 1.0.0" in promoted.shown("promote/tst", CARS.format("tst"))
    ok("rollback", "tst", "--push", cwd=promoted.ours)
    assert "orders 1.0.0" in promoted.shown("main", CARS.format("tst"))
    assert promoted.branches() == ["main"], "the request is superseded"


def test_commits_of_a_person_on_the_branch_stay(promoted: Promoted) -> None:
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    commit = promoted.moved({"envs/tst/values.yaml": "orders: {size: 3}\n"}, "promote/tst")
    refused = shunter("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert (refused.code, promoted.head("promote/tst")) == (1, commit)
    assert f"promote/tst has commits that are not shunter's: {commit[:12]}" in refused.err


def test_a_merge_of_the_base_that_a_forge_made_is_no_commit_of_a_person(promoted: Promoted) -> None:
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    promoted.moved({"README.md": "new\n"})
    place = promoted.cloned("forge")
    git(place, "checkout", "-q", "promote/tst")
    git(place, "merge", "-q", "-m", "Merge main", "origin/main")
    git(place, "push", "-q", "origin", "promote/tst")
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert git(promoted.bare, "rev-list", "--count", "main..promote/tst") == "1"


def test_who_is_late_derives_again(promoted: Promoted) -> None:
    """Another one pushes right before our push: a hook does, which sees what we are about to push."""
    theirs = promoted.cloned("theirs")
    hook = promoted.ours / ".git/hooks/pre-push"
    script = f"[ -e {promoted.folder}/once ] || {{ touch {promoted.folder}/once; git -C {theirs} push -q origin HEAD:main; }}\n"
    hook.write_text(f"#!/bin/sh\nunset GIT_DIR\n{script}")
    hook.chmod(0o755)
    git(theirs, "commit", "-q", "--allow-empty", "-m", "theirs")
    ok("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours)
    assert git(promoted.bare, "log", "-2", "--format=%s", "main").split("\n") == ["Promote 1.1.0 to tst", "theirs"]


def test_five_times_late_is_told(promoted: Promoted) -> None:
    theirs = promoted.cloned("theirs")
    hook = promoted.ours / ".git/hooks/pre-push"
    git(theirs, "commit", "-q", "--allow-empty", "-m", "theirs")
    again = f"git -C {theirs} commit -q --allow-empty -m theirs; git -C {theirs} push -q origin HEAD:main"
    hook.write_text(f"#!/bin/sh\nunset GIT_DIR\n{again}\n")
    hook.chmod(0o755)
    refused = shunter("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours)
    assert (refused.code, "the remote has moved 5 times" in refused.err) == (2, True)
    assert git(promoted.bare, "log", "--format=%s", "main").split("\n").count("theirs") == 6


@pytest.mark.slow  # two processes, each with an interpreter of its own, that push to one remote
def test_two_promoters_at_one_remote_both_arrive(promoted: Promoted) -> None:
    theirs = promoted.cloned("theirs")
    runs = [
        run_in_background(promoted.ours, "promote", "1.1.0", "--to", "tst", "--push"),
        run_in_background(theirs, "train", "cut", "1.2.0", "--push"),
    ]
    for run in runs:
        out, err = run.communicate(timeout=120)
        assert run.returncode == 0, out + err
    assert sorted(git(promoted.bare, "log", "-2", "--format=%s", "main").split("\n")) == [
        "Cut train 1.2.0",
        "Promote 1.1.0 to tst",
    ]


def test_a_refusal_that_is_no_race_is_told_with_the_remote_s_words(promoted: Promoted) -> None:
    hook = promoted.bare / "hooks/update"
    hook.write_text("#!/bin/sh\ncase $1 in refs/heads/main) echo 'main is protected' >&2; exit 1;; esac\n")
    hook.chmod(0o755)
    refused = shunter("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours)
    assert (refused.code, "origin of shop refuses the push to main" in refused.err) == (2, True)
    assert "main is protected" in refused.err
    assert "what may not be pushed can be asked for: --pr" in refused.err
    cut = shunter("train", "cut", "1.2.0", "--push", cwd=promoted.ours)
    assert (cut.code, "what may not be pushed can be asked for: --pr" in cut.err) == (2, True)
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)


def test_a_shallow_clone_on_no_branch_promotes(promoted: Promoted) -> None:
    place = promoted.cloned("ci", "--depth=1")
    git(place, "checkout", "-q", "--detach")
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=place)
    promoted.moved({"README.md": "new\n"})
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=place)
    assert git(promoted.bare, "rev-parse", "promote/tst^") == promoted.head()


def test_nothing_of_the_checkout_counts(promoted: Promoted) -> None:
    (promoted.ours / "shunter.yaml").write_text("name: broken\n[")
    assert shunter("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours).code == 2
    git(promoted.ours, "checkout", "-q", ".")
    (promoted.ours / "envs/tst/values.yaml").write_text("orders: {size: many}\n")
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert (promoted.ours / "envs/tst/values.yaml").read_text() == "orders: {size: many}\n"


@pytest.mark.parametrize("option", ["--branch=x", "--no-commit", "--no-values", "--fetch"])
def test_what_is_about_the_checkout_does_not_go_with_the_remote(promoted: Promoted, option: str) -> None:
    assert shunter("promote", "1.1.0", "--to", "tst", "--pr", option, cwd=promoted.ours).code == 2


def test_a_dry_run_pushes_nothing(promoted: Promoted) -> None:
    done = ok("promote", "1.1.0", "--to", "tst", "--pr", "--dry-run", cwd=promoted.ours)
    assert ("orders 1.1.0 new" in done.out, promoted.branches()) == (True, ["main"])


def test_commits_by_the_forge_need_one(promoted: Promoted) -> None:
    text = (promoted.ours / "shunter.yaml").read_text()
    git(promoted.ours, "pull", "-q")
    promoted.moved({"shunter.yaml": f"{text}promotions: {{commit: api}}\n"})
    git(promoted.ours, "pull", "-q")
    before = promoted.head()
    for command in (
        ("promote", "1.1.0", "--to", "tst", "--push"),
        ("train", "cut", "--bump", "--only", "web", "--push"),
    ):
        refused = shunter(*command, cwd=promoted.ours)
        if "nothing" not in refused.err:
            assert (refused.code, "nobody is logged in at the forge of shop" in refused.err) == (2, True)
    assert (promoted.head(), promoted.branches()) == (before, ["main"])


def test_a_workspace_without_a_remote_is_told(promoted: Promoted) -> None:
    git(promoted.ours, "remote", "remove", "origin")
    refused = shunter("train", "cut", "--auto", "--push", cwd=promoted.ours)
    assert (refused.code, "shop has no remote to push to" in refused.err) == (2, True)


def test_what_somebody_asked_for_with_a_reason_gives_way_to_a_reason_alone(promoted: Promoted) -> None:
    """Also where nothing is to be done: a rollback was taken away without a word."""
    ok("promote", "1.0.0", "--to", "tst", "--push", cwd=promoted.ours)
    ok("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours)
    ok("rollback", "tst", "--pr", "--why", "INC-9", cwd=promoted.ours)
    asked, main = promoted.head("promote/tst"), promoted.head()
    theirs = promoted.cloned("theirs")
    for command in ("promote 1.1.0 --to tst --push", "promote 1.1.0 --to tst --pr", "promote 1.0.0 --to tst --push"):
        refused = shunter(*command.split(), cwd=theirs)
        assert (refused.code, "promote/tst asks for a rollback (INC-9)" in refused.err) == (1, True), command
        assert (promoted.head("promote/tst"), promoted.head()) == (asked, main)
    ok("promote", "1.1.0", "--to", "tst", "--pr", "--dry-run", cwd=theirs)
    done = ok("promote", "1.1.0", "--to", "tst", "--pr", "--why", "it was something else", cwd=theirs)
    assert "promote/tst is gone" in done.err
