"""`upgrade-check`: what another version of a chart does to the values of environments, or to values files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from shunter.adapters.system.regular import is_file, is_folder
from shunter.core.charts.load import Chart, load_archive
from shunter.core.charts.pins import OCI
from shunter.core.contracts.upgrade import check
from shunter.core.values.coalesce import charts_below
from shunter.core.workspace.model import Service
from shunter.flows.release.layers import is_packed, values_file
from shunter.flows.release.named import any_chart
from shunter.flows.release.release import Release, release_of
from shunter.flows.validation.report import report_of
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import relabelled
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Report, Severity

_USAGE: Final = "shunter upgrade-check CHART@NEW, such as orders@2.0.0, or ./web@web-2.0.0.tgz"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What is asked: `CHART@NEW`, the version to start from, one environment, and further `-f` files."""

    chart: str
    old: str = ""
    environment: str = ""
    values: Sequence[str] = ()


def upgrade_check(context: Context, asked: Upgrade) -> Report:
    """The findings for a service's environments, or for any chart with values files.

    Raises ShunterError where one of the two versions cannot be had.
    """
    name, _, new = asked.chart.partition("@")
    if not name or not new:
        raise ShunterError(f"`{asked.chart}` names no new version", hint=_USAGE)
    service = context.workspace.service(name) if context.workspace else None
    if service is not None:
        return _of_service(context, service, new, asked)
    before = _any_version(context, name, asked.old) if asked.old else _standing(context, name)
    after = _any_version(context, name, new)
    layers = [values_file(context, file) for file in asked.values]
    found = check(before, after, "", layers)
    return _report(context, found, [_line(before, after, found)])


def _of_service(context: Context, service: Service, new: str, asked: Upgrade) -> Report:
    source = _Source(context, service, open_archives(context))
    after = source.version(new)
    found: list[Finding] = []
    lines: list[str] = []
    names = [asked.environment] if asked.environment else [site.name for site in context.sites("environment")]
    for name in names:
        release = release_of(context, context.site("environment", name), asked.values)
        pinned = dict(charts_below(release.chart)).get((service.name,))
        if not _concerns(release, service.name, pinned):
            continue
        before = source.version(asked.old) if asked.old else pinned or source.current
        each = check(before, after, service.name, release.layers)
        found += _placed(each, release)
        lines.append(f"{name}: {_line(before, after, each)}")
    return _report(context, found, lines or [f"no environment has {service.name}, or values for it"])


def _concerns(release: Release, alias: str, pinned: Chart | None) -> bool:
    return pinned is not None or any(alias in (layer.value or {}) for layer in release.layers)


def _placed(findings: Iterable[Finding], release: Release) -> Iterable[Finding]:
    """The findings with paths of the environment's files as a person writes them; those in charts stay."""
    own = {layer.path for layer in release.layers}
    return [relabelled([each], release.label)[0] if each.span.path in own else each for each in findings]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the versions of a service's chart are."""

    context: Context
    service: Service
    archives: Archives

    @property
    def name(self) -> str:
        """The chart's name."""
        chart = self.service.chart
        return chart.name if chart and chart.name else self.service.name

    @property
    def current(self) -> Chart:
        """The chart that an environment which pins none would get: the one that is named, or the newest published."""
        chart = self.service.chart
        return self.version(chart.version if chart and chart.version else self.archives.newest(self.name))

    def version(self, text: str) -> Chart:
        """The chart at a place, or the version of that name in the registry, or in the repository that has it."""
        if _is_place(self.context, text):
            return any_chart(self.context, text).chart
        chart = self.service.chart
        if chart and chart.repository and not self.archives.has(self.name, text):
            packed = self.archives.opens(chart.repository).fetch(self.name, text)
        else:
            packed = self.archives.fetch(self.name, text)
        return load_archive(packed.archive, f"{self.name}-{text}.tgz")


def _is_place(context: Context, text: str) -> bool:
    path = context.start / text
    return is_packed(context, text) or (is_folder(path) and is_file(path / "Chart.yaml"))


def _any_version(context: Context, name: str, text: str) -> Chart:
    """A chart outside of a workspace: at a place, or a version beside the one that `name` names in a registry."""
    if not _is_place(context, text) and name.startswith(OCI):
        text = f"{name}{'@' if ':' in text else ':'}{text}"
    elif not _is_place(context, text):
        raise ShunterError(f"there is no chart at {text}", hint="name an archive, a folder, or oci://HOST/NAME:VERSION")
    return any_chart(context, text).chart


def _standing(context: Context, name: str) -> Chart:
    if not _is_place(context, name) or name.startswith(OCI):
        raise ShunterError(f"from which version of {name}?", hint="--from OLD: a version, an archive, a folder, oci://")
    return any_chart(context, name).chart


def _line(before: Chart, after: Chart, findings: Sequence[Finding]) -> str:
    rules = [finding.rule for finding in findings]
    dropped = [finding.severity for finding in findings if finding.rule == "dropped-key"]
    refused = sum(finding.kind is Kind.VERDICT for finding in findings)
    counted = (
        (refused, "refused by the schema"),
        (dropped.count(Severity.ERROR), "not read any more"),
        (dropped.count(Severity.WARNING), "perhaps not read any more"),
        (rules.count("not-a-table"), "of another shape"),
        (rules.count("changed-default"), "with another default"),
        (rules.count("redundant-value"), "set to the default"),
    )
    said = ", ".join(f"{number} {what}" for number, what in counted if number)
    return f"{before.name} {before.version} -> {after.version}: {said or 'nothing breaks'}"


def _report(context: Context, findings: Sequence[Finding], lines: Sequence[str]) -> Report:
    return replace(report_of(context, findings, 1), notices=tuple(lines))
