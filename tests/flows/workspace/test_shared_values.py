"""Values files that environments share work wherever an environment's own ones do; Helm gets the same ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.transcript import error
from helpers.workspaces.workspaces import copy, shared
from shunter.adapters.verdicts.cache import Verdicts
from shunter.adapters.verdicts.questions import valid_before

SHOP = """\
name: shop
layout: {layout}
services:
  orders: {{archetype: rest-api}}
environments:
  tst: {{values: [../common.yaml, values.yaml]}}
  pre: {{promotes-from: tst, values: [../common.yaml, ../stages/late.yaml, values.yaml]}}
  dev: {{}}
"""
VALUES = "orders:\n  replicaCount: {}\n"


def make(folder: Path, layout: str) -> None:
    """A workspace with train 1.0.0 in tst; its environments share values files."""
    (folder / "shop.yaml").write_text(SHOP.format(layout=layout))
    ok("new", "shop", "--defaults", "--data-file", "shop.yaml", cwd=folder)
    root = folder / "shop"
    add(root / "envs/common.yaml", VALUES.format(2))
    add(root / "envs/stages/late.yaml", VALUES.format(3))
    git(root, "add", ".")
    git(root, "commit", "-qm", "values")
    if "multi" in layout:
        ok("lock", cwd=root)
    ok("package", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


@pytest.fixture
def mono(tmp_path: Path) -> Path:
    return copy(shared("shared-values-mono", lambda folder: make(folder, "mono")) / "shop", tmp_path / "shop")


@pytest.fixture
def multi(tmp_path: Path) -> Path:
    return copy(
        shared("shared-values-multi", lambda folder: make(folder, "{code: mono, charts: mono, envs: multi}")) / "shop",
        tmp_path / "shop",
    )


def replicas(manifests: str) -> object:
    found = (document for document in yaml.safe_load_all(manifests) if document and document["kind"] == "Deployment")
    return next(found)["spec"]["replicas"]


def test_later_files_win_and_each_value_says_where_it_is_from(mono: Path) -> None:
    need_helm()
    ok("promote", "--from", "tst", "--to", "pre", cwd=mono)
    assert [replicas(ok("render", name, cwd=mono).out) for name in ("tst", "pre")] == [2, 3]
    said = ok("values", "explain", "orders", "-e", "tst", cwd=mono).out
    assert next(line for line in said.splitlines() if line.startswith("replicaCount ")).split()[1:] == [
        "2",
        "environment",
        "envs/common.yaml:5",
    ]


def test_one_declaration_hands_a_value_to_several_services(mono: Path) -> None:
    need_helm()
    handed = "x-web: &web\n  podLabels: {tier: web}\n  replicaCount: 5\norders:\n  <<: *web\n  replicaCount: 4\n"
    (mono / "envs/common.yaml").write_text(handed)
    said = ok("validate", "--strict", "-e", "tst", cwd=mono).err + ok("lint", cwd=mono).err
    assert "x-web" not in said
    deployed = ok("render", "tst", cwd=mono).out
    assert replicas(deployed) == 4
    assert 'tier: "web"' in deployed
    rows = ok("values", "explain", "orders", "-e", "tst", cwd=mono).out.splitlines()
    assert next(row for row in rows if row.startswith("podLabels")).split()[-1] == "envs/common.yaml:2"
    (mono / "envs/common.yaml").write_text(handed.replace("podLabels", "podLabel"))
    found = shunter("validate", "envs/common.yaml", cwd=mono)
    assert found.code == 1
    assert "`orders.podLabel` is not a key of chart orders" in found.err
    assert "--> envs/common.yaml:2:3" in found.err


def test_ci_and_the_hook_name_each_file_where_it_is(mono: Path) -> None:
    add(mono / "envs/stages/late.yaml", "# a change\n")
    git(mono, "commit", "-qam", "change")
    touched = ok("changed", "--since", "HEAD~1", "-o", "env", cwd=mono).out.splitlines()
    assert 'environments=["pre"]' in touched
    hook = (mono / ".pre-commit-config.yaml").read_text()
    assert hook.count("envs/common\\.yaml|\n") == 1


def test_a_shared_file_stands_for_the_environments_that_have_it(mono: Path) -> None:
    assert ok("validate", "envs/common.yaml", cwd=mono).err == "2 charts checked: valid\n"
    assert ok("validate", "late.yaml", cwd=mono / "envs/stages").err == "1 chart checked: valid\n"
    add(mono / "envs/stages/late.yaml", "  prot: 80\n")
    for cwd, name in ((mono, "envs/stages/late.yaml"), (mono / "envs/stages", "late.yaml")):
        found = shunter("validate", name, cwd=cwd)
        assert found.code == 1
        assert f"error[unknown-key]: `orders.prot` is not a key of chart orders 0.1.0\n  --> {name}:6:3" in found.err
    assert shunter("lint", "envs/stages/late.yaml", cwd=mono).err.endswith("1 chart checked: valid\n")
    (mono / "envs/other.yaml").write_text("{}\n")
    assert error(shunter("validate", "envs/other.yaml", cwd=mono)).message == "envs/other.yaml belongs to no chart"


def test_it_works_in_a_repository_that_stands_alone(mono: Path) -> None:
    (mono / "shunter.yaml").unlink()
    assert ok("validate", "envs/common.yaml", cwd=mono).err == "2 charts checked: valid\n"
    assert ok("validate", ".", cwd=mono / "envs/tst").err == "1 chart checked: valid\n"
    add(mono / "envs/common.yaml", "  prot: 80\n")
    assert "--> ../common.yaml:6:3" in shunter("validate", ".", cwd=mono / "envs/tst").err


def test_an_old_verdict_does_not_count_once_a_shared_file_has_changed(
    mono: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    ok("validate", "envs/tst", cwd=mono)
    assert valid_before(str(mono), ["envs/tst"], Verdicts()) == 1
    add(mono / "envs/common.yaml", "  prot: 80\n")
    assert valid_before(str(mono), ["envs/tst"], Verdicts()) == 0
    assert shunter("validate", "envs/tst", cwd=mono).code == 1


def test_a_staged_shared_file_goes_into_the_promotion_that_was_judged_with_it(mono: Path) -> None:
    add(mono / "envs/common.yaml", "  podLabels: {a: b}\n")
    git(mono, "add", "envs/common.yaml")
    ok("promote", "--from", "tst", "--to", "pre", cwd=mono)
    assert "envs/common.yaml" in git(mono, "show", "--stat=200", "--format=", "HEAD")
    assert git(mono, "status", "--porcelain") == ""


def test_a_rename_and_a_removal_look_into_shared_files(mono: Path) -> None:
    ok("rename", "service", "orders", "sales", cwd=mono)
    assert (mono / "envs/common.yaml").read_text().count("sales:\n  replicaCount: 2\n") == 1
    assert (mono / "envs/stages/late.yaml").read_text().count("sales:\n") == 1
    said = ok("remove", "service", "sales", "--force", cwd=mono)
    assert (said.out + said.err).count("values of sales stay in envs/common.yaml:4;") == 1


def test_one_that_is_named_later_is_made_by_update(mono: Path) -> None:
    path = mono / "shunter.yaml"
    path.write_text(path.read_text().replace("dev: {}", "dev: {values: [../stages/early.yaml, values.yaml]}"))
    git(mono, "add", ".")
    ok("update", cwd=mono)
    assert "$schema=../dev/.shunter/values.full.schema.json" in (mono / "envs/stages/early.yaml").read_text()
    ok("validate", cwd=mono)
    ok("lock", "--check", cwd=mono)


def test_repositories_of_environments_have_copies_that_lock_keeps(multi: Path) -> None:
    for name, files in (("tst", ["common.yaml"]), ("pre", ["common.yaml", "stages/late.yaml"])):
        envs = multi / f"shop-{name}" / "envs"
        assert [f for f in ("common.yaml", "stages/late.yaml") if (envs / f).exists()] == files
        assert all((envs / f).read_bytes() == (multi / "envs" / f).read_bytes() for f in files)
    ok("lock", "--check", cwd=multi)
    assert ok("validate", "envs/common.yaml", cwd=multi).err == "2 charts checked: valid\n"
    add(multi / "envs/common.yaml", "  podLabels: {a: b}\n")
    assert shunter("lock", "--check", cwd=multi).code == 1
    ok("lock", cwd=multi)
    assert "podLabels" in git(multi / "shop-pre", "show", "HEAD:envs/common.yaml")
    ok("lock", "--check", cwd=multi)


def test_an_edited_copy_is_told_in_the_workspace_and_in_a_clone(multi: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(multi / "shop-tst", clone)
    ok("validate", "--strict", cwd=clone)
    ok("lock", "--check", cwd=clone)
    for root, place in ((clone, "envs/common.yaml"), (multi, "shop-tst/envs/common.yaml")):
        add(root / place, "# edited\n")
        found = shunter("lint", cwd=root)
        assert found.code == 1
        assert f"error[values-copy]: this copy of a shared values file was edited\n  --> {place}" in found.err
    ok("lock", cwd=multi)
    assert "# edited" not in (multi / "shop-tst/envs/common.yaml").read_text()


def test_a_file_that_is_gone_is_named(multi: Path) -> None:
    (multi / "envs/common.yaml").unlink()
    found = error(shunter("lock", cwd=multi))
    assert found.message == "envs/common.yaml is missing in the workspace's repository"
