"""Commands that write say when a checkout is behind the branch it follows, and refuse to go on in CI."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from helpers.reads import git_processes
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.remotes import NAMES, Remotes, checkout
from shunter.flows.checkouts.behind import aware, promotion_roots, roots_at, roots_of
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def roots(ours: Path, names: Iterable[str] = NAMES) -> list[Path]:
    return [checkout(ours, name) for name in names]


def notices(ours: Path, *, fetch: bool = False, writes: bool = True) -> tuple[str, ...]:
    def run() -> Report:
        return Report(notices=("the run's own",))

    report = aware(open_context(ours), roots(ours), run, fetch=fetch, writes=writes)
    assert report.notices[-1] == "the run's own"
    return report.notices[:-1]


@pytest.fixture
def lagging(remotes: Remotes, ours: Path) -> Path:
    """A workspace whose checkouts of orders and shop-tst are behind, fetched."""
    for name in ("orders", "shop-tst", "shop-tst"):
        remotes.moved(name, {"a": git(remotes.of(name), "rev-parse", "main")})
        git(ours / name, "fetch", "-q")
    return ours


def test_each_checkout_behind_is_named_once(lagging: Path) -> None:
    assert notices(lagging) == (
        "warning: orders is 1 commit behind origin/main, as last fetched: shunter sync",
        "warning: shop-tst is 2 commits behind origin/main, as last fetched: shunter sync",
    )


def test_what_is_known_is_what_was_fetched(remotes: Remotes, ours: Path) -> None:
    remotes.moved("orders", {"a": "1"})
    assert notices(ours) == ()
    assert notices(ours, fetch=True) == ("warning: orders is 1 commit behind origin/main: shunter sync",)
    assert notices(ours) == ("warning: orders is 1 commit behind origin/main, as last fetched: shunter sync",)


@pytest.mark.parametrize("ci", ["true", "1"])
def test_in_ci_it_is_a_refusal_before_anything_runs(lagging: Path, monkeypatch: pytest.MonkeyPatch, ci: str) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(ShunterError, match="orders is 1 commit behind origin/main, as last fetched") as refusal:
        notices(lagging)
    assert refusal.value.notes == ("shop-tst is 2 commits behind origin/main, as last fetched",)
    assert len(notices(lagging, writes=False)) == 2, "what only shows is not refused"


def test_unknown_is_neither_said_nor_refused(
    remotes: Remotes, ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    remotes.moved("shop-tst", {"a": "1"})
    git(ours / "shop-tst", "fetch", "-q")
    git(ours / "orders", "checkout", "-q", "--detach")
    git(ours / "shop-charts", "remote", "remove", "origin")
    git(ours / "shop-tst", "checkout", "-q", "-b", "mine", "--no-track")
    git(ours / "shop-pre", "update-ref", "-d", "refs/remotes/origin/main")
    commit_all(ours, {"a": "ahead"})
    assert notices(ours) == ()
    shutil.rmtree(ours / "orders")
    assert notices(ours, fetch=True) == (), "what is not checked out is for others to say"


def test_a_remote_that_does_not_answer_when_it_is_asked(remotes: Remotes, ours: Path) -> None:
    shutil.rmtree(remotes.of("orders"))
    assert notices(ours) == ()
    with pytest.raises(ShunterError, match="cannot fetch orders"):
        notices(ours, fetch=True)


def test_an_error_of_the_run_says_it_too(lagging: Path) -> None:
    def run() -> Report:
        raise ShunterError("there is no train 1.1.0", notes=("first",))

    with pytest.raises(ShunterError) as failed:
        aware(open_context(lagging), roots(lagging, ["orders"]), run, fetch=False)
    assert failed.value.notes == ("first", "orders is 1 commit behind origin/main, as last fetched")


def test_git_is_asked_only_where_branch_and_upstream_differ(lagging: Path) -> None:
    with git_processes() as started:
        notices(lagging)
    assert len(started) == 2, started


def test_which_checkouts_a_command_concerns(ours: Path) -> None:
    context = open_context(ours)
    assert set(roots_of(context, ("app",), ())) == set(roots(ours, ["shop", "shop-charts"]))
    assert set(roots_of(context, ("app",), ("absent",))) == {ours}
    assert set(promotion_roots(context, "tst")) == set(roots(ours, ["shop", "shop-tst"]))
    assert set(promotion_roots(context, "pre", "")) == set(roots(ours, ["shop", "shop-tst", "shop-pre"]))
    assert set(promotion_roots(context, "absent")) == {ours}
    assert set(roots_at(context, [])) == set(roots(ours))
    assert set(roots_at(context, [ours / "orders/services/orders"])) == set(roots(ours, ["shop", "orders"]))


# every command


def follow(root: Path, tmp_path: Path) -> None:
    """Give each repository a remote that has one commit more."""
    for place in (root, *sorted(path.parent for path in root.glob("*/.git"))):
        bare = tmp_path / "remotes" / f"{place.name}.git"
        git(tmp_path, "clone", "-q", "--bare", str(place), str(bare))
        git(place, "remote", "add", "origin", str(bare))
        git(place, "fetch", "-q", "origin")
        git(place, "branch", "-q", "--set-upstream-to=origin/main")
        tree = git(bare, "rev-parse", "main^{tree}")
        newer = git(bare, "commit-tree", tree, "-p", "main", "-m", "newer")
        git(bare, "update-ref", "refs/heads/main", newer)


COMMANDS = {
    ("train", "cut", "1.0.1"): {"shop", "orders", "catalog", "frontend", "api-gateway", "orders-db"},
    ("train", "cut", "1.0.1", "--only", "orders"): {"shop", "orders"},
    ("package", "orders"): {"shop", "orders"},
    ("promote", "1.0.0", "--to", "pre"): {"shop", "shop-tst", "shop-pre"},
    ("promote", "--from", "tst", "--to", "pre"): {"shop", "shop-tst", "shop-pre"},
    ("rollback", "tst"): {"shop", "shop-tst"},
    ("update", "orders"): {"shop", "orders"},
}


def test_every_command_that_depends_on_others_work_warns(
    railed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test for all commands, since the workspace that they need is made once."""
    follow(railed, tmp_path)
    ok("train", "cut", "1.0.1", cwd=railed)
    for command, behind in COMMANDS.items():
        found = shunter(*command, "--fetch", "--dry-run", cwd=railed)
        named = {line.split()[1] for line in found.err.splitlines() if " behind " in line and "warning:" in line}
        named |= {line.split()[1] for line in found.err.splitlines() if " behind " in line and line.startswith(" =")}
        assert named == behind, command
    monkeypatch.setenv("CI", "true")
    before = git(railed / "shop-pre", "rev-parse", "HEAD")
    refused = shunter("promote", "1.0.0", "--to", "pre", cwd=railed)
    assert (refused.code, git(railed / "shop-pre", "rev-parse", "HEAD")) == (2, before)
    assert "behind origin/main" in refused.err
    monkeypatch.delenv("CI")
    found = ok("promote", "1.0.0", "--to", "pre", "-o", "json", cwd=railed)
    assert len([line for line in json.loads(found.out)["notices"] if " behind origin/main" in line]) == 3
