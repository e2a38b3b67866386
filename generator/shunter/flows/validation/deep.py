"""Validation that renders: keys that change nothing, and manifests held against Kubernetes' schemas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from shunter.adapters.helm.engine import engine
from shunter.flows.release.layers import is_packed
from shunter.flows.release.release import Release, release_of, releases_of_chart
from shunter.flows.validation.deployed import deployed_releases, judged_rendered
from shunter.flows.validation.exact import Prover
from shunter.flows.validation.judge import Validation
from shunter.flows.validation.manifests import Checker, cluster_of
from shunter.flows.validation.remote import remote_releases
from shunter.flows.validation.report import report_of
from shunter.flows.validation.targets import Target
from shunter.flows.validation.unused import later
from shunter.flows.validation.validate import validated, wanted
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import relabelled, shown_path
from shunter.model.data import dataclass, replace
from shunter.model.findings import Finding, Kind, Report

_NOT_RENDERED = "notice: nothing was rendered, since Helm refuses these values"
_NOT_FOR_HELM = "notice: nothing was rendered of {}: Helm would not come back from its schema"


@dataclass(frozen=True, slots=True)
class Deep:
    """What to look for by rendering; `helm` names a helm binary to use instead of the embedded one.

    `manifests` are held against the Kubernetes versions (none: the newest ones) and the custom resources that the
    charts define or the folder `crds` has schemas of.
    """

    exact: bool = False
    manifests: bool = False
    kube_versions: Sequence[str] = ()
    crds: str = ""
    helm: str = ""


def validate_deeply(context: Context, asked: Validation, deep: Deep) -> Report:
    """Judge values as `validate` does and, where Helm takes them, render what they are for."""
    report, count = validated(context, asked)
    if any(finding.kind is Kind.VERDICT for finding in report.findings):
        return replace(report, notices=(*report.notices, _NOT_RENDERED))
    helm = engine(deep.helm)
    checker = Checker(helm, cluster_of(deep.kube_versions, deep.crds, context.start)) if deep.manifests else None
    found = [*report.findings]
    notices: list[str] = []
    for release in _releases(context, asked):
        if release.not_for_helm:
            notices.append(_NOT_FOR_HELM.format(shown_path(release.label)))
            continue
        # In a workspace the environments' values say which of a chart's defaults do anything.
        proved = release if context.workspace else release.with_values()
        keys = Prover(proved, helm).findings(later(context, release.chart)) if deep.exact else ()
        rendered = checker.rendered(release) if checker else []
        objects = checker.findings(release, rendered) if checker else ()
        found += relabelled(map(partial(_without_secrets, release), (*keys, *objects)), release.label)
        for _, text in rendered[-1:]:
            found += map(partial(_without_secrets, release), judged_rendered(context, asked, release, text))
    judged = report_of(context, found, count)
    return replace(judged, outcomes=report.outcomes, notices=(*judged.notices, *notices))


def _releases(context: Context, asked: Validation) -> Iterator[Release]:
    chosen = wanted(context, asked)
    for target in chosen.targets:
        yield from releases_of(context, asked, target)
    yield from remote_releases(context, asked, [name for name in asked.files if is_packed(context, name)])
    yield from deployed_releases(context, asked, chosen.deploying)


def _without_secrets(release: Release, finding: Finding) -> Finding:
    """The finding without what SOPS encrypted, which Helm was given in plain text."""
    shown = release.shown
    notes = tuple(map(shown, finding.notes))
    return replace(finding, message=shown(finding.message), notes=notes, hint=shown(finding.hint))


def releases_of(context: Context, asked: Validation, target: Target) -> list[Release]:
    """The releases that one target of a validation stands for: an environment, or a chart with each list of files."""
    if target.environment is not None:
        return [release_of(context, target.environment, asked.values, asked.sets)]
    runs = [(*run, *asked.values) for run in target.runs]
    return releases_of_chart(context, target.folder, runs, asked.sets)
