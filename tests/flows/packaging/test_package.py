"""Packaging writes the registry and nothing else of a person's."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git, make_repo, snapshot
from helpers.workspaces.small import small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.packaging.package import package, package_to
from shunter.flows.packaging.stamp import Stamp
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context, open_context
from shunter.model.errors import ShunterError
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


@pytest.mark.parametrize("folder", ["", "out"])
def test_a_chart_of_others_that_cannot_be_had_keeps_ours_from_nothing(folder: str, small: Context) -> None:
    text = (small.root / "shunter.yaml").read_text("utf-8")
    gone = "  db: {chart: {repository: 'http://127.0.0.1:1', name: pg, version: 1.0.0}}\n"
    commit_all(
        small.root,
        {
            "shunter.yaml": text.replace("services:\n", f"services:\n{gone}"),
            "third/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.1.0\n",
        },
    )
    context, to = open_context(small.root), small.root.parent / folder
    report = (
        package_to(context, (), Stamp(), to, dry_run=False) if folder else package(context, (), Stamp(), dry_run=False)
    )
    found = {outcome.unit: outcome for outcome in report.outcomes}
    assert (found["web 1.1.0"].status, found["pg 1.0.0"].status) == (Status.DONE, Status.FAILED)
    assert "127.0.0.1:1" in found["pg 1.0.0"].detail
    assert report.exit_code() == 2
    assert (to / "web-1.1.0.tgz").exists() if folder else open_archives(context).has("web", "1.1.0")
    only = package_to(context, ["db"], Stamp(), to / "x", dry_run=False)
    assert ([o.status for o in only.outcomes], only.notices) == ([Status.FAILED], ())


def test_what_cannot_be_packaged_is_named(small: Context) -> None:
    for names, stamp, message in (
        ((), Stamp(version="1.0.0"), "stamp one chart"),
        (("web", "orders"), Stamp(app_version="1"), "stamp one chart"),
        (("gone",), Stamp(), "there is no chart `gone`"),
    ):
        with pytest.raises(ShunterError, match=message):
            package(small, names, stamp, dry_run=False)


def test_a_folder_of_charts_that_shunter_did_not_make_is_told_who_packages_it(tmp_path: Path) -> None:
    make_repo(tmp_path / "bare", {"orders/Chart.yaml": "apiVersion: v2\nname: orders\nversion: 1.0.0\n"})
    for names in ((), ("orders",)):
        with pytest.raises(ShunterError, match="there is no chart") as caught:
            package_to(
                Context(tmp_path / "bare", tmp_path / "bare", None), names, Stamp(), tmp_path / "out", dry_run=False
            )
        assert "`helm package`" in caught.value.hint


def test_a_file_that_nobody_meant_to_ship_is_told(small: Context) -> None:
    chart = small.root / "third/web"
    (chart / "dump.sql").write_bytes(b"x" * 3_000_000)
    (chart / "Chart.yaml").write_text((chart / "Chart.yaml").read_text("utf-8").replace("1.0.0", "1.1.0"), "utf-8")
    commit_all(small.root, {})
    said = ok("package", "web", cwd=small.root).err
    assert "third/web/dump.sql has 3,000,000 bytes, and would be part of each release (name it in .helmignore)" in said
    (chart / ".helmignore").write_text("dump.sql\n", "utf-8")
    (chart / "Chart.yaml").write_text((chart / "Chart.yaml").read_text("utf-8").replace("1.1.0", "1.2.0"), "utf-8")
    commit_all(small.root, {})
    assert "dump.sql" not in ok("package", "web", cwd=small.root).err
