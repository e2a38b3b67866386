"""An environment that is to change is read once, at one commit, and says who changes it."""

from __future__ import annotations

import pytest

from helpers.workspaces.gitrepo import commit_all, git, write
from shunter.flows.trains.target import recorded, refuse_unexplained, target_of
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import RECORD_FILE
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError


def test_values_that_are_not_committed_count_unless_they_are_left_out(small: Context) -> None:
    write(small.root, {"envs/tst/values.yaml": "web: {a: 1}\n"})
    texts = []
    for values in (True, False):
        state = target_of(small, "tst", values=values).judged().tree.get("values.yaml")
        assert state is not None
        texts.append(state.data)
    assert texts == [b"web: {a: 1}\n", b""]


def test_a_record_that_is_missing_or_unexplained_is_named(small: Context) -> None:
    assert refuse_unexplained(small, ["tst", "pre"], trains_of(small)) == ()
    text = (small.root / "envs/tst" / RECORD_FILE).read_text("utf-8")
    commit_all(small.root, {f"envs/tst/{RECORD_FILE}": text.replace("cars: {}", "cars: {a: {chart: a 1.0.0}}")})
    (found,) = refuse_unexplained(small, ["tst", "pre"], trains_of(small))
    assert (found.rule, found.span.path) == ("record-mismatch", f"envs/tst/{RECORD_FILE}")
    git(small.root, "rm", "-q", f"envs/tst/{RECORD_FILE}")
    with pytest.raises(ShunterError, match="has no train record"):
        target_of(small, "tst")
    assert recorded(target_of(small, "pre").files).cars == {}
