"""What was judged is what is written: an edit or another run in between refuses, or comes before or after."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations_with_replacement
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from helpers.workspaces.cli import ok, run_in_background, shunter
from helpers.workspaces.gitrepo import commit_all, git, write
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.transcript import error
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.packaging import lock as locking
from shunter.flows.packaging import package as packaging
from shunter.flows.trains import cut as cutting
from shunter.flows.workspace import plans


def _with_trains(folder: Path) -> None:
    context = small_workspace(folder / "small")
    ok("lock", cwd=context.root)
    ok("train", "cut", "1.0.0", cwd=context.root)
    publish(context, orders("1.1.0"), "third/orders")
    ok("train", "cut", "1.1.0", cwd=context.root)
    commit_all(context.root, {"third/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\n"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Trains 1.0.0 and 1.1.0, none of them anywhere; web 1.2.0 is committed and not packaged."""
    return copy(shared("small-judged", _with_trains) / "small", tmp_path.resolve() / "small")


Between = Callable[[Path], object]


def edit(path: str) -> Between:
    return lambda root: (root / path).write_bytes((root / path).read_bytes() + b"# edited\n")


def staged(path: str) -> Between:
    def change(root: Path) -> None:
        edit(path)(root)
        git(root, "add", path)

    return change


def committed(path: str) -> Between:
    def change(root: Path) -> None:
        edit(path)(root)
        git(root, "commit", "-q", "-a", "-m", "meanwhile")

    return change


def run(*command: str) -> Between:
    return lambda root: ok(*command, cwd=root)


CUT = (cutting, ("train", "cut", "2.0.0"))
PACKAGE = (packaging, ("package",))
LOCK = (locking, ("lock", "tst"))
INDEX = ".shunter/registry/index.yaml"
RECORD = "envs/tst/.shunter/train.yaml"


@pytest.mark.parametrize(
    ("verb", "between"),
    [
        (CUT, edit(INDEX)),
        (CUT, run("package")),
        (PACKAGE, edit("third/web/Chart.yaml")),
        (PACKAGE, staged("third/web/Chart.yaml")),
        (PACKAGE, committed("third/web/Chart.yaml")),
        (PACKAGE, edit(INDEX)),
        (PACKAGE, run("package", "web")),
        (LOCK, edit(RECORD)),
        (LOCK, staged("envs/tst/.copier-answers.yml")),
        (LOCK, run("promote", "1.1.0", "--to", "tst")),
    ],
)
def test_what_changes_in_between_is_not_written_over(
    verb: tuple[ModuleType, tuple[str, ...]], between: Between, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, command = verb
    if module is locking:
        write(root, {"envs/tst/Chart.lock": "stale\n"})
    original, seen = vars(module)["carry_out"], []

    def carry_out(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(module, "carry_out", original)
        between(root)
        seen.append((git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain"), git(root, "diff")))
        return original(*arguments, **options)

    monkeypatch.setattr(module, "carry_out", carry_out)
    assert "changed while shunter was working" in error(shunter(*command, cwd=root)).message
    assert (git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain"), git(root, "diff")) == seen[0]


def test_an_edit_that_was_packed_is_no_commit(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git has been asked whether the folder is clean, and then somebody writes into it."""
    original = vars(packaging)["packed_for_publishing"]

    def packed(files: Any, origin: Any = None) -> Any:
        write(root, {"third/web/values.yaml": "a: 1\n"})
        return original(files, origin)

    monkeypatch.setattr(packaging, "packed_for_publishing", packed)
    assert "chart web has changes that no commit holds" in error(shunter("package", cwd=root)).message
    assert not list((root / ".shunter/registry").glob("web-1.2.0*"))


VERBS = {
    "cut": ("train", "cut", "3.0.0"),
    "package": ("package",),
    "promote": ("promote", "1.1.0", "--to", "tst"),
    "other promote": ("promote", "1.0.0", "--to", "tst", "--allow-downgrade", "all"),
    "lock": ("lock",),
}


PAIRS = [pair for pair in combinations_with_replacement(VERBS, 2) if pair != ("lock", "lock")]


@pytest.mark.slow  # two commands for each of fourteen pairs; one pair of promotions is in test_safe_hands
@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_at_once_are_one_after_the_other_or_one_is_refused(pair: tuple[str, str], root: Path) -> None:
    runs = [run_in_background(root, *VERBS[name]) for name in pair]
    said = [each.communicate()[1] for each in runs]
    codes = [each.returncode for each in runs]
    assert 0 in codes, said
    assert set(codes) <= {0, 2}, said
    assert git(root, "status", "--porcelain") == ""
    git(root, "fsck", "--strict")
    for name, code in zip(pair, codes, strict=True):
        if code:
            ok(*VERBS[name], cwd=root)
    rows = json.loads(ok("history", "tst", "-o", "json", cwd=root).out)
    arrivals = [row["train"] for row in rows if row["verb"] == "promote"]
    wanted = {VERBS[name][1] for name in pair if "promote" in name}
    assert sorted(arrivals) == sorted(wanted)
    for command in ("lock --check", "validate"):
        ok(*command.split(), cwd=root)
    assert (root / "trains/3.0.0.yaml").exists() == ("cut" in pair)
    assert bool(list((root / ".shunter/registry").glob("web-1.2.0.tgz"))) == ("package" in pair)


@pytest.mark.parametrize("verb", ["cut", "promote"])
def test_a_workspace_file_that_changes_meanwhile_is_noticed(
    verb: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = vars(plans)["apply"]

    def apply(*arguments: Any, **options: Any) -> Any:
        (root / "shunter.yaml").write_bytes((root / "shunter.yaml").read_bytes() + b"# changed\n")
        return original(*arguments, **options)

    monkeypatch.setattr(plans, "apply", apply)
    assert "shunter.yaml" in error(shunter(*VERBS[verb], cwd=root)).message
