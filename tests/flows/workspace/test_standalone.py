"""Every repository stands alone: cloned somewhere else, without the workspace, everything it needs is in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.transcript import error, everything, refusals, untouched

CHARTS = ("api-gateway", "frontend", "catalog", "orders", "orders-db")
ENVIRONMENTS = ("tst", "pre", "pro")
REPOSITORIES = (*CHARTS, *(f"shop-{name}" for name in ENVIRONMENTS))


def clone(repository: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "--quiet", repository, target], check=True)
    return target


def log(root: Path) -> list[str]:
    done = subprocess.run(["git", "log", "--format=%s"], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def is_clean(root: Path) -> bool:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, check=True)
    return not done.stdout


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_clone_passes_its_own_checks(name: str, example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails / name, tmp_path / name)
    for command in ("validate --strict", "lint", "lock --check", "lock", "schema build --check", "schema build"):
        ok(*command.split(), cwd=root)
    assert log(root) == log(example_on_rails / name)
    assert is_clean(root)


@pytest.mark.parametrize("command", ["package", "package orders --version 0.2.0", "package --dry-run"])
def test_a_chart_is_published_in_its_workspace_only(command: str, example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails / "orders", tmp_path / "orders")
    found = error(untouched(root, *command.split()))
    assert found.message == f"{root} stands alone, and the chart registry is in the workspace's repository"
    assert is_clean(root)


def test_a_clone_makes_the_archive_that_its_workspace_makes(example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails / "orders", tmp_path / "orders")
    command = ("package", "orders", "--version", "0.2.0-main.1.gabcdef0", "--app-version", "x", "--to")
    for folder, where in (("here", root), ("there", example_on_rails)):
        ok(*command, str(tmp_path / folder), cwd=where)
    here, there = (tmp_path / folder / "orders-0.2.0-main.1.gabcdef0.tgz" for folder in ("here", "there"))
    assert here.read_bytes() == there.read_bytes()
    assert is_clean(root)


def test_an_environment_renders_the_same_from_a_clone(example_on_rails: Path, tmp_path: Path) -> None:
    need_helm()
    root = clone(example_on_rails / "shop-tst", tmp_path / "tst")
    manifests = ok("render", "tst", cwd=root).out
    assert manifests.count("\nkind: ") > 10
    assert manifests == ok("render", "tst", cwd=example_on_rails).out
    assert manifests == ok("render", "tst", cwd=root / "envs" / "tst").out
    assert ok("render", "pre", cwd=clone(example_on_rails / "shop-pre", tmp_path / "pre")).out == ""
    shutil.rmtree(root / ".git")
    for command in ("validate", "lint", "lock --check", "render tst"):
        ok(*command.split(), cwd=root / "envs" / "tst")


def test_a_clone_judges_values_and_vendored_charts(example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails / "shop-tst", tmp_path / "tst")
    values, chart = root / "envs/tst/values.yaml", root / "envs/tst/charts/orders/templates/app.yaml"
    values.write_text("orders:\n  replicaCuont: 2\n", "utf-8")
    assert refusals(untouched(root, "validate"))[0].place == "envs/tst/values.yaml:2:3"
    values.write_text("", "utf-8")
    chart.write_text("# nothing left\n", "utf-8")
    for command in ("validate", "lint", "render tst"):
        assert refusals(untouched(root, *command.split()))[0].rule == "digest-mismatch"
    assert shunter("lock", cwd=root).code == 2
    subprocess.run(["git", "checkout", "--quiet", "."], cwd=root, check=True)
    ok("lock", "--check", cwd=root)


def test_an_environment_is_derived_again_from_what_it_carries(
    example_on_rails: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = clone(example_on_rails / "shop-tst", tmp_path / "tst")
    before = everything(root / "envs")
    folder = root / "envs/tst"
    for path in ("Chart.lock", "values.schema.json", ".shunter/values.full.schema.json"):
        (folder / path).write_text("<<<<<<< ours\n", "utf-8")
    shutil.rmtree(folder / "charts/orders/templates")
    shutil.copytree(folder / "charts/catalog", folder / "charts/stowaway")
    assert shunter("lock", "--check", cwd=root).code == 2, "a pinned chart that was changed cannot be made up"
    subprocess.run(["git", "checkout", "--quiet", "envs/tst/charts"], cwd=root, check=True)
    assert shunter("lock", "--check", cwd=root).code == 1
    generated = yaml.safe_load((example_on_rails / "shop-tst/envs/tst/Chart.lock").read_text("utf-8"))["generated"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime.fromisoformat(generated).timestamp())))
    ok("lock", cwd=root)
    assert everything(folder / "charts/stowaway") == everything(folder / "charts/catalog"), "a person's folder stays"
    shutil.rmtree(folder / "charts/stowaway")
    assert everything(root / "envs") == before


def test_a_train_locks_to_the_same_bytes_everywhere(railed: Path) -> None:
    ok("promote", "--from", "tst", "--to", "pre", cwd=railed)
    locks = [(railed / f"shop-{name}/envs/{name}/Chart.lock").read_bytes() for name in ("tst", "pre")]
    assert locks[0] == locks[1]
    (railed / "shop-pre/envs/pre/Chart.lock").write_text("<<<<<<< ours\n", "utf-8")
    ok("lock", "pre", cwd=railed)
    assert (railed / "shop-pre/envs/pre/Chart.lock").read_bytes() == locks[0]


def test_plain_helm_takes_a_fresh_clone(example_on_rails: Path, tmp_path: Path) -> None:
    need_helm()
    import helm_python

    helm_python.disable_logging()
    for name in ENVIRONMENTS:
        folder = clone(example_on_rails / f"shop-{name}", tmp_path / name) / "envs" / name
        values = yaml.safe_load((folder / "values.yaml").read_text("utf-8")) or {}
        report = helm_python.lint(str(folder), values, strict=True)
        assert [item for item in report["messages"] if item["severity"] > 1] == []
        with helm_python.Chart.load(str(folder)) as chart:
            rendered = "".join(chart.render(values, name="shop", namespace=f"shop-{name}").values())
        assert sorted(re.findall(r"(?m)^kind: .*", rendered)) == sorted(
            re.findall(r"(?m)^kind: .*", ok("render", name, cwd=example_on_rails).out)
        )
        before = everything(folder / "charts")
        helm_python.dependency_build(str(folder))
        assert everything(folder / "charts") == before
        assert is_clean(folder)


def test_plain_helm_takes_every_chart(example_on_rails: Path, tmp_path: Path) -> None:
    need_helm()
    import helm_python

    helm_python.disable_logging()
    for name in CHARTS:
        folder = clone(example_on_rails / name, tmp_path / name) / "charts" / name
        report = helm_python.lint(str(folder), {}, strict=True)
        assert [item for item in report["messages"] if item["severity"] > 1] == []
        helm_python.dependency_build(str(folder))
        assert is_clean(folder)


def test_the_workspace_repository_lints_and_packages_its_library_alone(example_on_rails: Path, tmp_path: Path) -> None:
    root = clone(example_on_rails, tmp_path / "shop")
    lint = ok("lint", cwd=root)
    assert "shop-pre is not checked out" in lint.err
    ok("lint", "library", cwd=root)
    ok("package", "shop-library", cwd=root)
    assert len(log(root)) == len(log(example_on_rails))
    ok("train", "list", cwd=root)
    assert "shop-tst is not checked out" in shunter("validate", "-e", "tst", cwd=root).err


def test_a_clone_of_the_workspace_checks_out_the_rest(example_on_rails: Path, tmp_path: Path) -> None:
    for name in REPOSITORIES:
        clone(example_on_rails / name, tmp_path / "remotes" / f"{name}.git")
    root = clone(example_on_rails, tmp_path / "shop")
    text = (root / "shunter.yaml").read_text("utf-8")
    url = f"{(tmp_path / 'remotes').as_uri()}/{{name}}.git"
    (root / "shunter.yaml").write_text(re.sub(r"(?m)^  url: .*$", f'  url: "{url}"', text), "utf-8")
    ok("clone", cwd=root)
    ok("validate", cwd=root)
    ok("lock", "--check", cwd=root)
    assert ok("status", cwd=root).out == ok("status", cwd=example_on_rails).out
    assert "is checked out" in ok("clone", "-v", cwd=root).err
