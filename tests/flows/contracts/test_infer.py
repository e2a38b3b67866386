"""`shunter schema infer`: a schema printed for any chart, and how much of it is sure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.charts import usual_chart
from helpers.oracles.embedded_helm import archive
from helpers.workspaces.cli import ok, shunter

FILES = {**usual_chart.FILES, "values.yaml": usual_chart.VALUES}


@pytest.fixture
def usual(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / "usual" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path


def test_the_schema_is_printed_and_the_share_is_told(usual: Path) -> None:
    result = ok("schema", "infer", "usual", cwd=usual)
    assert json.loads(result.out)["properties"]["replicaCount"] == {"type": "integer"}
    assert result.err == (
        "sure of 29 of 35 keys (82 %); loose: commonLabels.team, config.A, nodeSelector.zone, "
        "podSecurityContext.enabled, podSecurityContext.fsGroup, extraEnv\n"
    )
    (usual / "usual" / "values.schema.json").write_text(result.out, "utf-8")
    ok("validate", "usual", cwd=usual)
    refused = shunter("validate", "usual", "--set", "replicaCount=many", cwd=usual)
    assert (refused.code, "must be an integer" in refused.err) == (1, True)


def test_values_for_trial_and_named_ones_are_taken(usual: Path) -> None:
    (usual / "usual" / "ci").mkdir()
    (usual / "usual" / "ci" / "a-values.yaml").write_text("replicaCount: many\nextra: 1\n", "utf-8")
    (usual / "own.yaml").write_text("image: {tag: 1}\n", "utf-8")
    properties = json.loads(ok("schema", "infer", "usual", "-f", "own.yaml", cwd=usual).out)["properties"]
    assert properties["replicaCount"] == {"type": ["integer", "string"]}
    assert properties["extra"] == {}
    assert properties["image"]["properties"]["tag"] == {"type": ["integer", "string"]}


def test_an_archive_has_the_schema_of_its_folder(usual: Path) -> None:
    (usual / "usual.tgz").write_bytes(archive(FILES, "usual"))
    assert ok("schema", "infer", "usual.tgz", cwd=usual).out == ok("schema", "infer", "usual", cwd=usual).out


def test_what_is_no_chart_and_what_cannot_be_read_is_told(usual: Path) -> None:
    missing = shunter("schema", "infer", "none", cwd=usual)
    assert (missing.code, missing.err.splitlines()[0]) == (2, "error: there is no chart none")
    (usual / "usual" / "ci").mkdir()
    (usual / "usual" / "ci" / "a-values.yaml").write_text("a: b: c\n", "utf-8")
    broken = shunter("schema", "infer", "usual", cwd=usual)
    assert broken.code == 2
    assert "usual/ci/a-values.yaml:1" in broken.err
