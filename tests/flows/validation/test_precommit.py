"""pre-commit, for real, in a clone of every kind of repository: our hooks pass, and stop a commit in our words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.charts.charts import ROOT
from helpers.tools import need_helm, require
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.fleets import Fleet
from helpers.workspaces.workspaces import ONE_SERVICE, shared

KINDS = {
    "workspace": "shop",
    "service and chart": "shop/orders",
    "chart without code": "shop/orders-db",
    "environment with a train": "shop/shop-tst",
    "new environment": "shop/shop-pre",
}
MONO_MODES = "{code: mono, charts: mono, envs: mono}"


@pytest.fixture(autouse=True)
def _tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`shunter` on the PATH, as the generated repositories ask for it."""
    require("pre-commit")
    need_helm()
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "shunter"
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT / "generator"}" exec "{sys.executable}" -m shunter "$@"\n', "utf-8"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))


def clone(repository: Path, target: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", repository, target], check=True)
    return target


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def passes(root: Path, *ours: str) -> None:
    """Every hook passes in `root`, changes nothing, and those named are among them and were not skipped."""
    result = run(root, "pre-commit", "run", "--all-files")
    assert result.returncode == 0, result.stdout
    for name in ours:
        [line] = [line for line in result.stdout.splitlines() if line.startswith(name)]
        assert line.endswith("Passed"), line
    assert run(root, "git", "status", "--porcelain").stdout == ""


VALIDATE, LINT, LOCK = "values files fit the schemas", "charts, trains and layout", "derived files are fresh"


@pytest.mark.slow  # pre-commit makes an environment of its own for each clone
@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_clone_passes(kind: str, example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails.parent / KINDS[kind], tmp_path / "clone")
    passes(root, *((LINT,) if kind == "workspace" else (VALIDATE, LINT, LOCK)))


def test_a_mono_repository_passes(mono_example: Path, tmp_path: Path) -> None:
    passes(clone(mono_example, tmp_path / "shop"), VALIDATE, LINT, LOCK)


def make_mono_modes(folder: Path) -> None:
    (folder / "values.yaml").write_text(ONE_SERVICE.replace("LAYOUT", MONO_MODES), "utf-8")
    ok("new", "shop", "--defaults", "--data-file", str(folder / "values.yaml"), cwd=folder)


@pytest.mark.slow  # pre-commit makes an environment of its own for each clone
@pytest.mark.parametrize(
    ("name", "ours"), [("code", (LINT,)), ("charts", (VALIDATE, LINT, LOCK)), ("envs", (VALIDATE,))]
)
def test_repositories_of_mono_modes_pass(name: str, ours: tuple[str, ...], tmp_path: Path) -> None:
    root = shared("mono-modes", make_mono_modes) / "shop"
    passes(clone(root / f"shop-{name}", tmp_path / "clone"), *ours)


@pytest.mark.slow  # pre-commit makes an environment of its own for each clone
def test_a_checkout_inside_its_workspace_passes(railed: Path) -> None:
    for name in ("orders", "shop-tst"):
        passes(railed / name, VALIDATE, LINT, LOCK)


@pytest.mark.slow  # pre-commit runs for each kind of mistake
def test_a_commit_is_stopped_in_our_words(example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails / "shop-tst", tmp_path / "clone")
    assert run(root, "pre-commit", "install").returncode == 0
    head = run(root, "git", "rev-parse", "HEAD").stdout
    (root / "envs/tst/values.yaml").write_text("orders:\n  replicaCount: three\n", "utf-8")
    result = run(root, "git", "commit", "-am", "Three")
    assert result.returncode == 1
    assert run(root, "git", "rev-parse", "HEAD").stdout == head
    for line in (
        "error[type]: `orders.replicaCount` must be an integer",
        "  --> envs/tst/values.yaml:2:17",
        "2 |   replicaCount: three",
        "hint: write an integer",
    ):
        assert line in result.stdout
    (root / "envs/tst/values.yaml").write_text("orders:\n  replicaCount: 3\n", "utf-8")
    assert run(root, "git", "commit", "-am", "Three").returncode == 0


@pytest.mark.slow  # pre-commit runs twice
def test_a_stale_file_stops_a_commit(example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails / "orders", tmp_path / "clone")
    assert run(root, "pre-commit", "install").returncode == 0
    schema = root / "charts/orders/values.schema.json"
    schema.write_text(schema.read_text("utf-8").replace("integer", "number", 1), "utf-8")
    result = run(root, "git", "commit", "-am", "Looser")
    assert result.returncode == 1
    assert "next: shunter lock" in result.stdout
    ok("lock", cwd=root)
    assert run(root, "git", "status", "--porcelain").stdout == ""


@pytest.mark.slow  # the same hooks without pre-commit around them run in tests/flows/workspace/test_safe_hands.py
@pytest.mark.parametrize("layout", ["multi", "mono"])
def test_a_promotion_passes_installed_hooks(layout: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue("railed" if layout == "multi" else "mono")
    if layout == "mono":
        for command in ("package", "train cut 1.0.0", "promote 1.0.0 --to tst"):
            ok(*command.split(), cwd=root)
    target = root / "shop-pre" if layout == "multi" else root
    (target / "untracked.txt").write_text("mine\n", "utf-8")
    assert run(target, "pre-commit", "install").returncode == 0
    said = ok("promote", "--from", "tst", "--to", "pre", cwd=root).err
    for name in (VALIDATE, LINT, LOCK):
        assert [line for line in said.splitlines() if name in line and line.endswith("Passed")], said
    assert run(target, "git", "status", "--porcelain").stdout == "?? untracked.txt\n"


def hook_lines(said: str, repository: str, name: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith(f"{repository}: {name}")]


@pytest.mark.slow  # pre-commit runs in five repositories, twice
def test_an_update_of_many_passes_installed_hooks_and_one_that_fails_is_refused_alone(tmp_path: Path) -> None:
    """The hooks are installed in each repository; in one of them, what somebody wrote without them stops the commit."""
    fleet = Fleet(tmp_path)
    names = ("shop", "orders", "shop-tst", "shop-pre", "shop-pro")
    for name in names:
        assert run(fleet.checkout(name), "pre-commit", "install").returncode == 0
        (fleet.checkout(name) / "untracked.txt").write_text("mine\n", "utf-8")
    wrong = fleet.checkout("shop-pre") / "envs/pre/README.md"
    wrong.write_text(f"A line that ends in white space. \n{wrong.read_text('utf-8')}", "utf-8")
    assert run(fleet.checkout("shop-pre"), "git", "commit", "-qam", "mine", "--no-verify").returncode == 0
    result = shunter("update", "--to", "0.2.0", "--report", "r.jsonl", cwd=fleet.root)
    assert result.code == 1, result.err
    assert [line.split()[1] for line in result.err.splitlines() if line.startswith(" refused")] == ["shop-pre"]
    assert any("no line ends in white space" in line and line.endswith("Failed") for line in result.err.splitlines())
    for name in ("shop", "shop-tst", "shop-pro"):
        assert any(line.endswith("Passed") for line in hook_lines(result.err, name, LINT)), result.err
    for name in names:
        shown = run(fleet.checkout(name), "git", "status", "--porcelain").stdout.splitlines()
        assert shown == [*(["?? r.jsonl"] if name == "shop" else []), "?? untracked.txt"], name
    wrong.write_text(wrong.read_text("utf-8").replace("space. \n", "space.\n"), "utf-8")
    assert run(fleet.checkout("shop-pre"), "git", "commit", "-qam", "mended").returncode == 0
    found = ok("update", "--resume", "r.jsonl", cwd=fleet.root)
    assert any(line.endswith("Passed") for line in hook_lines(found.err, "shop-pre", LINT)), found.err
    shown = run(fleet.checkout("shop-pre"), "git", "show", "-s", "--format=%B").stdout
    assert shown.splitlines()[0] == "Update to template release 0.2.0"
    assert (fleet.root / ".shunter/applied.yaml").read_text("utf-8").count("release: 0.2.0") == 1
