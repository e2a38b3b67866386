"""Lint on environments beside each other, and that values of a service that is gone stop nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.workspaces import copy, shared

SHOP = """\
name: shop
layout: mono
services:
  orders: {archetype: database}
  auth: {archetype: database}
environments:
  tst: {values: [../common.yaml, values.yaml]}
  pre: {promotes-from: tst, values: [../common.yaml, values.yaml]}
  dev: {values: [../common.yaml, values.yaml], services: [orders]}
"""
COMMON = "orders:\n  replicaCount: 2\nauth:\n  replicaCount: 2\n"


def make(folder: Path) -> None:
    (folder / "shop.yaml").write_text(SHOP)
    ok("new", "shop", "--defaults", "--data-file", "shop.yaml", cwd=folder)
    root = folder / "shop"
    (root / "envs/common.yaml").write_text(COMMON)
    git(root, "commit", "-qam", "values")
    ok("package", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy(shared("environments", make) / "shop", tmp_path / "shop")


def test_shared_values_may_speak_of_a_service_that_is_not_everywhere(root: Path) -> None:
    need_helm()
    said = ok("validate", "--strict", cwd=root).err + ok("lint", cwd=root).err
    assert "values-left" not in said
    (root / "envs/dev/values.yaml").write_text("auth:\n  replicaCount: 3\n")
    found = shunter("lint", cwd=root).err
    assert (
        "warning[values-left]: `auth` is no service here, and its values are still there\n  --> envs/dev/values.yaml:1:1"
        in found
    )


def test_after_a_removal_its_values_stop_no_promotion_and_are_one_finding(root: Path) -> None:
    need_helm()
    (root / "envs/tst/values.yaml").write_text("orders:\n  replicaCount: 3\nauth:\n  replicaCount: 4\n")
    git(root, "commit", "-qam", "values")
    ok("remove", "service", "auth", "--force", cwd=root)
    ok("train", "cut", "1.1.0", "--drop", "auth", cwd=root)
    ok("promote", "1.1.0", "--to", "tst", cwd=root)
    ok("promote", "--from", "tst", "--to", "pre", cwd=root)
    ok("validate", cwd=root)
    ok("lock", "--check", cwd=root)
    ok("render", "tst", cwd=root)
    found = shunter("lint", cwd=root).err
    assert found.count("[values-left]") == 2  # one in each file
    assert "--> envs/tst/values.yaml:3:1" in found
    assert "hint: delete lines 3 to 4" in found
    (root / "envs/tst/values.yaml").write_text("orders:\n  replicaCount: 3\n")
    (root / "envs/common.yaml").write_text("orders:\n  replicaCount: 2\n")
    git(root, "commit", "-qam", "values")
    ok("lock", cwd=root)
    assert "values-left" not in ok("lint", cwd=root).err
    (root / "envs/tst/values.yaml").write_text("auth:\n  replicaCount: 4\n")
    assert shunter("validate", "-e", "tst", cwd=root).code == 1  # it is a misspelt name from now on


def test_two_notes_on_what_a_file_repeats_and_lacks(root: Path) -> None:
    need_helm()
    (root / "envs/tst/values.yaml").write_text("orders:\n  replicaCount: 2\n  podLabels: {a: b}\n")
    (root / "envs/pre/values.yaml").write_text("orders:\n  podLabels: {a: c}\n")
    found = ok("lint", cwd=root).err
    assert (
        "note[redundant-value]: `orders.replicaCount` is what ../common.yaml says already\n  --> envs/tst/values.yaml:2:3"
        in found
    )
    assert "note[missing-in-environment]: `orders` is set in tst, pre and dev, and not in pro" in found
