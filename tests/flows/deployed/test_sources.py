"""Charts and values that objects of Argo CD and Flux name are looked for in their repository, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, write_files
from helpers.workspaces.gitrepo import write
from shunter.core.values.deployed import deployments
from shunter.flows.deployed.missing import ElsewhereError, Missing
from shunter.flows.deployed.sources import Sources
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Span

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  source:
    repoURL: https://git.example/r
    path: PLACE
    helm:
      valueFiles: [a.yaml]
      values: |
        size: 2
      parameters: [{name: more, value: "3"}]
"""
SOURCE = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: web}\nspec: {url: oci://x.example/web, ref: {tag: 1.0.0}}\n"


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    root = tmp_path.resolve() / "r"
    write(root, {".git/HEAD": "", "flux/source.yaml": SOURCE, "plain/a.yaml": "a: 1\n"})
    write_files(root / "web", chart_files("web", extra={"a.yaml": "size: 1\nown: 1\n"}))
    write(root, {"app.yaml": APPLICATION})
    return Sources(Context(root, root, None), "app.yaml", root)


def test_values_lie_over_each_other_in_order(sources: Sources) -> None:
    (found,) = deployments(APPLICATION.replace("PLACE", "web").encode(), "app.yaml")
    files, folder = sources.chart(found)
    assert (files.label, folder) == ("web", sources.root / "web")
    missing = Missing(Span("app.yaml"))
    layers = sources.layers(found, files, folder, missing)
    assert [layer.value for layer in layers] == [{"size": 1, "own": 1}, {"size": 2}, {"more": 3}]
    assert [*missing.findings()] == []


def test_what_is_no_chart_is_refused_and_a_folder_of_manifests_is_none(sources: Sources) -> None:
    (found,) = deployments(APPLICATION.replace("PLACE", "gone").encode(), "app.yaml")
    with pytest.raises(ShunterError, match="gone is no chart in this repository"):
        sources.chart(found)
    plain = APPLICATION.replace("PLACE", "plain").partition("    helm:")[0]
    (found,) = deployments(plain.encode(), "app.yaml")
    assert sources.is_plain(found)


def test_nothing_outside_of_the_repository_is_read(sources: Sources, tmp_path: Path) -> None:
    write(tmp_path, {"secret.yaml": "size: 9\n"})
    (sources.root / "web/link.yaml").symlink_to(tmp_path / "secret.yaml")
    for name in ("../../secret.yaml", "link.yaml"):
        text = APPLICATION.replace("PLACE", "web").replace("a.yaml", name)
        (found,) = deployments(text.encode(), "app.yaml")
        missing = Missing(Span("app.yaml"))
        layers = sources.layers(found, *sources.chart(found), missing)
        assert [layer.value for layer in layers] == [{"size": 2}, {"more": 3}]
        assert [finding.rule for finding in missing.findings()] == ["stray-values"]


def test_nobody_is_asked_for_a_chart_unless_that_is_said(sources: Sources) -> None:
    assert sources.source("OCIRepository", "web") == ("oci://x.example/web", "1.0.0")
    assert sources.source("OCIRepository", "other") == ("", "")
    flux = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec: {chartRef: {kind: OCIRepository, name: web}}\n"
    (found,) = deployments(flux.encode(), "app.yaml")
    with pytest.raises(ElsewhereError, match="nobody is asked unless you say so"):
        sources.chart(found)
