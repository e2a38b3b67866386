"""Two people work in clones of one workspace, and git merges them: what shunter derives follows, or names a choice."""

from __future__ import annotations

import subprocess
from pathlib import Path

import helm_python
import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import shared
from shunter.flows.workspace.context import open_context

ATTRIBUTES = Path(__file__).parents[3] / "templates/repository/.gitattributes.jinja"


def _with_trains(folder: Path) -> None:
    context = small_workspace(folder / "shop")
    commit_all(context.root, {".gitattributes": ATTRIBUTES.read_bytes()})
    ok("lock", cwd=context.root)
    ok("train", "cut", "1.0.0", cwd=context.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=context.root)
    publish(context, orders("1.1.0"), "third/orders")
    ok("train", "cut", "1.1.0", cwd=context.root)
    publish(context, chart_files("web", "1.1.0"), "third/web")
    ok("train", "cut", "1.2.0", "--set", "orders=1.0.0", cwd=context.root)
    publish(context, orders("1.2.0"), "third/orders")
    ok("train", "cut", "2.0.0", cwd=context.root)
    git(folder, "clone", "-q", "--bare", str(context.root), "shop.git")


@pytest.fixture(scope="session")
def remote() -> Path:
    """Bare: 1.0.0 in tst; train 1.1.0 raises orders to 1.1.0, 1.2.0 web to 1.1.0, 2.0.0 orders to 1.2.0 and web."""
    return shared("small-remote", _with_trains) / "shop.git"


@pytest.fixture
def two(remote: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of the same state: mine, and that of somebody else."""
    for name in ("mine", "other"):
        git(tmp_path, "clone", "-q", str(remote), f"{name}/shop")
    return tmp_path / "mine/shop", tmp_path / "other/shop"


def unmerged(root: Path) -> dict[str, str]:
    """The paths with a conflict, with git's two letters."""
    lines = git(root, "status", "--porcelain").splitlines()
    return {line[3:]: line[:2] for line in lines if "U" in line[:2] or line[:2] in ("AA", "DD")}


def merge(mine: Path, other: Path, how: str = "merge") -> dict[str, str]:
    """Merge (or rebase) what the other has into mine, as git does: what is in conflict then."""
    git(mine, "fetch", "-q", str(other), "main")
    command = ["git", how, *(["--no-edit"] if how == "merge" else []), "FETCH_HEAD"]
    done = subprocess.run(command, cwd=mine, capture_output=True, check=False)
    found = unmerged(mine)
    assert bool(found) == bool(done.returncode), done.stderr
    return found


def test_two_who_package_different_charts_merge_without_a_conflict(two: tuple[Path, Path]) -> None:
    mine, other = two
    publish(open_context(mine), orders("1.4.0"), "third/orders")
    publish(open_context(other), chart_files("web", "1.4.0"), "third/web")
    assert merge(mine, other) == {}
    ok("lock", "--check", cwd=mine)
    ok("train", "cut", "3.0.0", cwd=mine)


def test_a_stamp_of_helm_is_nobodys_change(two: tuple[Path, Path]) -> None:
    lock = two[0] / "envs/tst/Chart.lock"
    before = lock.read_bytes()
    helm_python.dependency_update(lock.parent)
    lock.write_bytes(before.replace(b"1970-01-01T00:00:00Z", b"2026-11-28T21:00:00.123456789Z"))
    ok("lock", "--check", cwd=two[0])
    ok("lock", cwd=two[0])
    assert b"2026-11-28" in lock.read_bytes()


def test_derived_files_conflict_without_markers_and_the_board_is_readable(two: tuple[Path, Path]) -> None:
    mine, other = two
    ok("promote", "1.1.0", "--to", "tst", cwd=mine)
    ok("promote", "1.2.0", "--to", "tst", cwd=other)
    found = merge(mine, other)
    assert {"envs/tst/.shunter/train.yaml", "envs/tst/Chart.yaml", "envs/tst/Chart.lock"} <= found.keys()
    assert not [path for path in found if b"<<<<<<<" in (mine / path).read_bytes()]
    assert "1.1.0" in ok("status", cwd=mine).out
