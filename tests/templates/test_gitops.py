"""The objects of Argo CD and Flux that a repository gets: as their makers' schemas want them, and of its own charts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from helpers.oracles.outside_data import outside_data
from helpers.workspaces.copier_templates import files_of
from helpers.workspaces.template_answers import VARIANTS

CONTROLLED = [name for name, choices in VARIANTS.items() if choices.get("deployment") in ("argo", "flux")]


def objects(folder: Path, environment: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((folder / f"gitops/{environment}.yaml").read_text("utf-8")))


@pytest.mark.parametrize("name", CONTROLLED)
def test_they_are_what_the_makers_schemas_take(name: str, roots: dict[str, Path]) -> None:
    found = [item for file in sorted((roots[name] / "gitops").iterdir()) for item in objects(roots[name], file.stem)]
    assert found
    for item in found:
        group, _, version = item["apiVersion"].partition("/")
        text = outside_data(f"crds/{group}/{item['kind'].lower()}_{version}.json").read_text("utf-8")
        jsonschema.Draft7Validator(json.loads(text)).validate(item)


def test_argo_gets_one_application_for_each_environment(roots: dict[str, Path]) -> None:
    (tst,), (pro,) = (objects(roots["github-argo"], name) for name in ("tst", "pro"))
    assert tst["spec"]["source"] == {
        "repoURL": "ssh://git@github.com/acme/shop.git",
        "targetRevision": "deploy/tst",
        "path": "envs/tst",
        "helm": {
            "releaseName": "shop",
            "valueFiles": ["/envs/common.yaml", "/envs/tst/common.yaml", "/envs/tst/values.yaml"],
        },
    }
    assert tst["spec"]["destination"] == {"server": "https://kubernetes.default.svc", "namespace": "shop-tst"}
    assert pro["spec"]["destination"] == {"name": "it's", "namespace": "shop-pro"}
    waves = [item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] for item in (tst, pro)]
    assert waves == ["0", "2"]


def test_argo_gets_one_for_each_app_where_the_environment_says_so(roots: dict[str, Path]) -> None:
    found = objects(roots["argo-apps"], "tst")
    assert [each["metadata"]["name"] for each in found][::7] == ["shop-tst-orders", "shop-tst-cache"]
    for each in found:
        own = each["metadata"]["name"].removeprefix("shop-tst-")
        off = each["spec"]["source"]["helm"]["valuesObject"]
        assert (len(found), len(off), own in off) == (8, 7, False)
    (pro,) = objects(roots["argo-apps"], "pro")
    assert "valuesObject" not in pro["spec"]["source"]["helm"]


def test_flux_lets_an_environment_wait_for_those_of_its_stage_before_it(roots: dict[str, Path]) -> None:
    waits = {name: objects(roots["none-flux"], name)[1]["spec"].get("dependsOn") for name in ("tst", "pro", "us")}
    assert waits == {"tst": None, "pro": None, "us": [{"name": "shop-pro"}]}


def test_flux_gets_a_source_and_a_release(roots: dict[str, Path]) -> None:
    source, release = objects(roots["environment-flux"], "pro")
    assert source["spec"]["url"] == "ssh://git@github.com/acme/shop-pro.git"
    assert source["spec"]["ref"] == {"branch": "deploy/pro"}
    chart = release["spec"]["chart"]["spec"]
    assert chart["sourceRef"] == {"kind": "GitRepository", "name": source["metadata"]["name"]}
    assert (chart["chart"], chart["reconcileStrategy"]) == ("./envs/pro", "Revision")
    assert release["spec"]["kubeConfig"] == {"secretRef": {"name": "shop-pro-kubeconfig"}}
    assert "kubeConfig" not in objects(roots["none-flux"], "tst")[1]["spec"]


def test_where_no_ci_moves_a_branch_the_controller_follows_main(roots: dict[str, Path]) -> None:
    assert objects(roots["none-flux"], "tst")[0]["spec"]["ref"] == {"branch": "main"}


@pytest.mark.parametrize("name", [name for name in VARIANTS if name not in CONTROLLED])
def test_nobody_else_gets_any(name: str, roots: dict[str, Path]) -> None:
    assert not [path for path in files_of(roots[name]) if path.startswith("gitops/")]
