"""Packaging writes the registry and nothing else of a person's; locking derives again, or says what is stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, environment, library_files, pinned
from helpers.workspaces.gitrepo import commit_all, git, snapshot, write
from helpers.workspaces.small import small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.charts.pins import Pin
from shunter.flows.packaging.package import Stamp, carried, lock, lockable, package, stamped
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree
from shunter.model.findings import Status


@pytest.fixture
def small(tmp_path: Path) -> Context:
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


def test_only_what_is_new_is_packaged(small: Context) -> None:
    before = snapshot(small.root)
    report = package(small, (), Stamp(), dry_run=False)
    assert [(o.unit, o.status) for o in report.outcomes] == [
        ("commons 1.0.0", Status.NOOP),
        ("orders 1.0.0", Status.NOOP),
        ("web 1.0.0", Status.NOOP),
    ]
    assert snapshot(small.root) == before
    commit_all(small.root, {"third/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.1.0\n"})
    assert package(small, ["web"], Stamp(), dry_run=True).outcomes[0].status is Status.PLANNED
    assert not open_archives(small).has("web", "1.1.0")
    assert package(small, ["web"], Stamp(), dry_run=False).outcomes[0].status is Status.DONE
    assert open_archives(small).has("web", "1.1.0")
    assert git(small.root, "log", "-1", "--format=%s") == "Package web 1.1.0"


def test_a_version_that_is_taken_is_refused_at_its_chart(small: Context) -> None:
    commit_all(small.root, {"third/web/values.yaml": "a: 1\n"})
    before = snapshot(small.root)
    assert [f.span.path for f in package(small, (), Stamp(), dry_run=False).findings] == ["third/web/Chart.yaml"]
    assert snapshot(small.root) == before


def test_what_cannot_be_packaged_is_named(small: Context) -> None:
    for names, stamp, message in (
        ((), Stamp(version="1.0.0"), "stamp one chart"),
        (("web", "orders"), Stamp(app_version="1"), "stamp one chart"),
        (("gone",), Stamp(), "there is no chart `gone`"),
    ):
        with pytest.raises(ShunterError, match=message):
            package(small, names, stamp, dry_run=False)


def test_a_stamp_keeps_every_other_byte() -> None:
    text = b"# ours\nname: web   # kept\nversion: 1.0.0 # moves\n"
    files = ProjectFiles(MemoryTree({"Chart.yaml": FileState(text)}), "web")
    found = stamped(files, Stamp("2.0.0-rc.1")).tree.get("Chart.yaml")
    assert found is not None
    assert found.data == text.replace(b"1.0.0", b"2.0.0-rc.1")
    assert stamped(files, Stamp(app_version="1.10")).packed.metadata["appVersion"] == "1.10"
    assert stamped(files, Stamp()) is files
    with pytest.raises(ShunterError, match="--version"):
        stamped(files, Stamp("^2"))


def test_what_is_vendored_is_carried_where_it_is_what_was_pinned() -> None:
    files, _, record = environment({"orders": chart_files("orders")})
    project = ProjectFiles(MemoryTree(files), "envs/tst")
    pins = (record.library, *record.cars.values())
    assert set(carried(project, ())) == set(carried(project, pins)) == {("commons", "1.0.0"), ("orders", "1.0.0")}
    assert all(chart.archive for chart in carried(project, pins).values())
    other = pinned({**chart_files("orders"), "values.yaml": FileState(b"a: 1\n")})
    assert set(carried(project, [record.library, other])) == {("commons", "1.0.0")}
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
    found = (small.root / "envs/pre/charts/commons/Chart.yaml").read_bytes()
    assert found == library_files()["Chart.yaml"].data


def test_a_record_with_a_merges_markers_is_taken_from_the_last_commit(small: Context) -> None:
    lock(small, (), check=False, dry_run=False, diff=False)
    was = (small.root / "envs/tst/.shunter/train.yaml").read_text("utf-8")
    write(small.root, {"envs/tst/.shunter/train.yaml": f"<<<<<<< ours\n{was}=======\n{was}>>>>>>> theirs\n"})
    lock(small, ["tst"], check=False, dry_run=False, diff=False)
    assert (small.root / "envs/tst/.shunter/train.yaml").read_text("utf-8") == was


def test_only_apps_and_environments_are_locked(small: Context) -> None:
    assert [site.name for site in lockable(small, ())] == ["tst", "pre"]
    with pytest.raises(ShunterError, match="there is no chart or environment `web`") as error:
        lockable(small, ["web"])
    assert error.value.hint == "known: tst, pre"
