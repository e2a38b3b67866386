"""What is next for each environment, proposed as often as anybody asks; and open promotions derived again."""

from __future__ import annotations

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.promoted import Promoted
from helpers.workspaces.small import WORKSPACE
from shunter.core.trains.entry import Why
from shunter.flows.promotions.branch import is_personal


def subject(promoted: Promoted, branch: str) -> str:
    return git(promoted.bare, "log", "-1", "--format=%s", branch)


def test_lines_say_which_environment_they_are_about_and_only_what_is_new(promoted: Promoted) -> None:
    said = ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert said.out.splitlines()[0].startswith("orders")
    assert "Promote 1.1.0 to tst: it is on promote/tst; its remote is no forge\n" in said.err
    promoted.moved({"envs/tst/values.yaml": "orders: {size: 2}\n"})
    again = ok("promote", "--refresh", cwd=promoted.ours).out
    assert [line for line in again.splitlines() if not line.startswith("tst: ")] == []
    assert again != ""
    assert ok("promote", "--auto", "--pr", cwd=promoted.ours).out == ""


def test_every_environment_gets_what_is_next_and_twice_is_once(promoted: Promoted) -> None:
    text = WORKSPACE.replace("  pre: {", "  pre: {stage: staging, ")
    promoted.moved({"shunter.yaml": text})
    ok("sync", cwd=promoted.ours)
    done = ok("promote", "--auto", "--push", cwd=promoted.ours)
    assert "Promote 1.1.0 to tst: commit" in done.err
    assert (subject(promoted, "main"), subject(promoted, "promote/pre")) == (
        "Promote 1.1.0 to tst",
        "Promote 1.1.0 to pre",
    )
    heads = [promoted.head(branch) for branch in promoted.branches()]
    again = ok("promote", "--auto", "--push", cwd=promoted.ours)
    assert "nothing is to come to tst" in again.err
    assert [promoted.head(branch) for branch in promoted.branches()] == heads
    # a commit that has nothing to do with it leaves the request as it is
    promoted.moved({"README.md": "new\n"})
    ok("promote", "--auto", "--push", cwd=promoted.ours)
    assert promoted.head("promote/pre") == heads[1]
    promoted.merge("promote/pre")
    assert "promote/pre is gone" in ok("promote", "--auto", "--push", cwd=promoted.ours).err
    assert promoted.branches() == ["main"]


def test_a_newer_train_updates_what_is_open(promoted: Promoted) -> None:
    ok("promote", "--auto", "--pr", "--to", "tst", cwd=promoted.ours)
    assert subject(promoted, "promote/tst") == "Promote 1.1.0 to tst"
    promoted.publish("1.2.0-main.7.gabc")
    ok("train", "cut", "--auto", "--push", cwd=promoted.ours)
    ok("promote", "--auto", "--pr", "--to", "tst", cwd=promoted.ours)
    assert subject(promoted, "promote/tst") == "Promote 1.2.0-main.1 to tst"


def test_nothing_to_begin_with_is_no_mistake(promoted: Promoted) -> None:
    promoted.moved({"trains/1.0.0.yaml": None, "trains/1.1.0.yaml": None})
    done = ok("promote", "--auto", "--push", cwd=promoted.ours)
    assert done.err == "nothing to do (2 of 2: nothing is to come to tst)\n"


def test_what_somebody_asked_for_with_a_reason_stays_and_is_derived_again(promoted: Promoted) -> None:
    ok("promote", "1.0.0", "--to", "tst", "--push", cwd=promoted.ours)
    ok("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours)
    ok("rollback", "tst", "--pr", "--why", "INC-7", cwd=promoted.ours)
    promoted.publish("1.2.0")
    ok("train", "cut", "--auto", "--push", cwd=promoted.ours)
    ok("promote", "--auto", "--pr", "--to", "tst", cwd=promoted.ours)
    assert subject(promoted, "promote/tst") == "Roll tst back to 1.0.0"
    assert "Why: INC-7" in git(promoted.bare, "log", "-1", "--format=%b", "promote/tst")


def test_a_base_that_moved_is_derived_again_and_never_merged(promoted: Promoted) -> None:
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    was = promoted.head("promote/tst")
    assert "no promotion is open" not in ok("promote", "--refresh", cwd=promoted.ours).err
    assert promoted.head("promote/tst") == was
    # a commit that has nothing to do with it leaves it as it is: a push would take away what people have approved of
    promoted.moved({"README.md": "new\n", "envs/pre/values.yaml": "orders: {size: 3}\n"})
    ok("promote", "--refresh", cwd=promoted.ours)
    assert promoted.head("promote/tst") == was
    promoted.moved({"envs/tst/values.yaml": "orders: {size: 2}\n"})
    ok("promote", "--refresh", "--to", "pre", cwd=promoted.ours)
    assert promoted.head("promote/tst") == was
    ok("promote", "--refresh", cwd=promoted.ours)
    assert git(promoted.bare, "rev-parse", "promote/tst^") == promoted.head()
    assert subject(promoted, "promote/tst") == "Promote 1.1.0 to tst"


def test_what_no_longer_fits_is_refused_and_stays(promoted: Promoted) -> None:
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    was = promoted.head("promote/tst")
    promoted.moved({"envs/tst/values.yaml": "orders: {size: many}\n"})
    refused = shunter("promote", "--refresh", cwd=promoted.ours)
    assert (refused.code, promoted.head("promote/tst")) == (1, was)
    assert "`orders.size`" in refused.out + refused.err


def test_what_is_superseded_is_closed(promoted: Promoted) -> None:
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    promoted.merge("promote/tst")
    assert "promote/tst is gone" in ok("promote", "--refresh", cwd=promoted.ours).err
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    promoted.moved(
        {"shunter.yaml": WORKSPACE.replace("  tst: {stage: develop}\n", "").replace("promotes-from: tst", "")}
    )
    assert (
        "shunter.yaml has no such environment; promote/tst is gone" in ok("promote", "--refresh", cwd=promoted.ours).err
    )
    assert promoted.branches() == ["main"]
    assert "no promotion is open" in ok("promote", "--refresh", cwd=promoted.ours).err


def test_one_that_fails_does_not_stop_the_others(promoted: Promoted) -> None:
    ok("promote", "1.0.0", "--to", "tst", "--push", cwd=promoted.ours)
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    commit = promoted.moved({"envs/tst/values.yaml": "orders: {size: 3}\n"}, "promote/tst")
    done = shunter("promote", "--auto", "--pr", cwd=promoted.ours)
    assert (done.code, promoted.head("promote/tst"), subject(promoted, "promote/pre")) == (
        1,
        commit,
        "Promote 1.0.0 to pre",
    )


@pytest.mark.parametrize("asked", [["--auto"], ["--auto", "--push", "1.0.0"], ["--refresh", "--only", "orders"]])
def test_what_does_not_go_together_is_told(promoted: Promoted, asked: list[str]) -> None:
    assert shunter("promote", *asked, cwd=promoted.ours).code == 2


def test_a_reason_a_rule_passed_over_and_a_rollback_are_words_of_a_person() -> None:
    assert not is_personal(Why("promote", "t", train="1.0.0", only=("orders",)))
    assert all(
        is_personal(why)
        for why in (
            Why("rollback", "t"),
            Why("promote", "t", text="INC-7"),
            Why("promote", "t", forced=("stage-skipped",)),
            Why("promote", "t", without=("web",)),
        )
    )
