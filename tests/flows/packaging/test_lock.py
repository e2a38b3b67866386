"""Locking derives again what shunter owns, or says what is stale; what an environment runs is in its record."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, environment, pinned
from helpers.workspaces.gitrepo import commit_all, snapshot
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.charts.pins import Pin
from shunter.core.trains.state import State
from shunter.flows.packaging.lock import carried, lock, lockable
from shunter.flows.packaging.merge import Choice
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.flows.workspace.records import records
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree


@pytest.fixture
def small(tmp_path: Path) -> Context:
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


def record(context: Context) -> State:
    found = records(context)["tst"]
    assert found is not None
    return found


def test_what_is_vendored_is_carried_where_it_is_what_was_pinned() -> None:
    files, _, cars = environment({"orders": chart_files("orders")})
    project = ProjectFiles(MemoryTree(files), "envs/tst")
    pins = tuple(cars.values())
    assert set(carried(project, pins)) == {("orders", "1.0.0")}
    assert all(chart.archive for chart in carried(project, pins).values())
    other = pinned({**chart_files("orders"), "values.yaml": FileState(b"a: 1\n")})
    assert carried(project, [other]) == {}
    assert carried(project, [Pin("web", "1.0.0")]) == {}


def test_a_lock_is_checked_and_made(small: Context) -> None:
    lock(small, (), check=False, dry_run=False, diff=False)
    report = lock(small, (), check=True, dry_run=False, diff=False)
    assert (report.answer, report.next_step) == (True, "")
    commit_all(small.root, {"envs/pre/charts/commons/Chart.yaml": "edited: 1\n"})
    before = snapshot(small.root)
    stale = lock(small, (), check=True, dry_run=False, diff=True)
    assert (stale.answer, stale.next_step) == (False, "shunter lock")
    assert stale.product == "vendored small/envs/pre/charts/commons: 1 files\n"
    assert snapshot(small.root) == before
    assert lock(small, ["tst"], check=True, dry_run=False, diff=False).answer is True
    lock(small, ["pre"], check=False, dry_run=False, diff=False)
    assert (small.root / "envs/pre/charts/commons/Chart.yaml").read_text("utf-8").endswith("\nversion: 0.0.0\n")


def test_a_record_with_markers_that_nobody_resolved_is_named(small: Context) -> None:
    lock(small, (), check=False, dry_run=False, diff=False)
    was = (small.root / "envs/tst/.shunter/train.yaml").read_text("utf-8")
    commit_all(small.root, {"envs/tst/.shunter/train.yaml": f"<<<<<<< ours\n{was}=======\n{was}>>>>>>> theirs\n"})
    with pytest.raises(ShunterError, match="a merge conflict is not resolved") as error:
        lock(small, ["tst"], check=False, dry_run=False, diff=False)
    assert error.value.span is not None
    assert (error.value.span.path, error.value.span.line) == ("envs/tst/.shunter/train.yaml", 1)


def test_the_record_decides_and_an_edit_of_chart_yaml_is_taken_over_on_demand(small: Context) -> None:
    lock(small, (), check=False, dry_run=False, diff=False)
    cut(small, Cut("1.0.0"), dry_run=False, diff=False)
    promote(small, Promotion(["tst"], train="1.0.0"), dry_run=False, diff=False)
    path = small.root / "envs/tst/Chart.yaml"
    was = path.read_text("utf-8")
    publish(small, orders("1.1.0"), "third/orders")
    edited = was.replace("name: orders\n  version: 1.0.0", "name: orders\n  version: 1.1.0")
    commit_all(small.root, {"envs/tst/Chart.yaml": edited})
    for check in (True, False):
        with pytest.raises(ShunterError, match="pin other charts") as error:
            lock(small, ["tst"], check=check, dry_run=False, diff=False)
        assert (error.value.rule, error.value.exit_code) == ("pins-differ", 1)
        assert error.value.notes == ("orders: orders 1.1.0 in Chart.yaml, orders 1.0.0 in the record",)
    lock(small, ["tst"], Choice(follow="chart"), check=False, dry_run=False, diff=False)
    assert record(small).pins["orders"].version == "1.1.0"
    assert lock(small, ["tst"], check=True, dry_run=False, diff=False).answer is True
    commit_all(small.root, {"envs/tst/Chart.yaml": was})
    lock(small, ["tst"], Choice(follow="record"), check=False, dry_run=False, diff=False)
    assert "1.1.0" in path.read_text("utf-8")


def test_only_apps_and_environments_are_locked(small: Context) -> None:
    assert [site.name for site in lockable(small, ())] == ["tst", "pre"]
    with pytest.raises(ShunterError, match="there is no chart or environment `web`") as error:
        lockable(small, ["web"])
    assert error.value.hint == "known: tst, pre"
