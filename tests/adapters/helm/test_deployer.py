"""A helm that deploys: which one is taken, and what its complaints come to. tests/flows/deploying deploys with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart, chart_files
from helpers.tools import HELM, HELM_3, needs_helm, needs_helm_3
from shunter.adapters.helm.deployer import failed, helm_binary, on_disk
from shunter.model.errors import ShunterError


@needs_helm
@needs_helm_3
def test_a_binary_says_its_version_itself() -> None:
    assert (helm_binary(HELM).major, helm_binary(HELM_3, wanted="3").major) == (4, 3)
    with pytest.raises(ShunterError, match="is for Helm 3, and") as caught:
        helm_binary(HELM, wanted="3")
    assert "--helm PATH of a Helm 3" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "why"),
    [("v3.13.1", "cannot deploy"), ("v5.0.0", "cannot deploy"), ("no", "is no helm: no")],
)
def test_another_program_is_refused(tmp_path: Path, said: str, why: str) -> None:
    program = tmp_path / "helm"
    program.write_text(f"#!/bin/sh\necho {said}\n", "utf-8")
    program.chmod(0o755)
    with pytest.raises(ShunterError, match=why):
        helm_binary(str(program))
    with pytest.raises(ShunterError, match="is not installed"):
        helm_binary(str(tmp_path / "none"))


def test_what_helm_logs_is_not_its_error() -> None:
    found = failed("level=WARN msg=x\nError: UPGRADE FAILED: conflict\nmore\n")
    assert (found.message, found.notes) == ("Helm: UPGRADE FAILED: conflict", ("helm: more",))
    assert failed("").message == "Helm: it did not say why"


def test_a_chart_is_on_disk_for_a_moment() -> None:
    with on_disk(chart(chart_files("web"))) as path:
        assert path.read_bytes() == chart(chart_files("web")).archive
    assert not path.exists()
