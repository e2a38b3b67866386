"""`deployment: argo` and `flux`: what a controller is told renders what `shunter render` prints, and nobody else gets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.oracles.controllers import by_argo, by_flux, documents
from helpers.tools import needs_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from shunter.adapters.helm.engine import engine
from shunter.core.values.deployed import deployments
from shunter.flows.release.release import release_of
from shunter.flows.validation.deployed import deployed_releases
from shunter.flows.validation.judge import Validation
from shunter.flows.workspace.context import open_context
from shunter.model.data import replace

URL = "git@github.com:acme/{name}.git"


def choose(root: Path, deployment: str) -> str:
    """Let the workspace be deployed so, and say what its update did."""
    file = root / "shunter.yaml"
    lines = file.read_text("utf-8").splitlines()
    lines = [f"deployment: {deployment}" if line.startswith("deployment:") else line for line in lines]
    lines = [f'  url: "{URL}"' if line.startswith("  url: ") and "git@" in line else line for line in lines]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    git(root, "commit", "-qam", deployment)
    return ok("update", cwd=root).err


@pytest.mark.parametrize("deployment", ["argo", "flux"])
def test_a_controller_renders_what_render_prints(mono: Path, deployment: str) -> None:
    choose(mono, deployment)
    ok("package", cwd=mono)
    ok("train", "cut", "1.0.0", cwd=mono)
    ok("promote", "1.0.0", "--to", "tst", cwd=mono)
    context = open_context(mono)
    environment = release_of(context, context.site("environment", "tst"))
    (release,) = deployed_releases(context, Validation(), ["gitops/tst.yaml"])
    release = replace(release, name=environment.name, namespace=environment.namespace, is_environment=True)
    said = (mono / "gitops/tst.yaml").read_text("utf-8")
    assert f"releaseName: {environment.name}\n" in said
    assert f"amespace: {environment.namespace}\n" in said
    printed = ok("render", "tst", cwd=mono).out
    assert printed == release.render(engine())
    assert "kind: Deployment" in printed
    assert "checked" in ok("validate", "gitops/tst.yaml", cwd=mono).err


def objects(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text("utf-8")))


def promoted(mono: Path, deployment: str, releases: str = "umbrella") -> None:
    """tst, with values in two files and train 1.0.0, deployed so."""
    file = mono / "shunter.yaml"
    own = f"releases: {releases}\n    values: [../common.yaml, values.yaml]"
    file.write_text(file.read_text("utf-8").replace("stage: develop", f"stage: develop\n    {own}"), "utf-8")
    (mono / "envs/common.yaml").write_text("orders: {replicaCount: 3, podLabels: {of: all}}\n", "utf-8")
    (mono / "envs/tst/values.yaml").write_text("orders: {replicaCount: 2}\n", "utf-8")
    git(mono, "add", "envs/common.yaml")
    choose(mono, deployment)
    ok("package", cwd=mono)
    ok("train", "cut", "1.0.0", cwd=mono)
    ok("promote", "1.0.0", "--to", "tst", cwd=mono)


@needs_helm
@pytest.mark.parametrize(("deployment", "releases"), [("argo", "umbrella"), ("argo", "app"), ("flux", "umbrella")])
def test_a_helm_binary_makes_of_the_objects_what_render_prints(
    mono: Path, tmp_path: Path, deployment: str, releases: str
) -> None:
    promoted(mono, deployment, releases)
    (tmp_path / "by").mkdir()
    found = [each for each in objects(mono / "gitops/tst.yaml") if each["kind"] in ("Application", "HelmRelease")]
    by = by_argo if deployment == "argo" else by_flux
    printed = documents(ok("render", "tst", cwd=mono).out)
    parts = [documents(by(mono, each, tmp_path / "by")) for each in found]
    assert sum(parts, start=type(printed)()) == printed
    assert any("replicas: 2" in each for each in printed)
    assert all(parts)
    assert "not judged" not in ok("validate", "gitops/tst.yaml", cwd=mono).err


def test_each_app_is_an_application_of_its_own_where_the_environment_says_so(mono: Path) -> None:
    promoted(mono, "argo", "app")
    found = {each["metadata"]["name"]: each["spec"]["source"]["helm"] for each in objects(mono / "gitops/tst.yaml")}
    apps = ["api-gateway", "catalog", "frontend", "orders", "orders-db"]
    assert sorted(found) == [f"shop-tst-{app}" for app in apps]
    assert found["shop-tst-orders"]["valuesObject"] == {app: {"enabled": False} for app in apps if app != "orders"}
    assert {each["releaseName"] for each in found.values()} == {"shop"}
    ok("add", "service", "billing", "--archetype", "worker", cwd=mono)
    found = {each["metadata"]["name"]: each["spec"]["source"]["helm"] for each in objects(mono / "gitops/tst.yaml")}
    assert found["shop-tst-billing"]["valuesObject"].keys() == set(apps)
    assert found["shop-tst-orders"]["valuesObject"]["billing"] == {"enabled": False}
    assert len(objects(mono / "gitops/pre.yaml")) == 1


@pytest.mark.parametrize("deployment", ["gitops", "flux"])
def test_nobody_but_argo_and_helm_deploys_apps_one_by_one(mono: Path, deployment: str) -> None:
    file = mono / "shunter.yaml"
    text = file.read_text("utf-8").replace("deployment: helm", f"deployment: {deployment}")
    file.write_text(text.replace("stage: develop", "stage: develop\n    releases: app"), "utf-8")
    said = shunter("update", "--plan", cwd=mono)
    assert said.code == 2
    assert f"`deployment: {deployment}` cannot deploy the apps of `tst` one by one" in said.err


def test_waves_of_a_stage_wait_for_each_other_and_no_stage_for_another(mono: Path) -> None:
    ok("add", "environment", "us", "--after", "pro", "--stage", "production", cwd=mono)
    choose(mono, "flux")
    waits = {name: objects(mono / f"gitops/{name}.yaml")[1]["spec"].get("dependsOn") for name in ("pre", "pro", "us")}
    assert waits == {"pre": None, "pro": None, "us": [{"name": "shop-pro"}]}


def test_the_objects_come_with_the_answer_and_go_with_it(mono: Path) -> None:
    assert not (mono / "gitops").exists()
    before = git(mono, "rev-parse", "HEAD")
    ok("update", cwd=mono)
    assert git(mono, "rev-parse", "HEAD") == before
    choose(mono, "argo")
    names = sorted(path.name for path in (mono / "gitops").iterdir())
    assert names == ["pre.yaml", "pro.yaml", "tst.yaml"]
    data = (mono / "gitops/pre.yaml").read_bytes()
    assert [found.chart.path for found in deployments(data, "pre.yaml")] == ["envs/pre"]
    ok("add", "environment", "prf", "--after", "tst", cwd=mono)
    assert (mono / "gitops/prf.yaml").is_file()
    choose(mono, "gitops")
    assert not (mono / "gitops").exists()
