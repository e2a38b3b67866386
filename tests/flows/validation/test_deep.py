"""Validation that renders: only what Helm takes, and each release of what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, write_files
from helpers.tools import NO_HELM
from helpers.workspaces.gitrepo import write
from helpers.workspaces.small import SCHEMA
from shunter.core.charts.packed import PackedChart
from shunter.flows.validation.deep import Deep, releases_of, validate_deeply
from shunter.flows.validation.judge import Validation
from shunter.flows.validation.targets import Target
from shunter.flows.workspace.context import Context, Site
from shunter.model.findings import Kind

pytest.importorskip("helm_python", reason=NO_HELM)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    root = tmp_path.resolve()
    template = "kind: ConfigMap\nmetadata: {name: a}\nsize: {{ .Values.size | quote }}\n"
    write_files(root / "web", chart_files("web", schema=SCHEMA, template=template))
    write(root, {"web/values-a.yaml": "size: 1\ndead: 1\n", "web/values-b.yaml": "size: 2\n", "bad.yaml": "size: x\n"})
    return Context(root, root, None)


def test_what_helm_refuses_is_not_rendered(context: Context) -> None:
    report = validate_deeply(context, Validation(["web"], values=["bad.yaml"]), Deep(exact=True))
    assert {finding.kind for finding in report.findings} == {Kind.VERDICT}
    assert report.notices[-1:] == ("notice: nothing was rendered, since Helm refuses these values",)


def test_keys_are_proved_in_each_file_that_was_asked_for(context: Context) -> None:
    asked = Validation(["web/values-a.yaml", "web/values-b.yaml"])
    report = validate_deeply(context, asked, Deep(exact=True))
    assert [(finding.rule, finding.span.path) for finding in report.findings] == [("unused-key", "web/values-a.yaml")]
    assert validate_deeply(context, asked, Deep()).findings == ()


def test_a_target_is_released_with_its_files_then_those_of_the_command(context: Context) -> None:
    target = Target(context.root / "web", runs=(("web/values-a.yaml",), ()))
    asked = Validation(values=["web/values-b.yaml"], sets=["--set more=1"])
    found = releases_of(context, asked, target)
    assert [release.values for release in found] == [{"size": 2, "dead": 1, "more": 1}, {"size": 2, "more": 1}]


def test_an_environment_is_one_release(context: Context) -> None:
    write(context.root, {"web/values.yaml": "size: 7\n"})
    site = Site("environment", "tst", context.root, "web", "shop")
    (release,) = releases_of(context, Validation(sets=["--set more=1"]), Target(site.path, environment=site))
    assert release.is_environment
    assert release.values == {"size": 7, "more": 1}


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec: {source: {repoURL: https://git.example/r, path: web, helm: {valuesObject: {size: 1, dead: 1}}}}
"""


def test_what_an_object_deploys_and_what_is_packed_are_rendered_too(context: Context) -> None:
    files = chart_files(
        "web", template="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nnope: {{ .Values.size }}\n"
    )
    write_files(context.root / "web", files)
    write(context.root, {".git/HEAD": "", "app.yaml": APPLICATION})
    chart = PackedChart.of_files(files).packed()
    (context.root / "web.tgz").write_bytes(chart.archive)
    for name, values in (("app.yaml", []), ("web.tgz", ["app-values.yaml"])):
        write(context.root, {"app-values.yaml": "size: 1\ndead: 1\n"})
        report = validate_deeply(context, Validation([name], values=values), Deep(exact=True, manifests=True))
        assert sorted(finding.rule for finding in report.findings) == ["manifest-invalid", "unused-key"], name
        assert report.notices[-1:] == ("1 chart checked: 2 findings",)
    write(context.root, {"app.yaml": APPLICATION.replace("path: web", "chart: web, targetRevision: 1.0.0")})
    report = validate_deeply(context, Validation(["app.yaml"]), Deep(manifests=True))
    assert [finding.rule for finding in report.findings] == ["unjudged-values"]
