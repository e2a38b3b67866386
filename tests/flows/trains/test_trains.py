"""Trains: cut, compared, promoted whole and in part, rolled back; versions move and values stay."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.transcript import untouched
from helpers.workspaces.workspaces import digest


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def bump(root: Path, chart: str, version: str) -> None:
    """Raise a chart's version and appVersion, package it."""
    file = root / chart / "charts" / chart / "Chart.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("version: 0.1.0", f"version: {version}"), "utf-8")
    git(root / chart, "commit", "-q", "-a", "-m", version)
    ok("package", chart, cwd=root)


@pytest.fixture
def second(railed: Path) -> Path:
    """The workspace with train 1.0.0 in tst, and train 1.1.0 with a newer orders."""
    bump(railed, "orders", "0.2.0")
    ok("train", "cut", "1.1.0", cwd=railed)
    return railed


def record(root: Path, environment: str) -> dict[str, object]:
    found: dict[str, dict[str, Any]] = json.loads(ok("status", "-o", "json", cwd=root).out)["apps"]
    return {app: cells[environment]["version"] for app, cells in found.items()}


def test_a_train_is_exact_and_never_changes(second: Path) -> None:
    assert "orders" in ok("train", "show", "1.1.0", cwd=second).out
    difference = shunter("train", "diff", "1.0.0", "1.1.0", cwd=second)
    assert difference.code == 1
    assert difference.out.splitlines()[1].split() == ["orders", "0.1.0", "(0.1.0)", "0.2.0", "(0.1.0)"]
    assert ok("train", "cut", "1.1.0", cwd=second).err.startswith("    noop")
    bump(second, "catalog", "0.3.0")
    before = digest(second)
    again = shunter("train", "cut", "1.1.0", cwd=second)
    assert (again.code, again.out) == (1, "")
    assert "error[train-exists]: train 1.1.0 was cut before, with other charts" in again.err
    assert digest(second) == before


def test_a_changed_chart_is_told_and_the_train_has_what_is_published(railed: Path) -> None:
    values = railed / "catalog/charts/catalog/values.yaml"
    values.write_text(values.read_text("utf-8") + "replicaCount: 5\n", "utf-8")
    said = ok("train", "cut", "2.0.0", cwd=railed)
    assert "warning[not-packaged]: catalog/charts/catalog has changed since catalog 0.1.0 was packaged" in said.err
    assert said.out == "train 2.0.0, from train 1.0.0:\n  the same cars\n"
    assert ok("train", "diff", "1.0.0", "2.0.0", cwd=railed).out == ""


def test_a_promotion_is_one_commit_and_carries_the_values_it_needs(second: Path) -> None:
    environment = second / "shop-tst"
    values = environment / "envs/tst/values.yaml"
    values.write_text(values.read_text("utf-8") + "\nfrontend:\n  replicaCount: 2\n", "utf-8")
    (environment / "envs/tst/notes.txt").write_text("not for Helm\n", "utf-8")
    (environment / "README.md").write_text("edited, and not part of this\n", "utf-8")
    head = git(environment, "rev-parse", "HEAD")
    refused = untouched(second, "promote", "1.1.0", "--to", "tst")
    assert (refused.code, f"git -C {environment} add envs/tst/values.yaml" in refused.err) == (2, True)
    git(environment, "add", "envs/tst/values.yaml")
    said = ok("promote", "1.1.0", "--to", "tst", "-o", "json", cwd=second)
    assert git(environment, "rev-parse", "HEAD~1") == head
    changed = git(environment, "show", "--name-only", "--format=", "HEAD").splitlines()
    assert "envs/tst/values.yaml" in changed
    assert "envs/tst/Chart.yaml" in changed
    assert {"README.md", "envs/tst/notes.txt"} & {*changed} == set()
    assert git(environment, "status", "--porcelain").splitlines() == ["M README.md", "?? envs/tst/notes.txt"]
    [outcome] = json.loads(said.out)["outcomes"]
    assert (outcome["paths"], outcome["commit"]) == (changed, git(environment, "rev-parse", "HEAD"))
    assert "orders 0.1.0 → 0.2.0" in git(environment, "log", "-1", "--format=%b")
    assert record(second, "tst")["orders"] == "0.2.0"


def test_values_stay_where_they_are(second: Path) -> None:
    before = {path: path.read_bytes() for path in second.glob("shop-*/envs/*/values.yaml")}
    ok("promote", "1.1.0", "--to", "tst", cwd=second)
    ok("promote", "--from", "tst", "--to", "pre", cwd=second)
    assert {path: path.read_bytes() for path in before} == before


def test_a_part_of_a_train_makes_a_mixture_that_says_so(second: Path) -> None:
    need_helm()
    ok("promote", "--from", "tst", "--to", "pre", cwd=second)
    ok("promote", "1.1.0", "--to", "tst", cwd=second)
    bump(second, "frontend", "0.4.0")
    ok("train", "cut", "1.2.0", cwd=second)
    ok("promote", "1.2.0", "--to", "tst", cwd=second)
    ok("promote", "--from", "tst", "--to", "pre", "--only", "frontend", cwd=second)
    versions = record(second, "pre")
    assert (versions["frontend"], versions["orders"]) == ("0.4.0", "0.1.0")
    board = ok("status", cwd=second).out
    assert "1.0.0, 1 of 5 differ" in board
    assert "version: 1.0.0+cars." in (second / "shop-pre/envs/pre/Chart.yaml").read_text("utf-8")
    ok("render", "pre", cwd=second)
    ok("promote", "--from", "tst", "--to", "pre", cwd=second)
    assert "differ" not in ok("status", cwd=second).out


def test_rollback_goes_back_in_the_environments_own_history(second: Path) -> None:
    assert "nothing came before what is current" in shunter("rollback", "tst", cwd=second).err
    ok("promote", "1.1.0", "--to", "tst", cwd=second)
    ok("rollback", "tst", cwd=second)
    assert record(second, "tst")["orders"] == "0.1.0"
    rows = [line.split()[2:4] for line in ok("history", "tst", cwd=second).out.splitlines()[1:]]
    assert rows == [["promote", "1.0.0"], ["promote", "1.1.0"], ["rollback", "1.0.0"]]
    assert "no entry or train `9.9.9`" in shunter("rollback", "tst", "9.9.9", cwd=second).err


def test_the_board_shows_what_lags_and_the_next_command(second: Path) -> None:
    found = ok("status", cwd=second)
    rows = {line.split()[0]: line.split()[1:] for line in found.out.splitlines() if line.strip()}
    assert rows["APP"] == ["tst", "pre", "pro"]
    assert rows["orders"] == ["0.1.0", "-", "-"]
    assert rows["train"] == ["1.0.0", "nothing", "nothing"]
    assert "next: shunter promote 1.1.0 --to tst" in found.err


def test_diff_says_what_would_change(second: Path) -> None:
    need_helm()
    found = shunter("diff", "tst", "1.1.0", cwd=second)
    assert found.code == 1
    assert "-orders: 0.1.0 (0.1.0)\n+orders: 0.2.0 (0.1.0)" in found.out
    assert "+    helm.sh/chart: orders-0.2.0" in found.out
    assert shunter("diff", "tst", "1.0.0", cwd=second).code == 0
    assert shunter("diff", "pre", "--only", "values", cwd=second).out.startswith(
        "--- pre/values.yaml\n+++ tst/values.yaml"
    )


def test_stamping_edits_no_file(railed: Path) -> None:
    need_helm()
    before = (railed / "orders/charts/orders/Chart.yaml").read_bytes()
    ok("package", "orders", "--version", "0.9.0-main.7.gabc1234", "--app-version", "1.2.3", cwd=railed)
    assert (railed / "orders/charts/orders/Chart.yaml").read_bytes() == before
    ok("train", "cut", "3.0.0", "--car", "orders=0.9.0-main.7.gabc1234", cwd=railed)
    ok("promote", "3.0.0", "--to", "tst", cwd=railed)
    assert "image: registry.example/acme/orders:1.2.3" in ok("render", "tst", "orders", cwd=railed).out.replace('"', "")
