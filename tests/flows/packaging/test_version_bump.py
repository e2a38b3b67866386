"""A train that only raises the charts' versions restarts no pod; one that raises an appVersion restarts that app's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git

APPS = ("api-gateway", "frontend", "catalog", "orders", "orders-db")
LIBRARY = "shop-library"


def rendered(root: Path) -> dict[str, dict[str, Any]]:
    """The objects of tst by `kind/name`."""
    found = yaml.load_all(ok("render", "tst", cwd=root).out, yaml.CSafeLoader)
    return {f"{item['kind']}/{item['metadata']['name']}": item for item in found if item}


def pods(objects: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What may not change without a restart, or at all: pod templates, selectors, claims."""
    parts = ("template", "jobTemplate", "selector", "serviceName", "volumeClaimTemplates")
    specs = {name: item["spec"] for name, item in objects.items() if "template" in item.get("spec", {})}
    return {name: {part: spec.get(part) for part in parts} for name, spec in specs.items()}


def chart_labels(objects: dict[str, dict[str, Any]]) -> set[str]:
    return {item["metadata"]["labels"]["helm.sh/chart"] for item in objects.values()}


def depart(root: Path, train: str, **cars: str) -> None:
    """Cut a train, with these versions instead of those in Chart.yaml, and promote it to tst."""
    chosen = [text for name, version in cars.items() for text in ("--car", f"{name}={version}")]
    ok("train", "cut", train, *chosen, cwd=root)
    ok("promote", train, "--to", "tst", cwd=root)
    assert all(cell["tst"]["version"] for cell in board(root)["apps"].values())
    assert board(root)["environments"][0]["runs"] == train


def board(root: Path) -> Any:
    return yaml.safe_load(ok("status", "-o", "yaml", cwd=root).out)


@pytest.mark.slow  # every app is rendered by Helm before and after
def test_versions_move_and_pods_stay(railed: Path) -> None:
    need_helm()
    before = rendered(railed)
    assert chart_labels(before) == {f"{name}-0.1.0" for name in APPS}
    assert len(pods(before)) == len(APPS) - 1, "a gateway is routes"
    chart = railed / "library" / "Chart.yaml"
    chart.write_text(chart.read_text("utf-8").replace("version: 1.0.0", "version: 1.0.1"), "utf-8")
    git(railed, "commit", "-qam", "library 1.0.1")
    ok("package", LIBRARY, cwd=railed)
    for name in APPS:
        ok("package", name, "--version", "0.2.0", cwd=railed)
    depart(railed, "1.1.0", **dict.fromkeys(APPS, "0.2.0"))
    after = rendered(railed)
    assert chart_labels(after) == {f"{name}-0.2.0" for name in APPS}
    assert after.keys() == before.keys()
    assert pods(after) == pods(before)

    ok("package", "orders", "--version", "0.3.0", "--app-version", "7.0.0", cwd=railed)
    depart(railed, "1.2.0", orders="0.3.0")
    newer = pods(rendered(railed))
    assert [name for name in newer if newer[name] != pods(before)[name]] == ["Deployment/shop-orders"]
