"""Levels of rules outside of a workspace, through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces.cli import shunter
from helpers.workspaces.gitrepo import write

CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a chart whose values have a lint."""
    write(tmp_path / "r", {".git/HEAD": "", "c/Chart.yaml": CHART, "c/values.yaml": "a: 1.10\n"})
    return tmp_path / "r"


def level(*arguments: str, cwd: Path) -> str:
    found = json.loads(shunter(*arguments, "-o", "json", cwd=cwd).out)["findings"]
    return found[0]["severity"] if found else "off"


@pytest.mark.parametrize("verb", ["validate", "lint"])
def test_the_nearest_settings_of_the_repository_count(verb: str, root: Path) -> None:
    asked = (verb, "values.yaml") if verb == "validate" else (verb, ".")
    rules = ("--rule", "helm-lint=off", "--rule", "unused-key=off")
    assert level(*asked, *rules, cwd=root / "c") == "warning"
    (root.parent / ".shunter.yaml").write_text("rules: {trailing-zero: note}\n")
    assert level(*asked, *rules, cwd=root / "c") == "warning"  # above the repository
    (root / "pyproject.toml").write_text('[tool.shunter.rules]\ntrailing-zero = "error"\n')
    assert level(*asked, *rules, cwd=root / "c") == "error"
    (root / "c" / "pyproject.toml").write_text("no toml, and none of our business\n")
    assert level(*asked, *rules, cwd=root / "c") == "error"
    (root / "c" / ".shunter.yaml").write_text("rules: {trailing-zero: off}\n")
    assert level(*asked, *rules, cwd=root / "c") == "off"
    assert level(*asked, *rules, "--rule", "trailing-zero=note", cwd=root / "c") == "note"
    (root / "c" / ".shunter.yaml").write_text("rules: {trailing-zeros: off}\n")
    broken = shunter(*asked, cwd=root / "c")
    assert (broken.code, "--> .shunter.yaml:1:" in broken.err) == (2, True)


def test_strays_may_be_turned_off(root: Path) -> None:
    write(root, {"deploy/values.yaml": "a: 1\n"})
    assert shunter("validate", "deploy/values.yaml", cwd=root).code == 2
    silent = shunter("validate", "deploy/values.yaml", "--rule", "stray-values=off", cwd=root)
    assert (silent.code, silent.err) == (0, "0 charts checked: valid\n")
    assert shunter("validate", "deploy/values.yaml", "--rule", "stray-values=error", cwd=root).code == 1


def test_a_workspace_has_its_own_rules_and_an_argument_is_above_them(root: Path) -> None:
    write(root, {"shunter.yaml": "name: shop\nservices: {}\nenvironments: {}\nrules: {trailing-zero: note}\n"})
    (root / ".shunter.yaml").write_text("rules: {trailing-zero: off}\n")
    assert level("validate", "c", cwd=root) == "note"
    assert level("validate", "c", "--rule", "trailing-zero=error", cwd=root) == "error"
