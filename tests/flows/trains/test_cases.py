"""What once went wrong for a release manager, command by command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, snapshot
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.trains.file import render_train
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace


def _made(folder: Path) -> None:
    context = small_workspace(folder / "shop")
    text = (context.root / "shunter.yaml").read_text("utf-8")
    ok("train", "cut", "1.0.0", cwd=context.root)
    for version in ("1.1.0", "1.2.0"):
        publish(context, orders(version), "third/orders")
        ok("train", "cut", version, cwd=context.root)
    assert text == (context.root / "shunter.yaml").read_text("utf-8")
    ok("promote", "1.0.0", "--to", "tst", cwd=context.root)
    ok("promote", "--from", "tst", "--to", "pre", cwd=context.root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Trains 1.0.0 (in tst and pre), 1.1.0 and 1.2.0, each with a newer orders."""
    return copy(shared("small-cases", _made) / "shop", tmp_path.resolve() / "shop")


def version(root: Path, environment: str) -> str:
    board = ok("status", cwd=root).out.splitlines()
    column = board[0].split().index(environment)
    return next(line.split()[column] for line in board if line.startswith("orders"))


def test_rolling_back_twice_never_returns_to_what_was_just_left(root: Path) -> None:
    for train in ("1.1.0", "1.2.0"):
        ok("promote", train, "--to", "tst", cwd=root)
    seen = []
    for _ in range(2):
        ok("rollback", "tst", cwd=root)
        seen.append(version(root, "tst"))
    assert seen == ["1.1.0", "1.0.0"]
    assert git(root, "log", "-1", "--format=%s") == "Roll tst back to 1.0.0"
    assert shunter("rollback", "tst", cwd=root).code == 2
    ok("rollback", "tst", "1.2.0", cwd=root)
    assert version(root, "tst") == "1.2.0"


def test_a_hotfix_is_not_taken_away_by_advice(root: Path) -> None:
    assert shunter("promote", "1.1.0", "--to", "pre", cwd=root).code == 1
    ok("promote", "1.1.0", "--to", "pre", "--force", "--why", "INC-77", cwd=root)
    found = ok("status", cwd=root)
    assert "1.1.0 ahead" in found.out
    assert "next: shunter promote 1.2.0 --to tst" in found.err
    assert "INC-77; forced: stage-skipped" in ok("history", "pre", cwd=root).out
    before = snapshot(root)
    refused = shunter("promote", "--from", "tst", "--to", "pre", cwd=root)
    assert (refused.code, "error[car-down]" in refused.err, "orders 1.1.0 → 1.0.0 DOWN" in refused.out) == (
        1,
        True,
        True,
    )
    assert snapshot(root) == before


def test_a_flag_without_a_value_and_a_train_of_one_car_remove_nothing(root: Path) -> None:
    before = snapshot(root)
    assert shunter("promote", "1.1.0", "--to", "tst", "--only", "", cwd=root).code == 2
    assert snapshot(root) == before
    found = trains_of(open_context(root)).find("1.2.0")
    train = render_train(replace(found, version="1.3.0", cars={"orders": found.cars["orders"]}))
    commit_all(root, {"trains/1.3.0.yaml": train})
    refused = shunter("promote", "1.3.0", "--to", "tst", cwd=root)
    assert (refused.code, "error[car-removed]" in refused.err) == (1, True)
    ok("promote", "1.3.0", "--to", "tst", "--only", "orders", cwd=root)
    assert "web" in (root / "envs/tst/Chart.yaml").read_text("utf-8")


@pytest.mark.parametrize("hashed", [True, False])
def test_a_train_that_was_edited_by_hand_goes_nowhere(root: Path, *, hashed: bool) -> None:
    """A car was taken out of train 1.2.0 with a word for it, which tst had run before; the hash went along or not."""
    ok("promote", "1.1.0", "--to", "pre", "--force", "--why", "INC-77", cwd=root)
    ok("promote", "1.2.0", "--to", "tst", cwd=root)
    ok("rollback", "tst", cwd=root)
    for command in ("lint", "validate"):
        assert "train-changed" not in shunter(command, cwd=root).err
    found = trains_of(open_context(root)).find("1.2.0")
    edited = render_train(replace(found, cars={"orders": found.cars["orders"]}, drops=("web",)))
    whole = (root / "trains/1.2.0.yaml").read_bytes()
    if hashed:
        edited = re.sub(rb"hash: .*", re.search(rb"hash: .*", whole)[0], edited)  # type: ignore[index]
    commit_all(root, {"trains/1.2.0.yaml": edited})
    for command in ("lint", "validate", "promote 1.2.0 --to tst", "promote 1.2.0 --to pre"):
        said = shunter(*command.split(), cwd=root)
        assert (said.code != 0, "[train-changed]" in said.err) == (True, True), (command, said.err)
        assert "restore trains/1.2.0.yaml from git" in said.err


def test_a_car_of_a_service_that_is_gone_keeps_its_row_and_goes_with_a_word(root: Path) -> None:
    text = (root / "shunter.yaml").read_text("utf-8")
    commit_all(root, {"shunter.yaml": text.replace("  web: {chart: {path: third/web}}\n", "")})
    assert "web " in ok("status", cwd=root).out
    found = trains_of(open_context(root)).find("1.2.0")
    train = replace(found, version="1.3.0", cars={"orders": found.cars["orders"]}, base="1.2.0", drops=("web",))
    commit_all(root, {"trains/1.3.0.yaml": render_train(train)})
    ok("promote", "1.3.0", "--to", "tst", cwd=root)
    assert "web 1.0.0 removed (train 1.3.0 drops it)" in ok("history", "tst", "web", cwd=root).out


def test_another_chart_of_the_same_version_is_never_promoted(root: Path) -> None:
    found = trains_of(open_context(root)).find("1.2.0")
    publish(open_context(root), chart_files("web", "1.1.0"))
    pin = replace(found.cars["web"], digest=f"sha256:{'0' * 64}")
    train = render_train(replace(found, version="1.3.0", cars={**found.cars, "web": pin}))
    commit_all(root, {"trains/1.3.0.yaml": train})
    refused = shunter("promote", "1.3.0", "--to", "tst", "--force", "--why", "x", cwd=root)
    assert (refused.code, "error[version-rewritten]" in refused.err) == (1, True)
