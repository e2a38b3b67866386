"""The board of the clusters: promoted, deployed, and how well it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.clusters.environments import Deployed
from helpers.tools import need_helm
from helpers.workspaces.cli import ok

HEADER = "ENVIRONMENT  RELEASE"


def rows(env: Deployed) -> list[list[str]]:
    lines = ok("status", "--cluster", cwd=env.root).out.splitlines()
    assert lines[0].startswith(HEADER)
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[1:]]


def test_promoted_and_deployed_are_two_columns(tst: Deployed) -> None:
    need_helm()
    assert rows(tst) == [["tst", "not deployed", "web", "1.0.0", "-"]]
    tst.deployed()
    (found,) = rows(tst)
    assert found[:5] == ["tst", "revision 1 deployed", "web", "1.0.0", "1.0.0"]
    assert found[5].startswith("healthy since 20")
    tst.values({"web": {"note": "b"}})
    assert rows(tst)[0][4] == "another"
    data = json.loads(ok("status", "--cluster", "-o", "json", cwd=tst.root).out)
    assert data["environments"][0]["apps"][0]["images"] == ["x/web:one"]


def test_what_is_not_well_says_why(tst: Deployed) -> None:
    need_helm()
    tst.deployed()
    tst.values({"web": {"tag": "broken"}})
    tst.deploy("--timeout", "3s", "--on-failure", "stop")
    (found,) = rows(tst)
    assert found[1] == "revision 2 failed"
    assert "web runs x/web:one, and not x/web:broken" in found[-1]


def test_a_cluster_that_does_not_answer_is_a_row(
    tst: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    assert rows(tst) == [["tst", "unknown: there is no kubeconfig"]]
