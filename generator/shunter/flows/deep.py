"""Validation that renders: keys that change nothing, and manifests held against Kubernetes' schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shunter.adapters.helm import Engine, engine
from shunter.flows.check import Validation, relabelled, report_of, validate, wanted
from shunter.flows.context import Context
from shunter.flows.exact import Prover
from shunter.flows.releases import Release, releases_of
from shunter.flows.unused import later
from shunter.model.data import replace
from shunter.model.findings import Finding, Kind, Report

_NOT_RENDERED = "notice: nothing was rendered, since Helm refuses these values"


@dataclass(frozen=True, slots=True)
class Deep:
    """What to look for by rendering; `helm` names a helm binary to use instead of the embedded one."""

    exact: bool = False
    helm: str = ""


def validate_deeply(context: Context, asked: Validation, deep: Deep) -> Report:
    """Judge values as `validate` does and, where Helm takes them, render what they are for."""
    report = validate(context, asked)
    if any(finding.kind is Kind.VERDICT for finding in report.findings):
        return replace(report, notices=(*report.notices, _NOT_RENDERED))
    helm = engine(deep.helm)
    targets = wanted(context, asked)
    found = [*report.findings]
    for target in targets:
        for release in releases_of(context, asked, target):
            found += relabelled(_findings(context, release, helm, deep), release.folder)
    return replace(report_of(context, found, len(targets)), outcomes=report.outcomes)


def _findings(context: Context, release: Release, helm: Engine, deep: Deep) -> Iterator[Finding]:
    if deep.exact and release.values:
        yield from Prover(release, helm).findings(later(context, release.chart))
