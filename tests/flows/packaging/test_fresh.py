"""`lock --check` derives only what somebody touched, and finds what is stale all the same."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from shunter.flows.packaging import lock as locking
from shunter.flows.workspace.context import Site


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The projects that are derived again."""
    seen: list[str] = []
    derive = locking.Deriving.site

    def counted(self: locking.Deriving, site: Site) -> object:
        seen.append(site.name)
        return derive(self, site)

    monkeypatch.setattr(locking.Deriving, "site", counted)
    return seen


def checked(root: Path, derived: list[str]) -> tuple[int, list[str]]:
    """The exit code of a check, and what was derived for it."""
    derived.clear()
    done = shunter("lock", "--check", cwd=root)
    found = sorted(derived)
    assert (done.code, done.err) == ((cold := shunter("lock", "--check", "--no-cache", cwd=root)).code, cold.err)
    return done.code, found


def test_only_what_is_touched_is_derived_again(mono: Path, derived: list[str]) -> None:
    everything = ["api-gateway", "catalog", "frontend", "orders", "orders-db", "pre", "pro", "tst"]
    assert checked(mono, derived) == (0, everything)
    assert checked(mono, derived) == (0, [])
    (mono / "charts/orders/values.yaml").write_text("replicaCount: 3\n")
    assert checked(mono, derived) == (0, ["orders"])
    assert checked(mono, derived) == (0, [])
    (mono / "charts/orders/values.schema.json").unlink()
    for _ in range(2):  # what is stale is not remembered
        assert checked(mono, derived) == (1, ["orders"])
    ok("lock", cwd=mono)
    assert checked(mono, derived) == (0, [])  # as it was before
    [archive] = (mono / ".shunter/registry").glob("*.tgz")
    archive.write_bytes(archive.read_bytes() + b"\0")
    assert checked(mono, derived)[0] == 1


def test_names_are_answered_from_what_all_were(mono: Path, derived: list[str]) -> None:
    ok("lock", "--check", cwd=mono)
    derived.clear()
    ok("lock", "--check", "orders", cwd=mono)
    assert derived == []
    ok("lock", cwd=mono)
    assert len(derived) == 8


@pytest.mark.parametrize("mark", ["MERGE_HEAD", "AUTO_MERGE"])
def test_nothing_is_remembered_where_a_merge_is_in_progress(mark: str, mono: Path, derived: list[str]) -> None:
    ok("lock", "--check", cwd=mono)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=mono, capture_output=True, check=True).stdout
    (mono / ".git" / mark).write_bytes(head)
    assert len(checked(mono, derived)[1]) == 8
    (mono / ".git" / mark).unlink()
    assert checked(mono, derived) == (0, [])


def test_an_archive_that_git_does_not_know_may_be_listed_tomorrow(mono: Path, derived: list[str]) -> None:
    registry = mono / ".shunter/registry"
    index = (registry / "index.yaml").read_bytes()
    ok("package", "orders", "--no-commit", cwd=mono)
    (registry / "index.yaml").write_bytes(index)
    subprocess.run(["git", "reset", "--quiet"], cwd=mono, check=True)
    assert checked(mono, derived)[0] == 0
    subprocess.run(["git", "add", "."], cwd=mono, check=True)
    assert checked(mono, derived)[0] == 1
