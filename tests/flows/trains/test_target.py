"""An environment that is to change is read once, at one commit, and says who changes it."""

from __future__ import annotations

from random import Random

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, write
from shunter.flows.trains.target import recorded, refuse_unexplained, target_of
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import RECORD_FILE
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding


def test_values_that_are_not_committed_count_unless_they_are_left_out(small: Context) -> None:
    write(small.root, {"envs/tst/values.yaml": "web: {a: 1}\n"})
    texts = []
    for values in (True, False):
        state = target_of(small, "tst", values=values).judged().tree.get("values.yaml")
        assert state is not None
        texts.append(state.data)
    assert texts == [b"web: {a: 1}\n", b""]


def test_a_record_that_is_missing_or_unexplained_is_named(small: Context) -> None:
    def found() -> tuple[Finding, ...]:
        return refuse_unexplained(trains_of(small), *(target_of(small, name).files for name in ("tst", "pre")))

    assert found() == ()
    text = (small.root / "envs/tst" / RECORD_FILE).read_text("utf-8")
    commit_all(small.root, {f"envs/tst/{RECORD_FILE}": text.replace("cars: {}", "cars: {a: {chart: a 1.0.0}}")})
    (wrong,) = found()
    assert (wrong.rule, wrong.span.path) == ("record-mismatch", f"envs/tst/{RECORD_FILE}")
    assert "`shunter lock tst --follow record`" in (wrong.hint or "")
    git(small.root, "rm", "-q", f"envs/tst/{RECORD_FILE}")
    with pytest.raises(ShunterError, match="has no train record"):
        target_of(small, "tst")
    assert recorded(target_of(small, "pre").files).cars == {}


def test_a_history_that_was_read_after_somebody_elses_promotion_is_no_fault_of_it(shop: Context) -> None:
    target = target_of(shop, "tst")
    ok("promote", "1.0.0", "--to", "tst", cwd=shop.root)
    with pytest.raises(ShunterError, match="changed while shunter was working"):
        refuse_unexplained(trains_of(shop), target.files)


def test_a_release_that_nearly_fills_its_secret_is_told_by_a_promotion(shop: Context) -> None:
    big = shop.root / "envs/tst/big.bin"
    for size in (720_000, 800_000):
        big.write_bytes(Random(1).randbytes(size))
        commit_all(shop.root, {})
        if size == 720_000:
            said = ok("promote", "1.0.0", "--to", "tst", cwd=shop.root).err
            assert "Helm keeps at least 97" in said
            assert "warning[release-size]" in ok("validate", "-e", "tst", cwd=shop.root).err
    result = shunter("promote", "1.1.0", "--to", "tst", cwd=shop.root)
    assert result.code == 1
    assert "error[release-size]: Helm keeps at least 1,07" in result.err
    assert "name big.bin in .helmignore" in result.err
