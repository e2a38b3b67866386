"""Charts that are in a registry, judged as they are there."""

from __future__ import annotations

from collections.abc import Sequence

from shunter.core.charts.pins import OCI
from shunter.flows.validation.judge import Validation, judge_files
from shunter.flows.workspace.archives import chart_at
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree
from shunter.model.findings import Finding, Span

_PLACE = "oci:/"


def judged_remote(context: Context, asked: Validation, urls: Sequence[str]) -> tuple[Finding, ...]:
    """The findings of charts at `oci://` places, with the values of the request.

    Raises ShunterError where one of them cannot be had, and where it is to be mended.
    """
    if asked.fix:
        raise ShunterError(f"{urls[0]} cannot be mended: it is in a registry", hint="leave out --fix")
    found: list[Finding] = []
    for url in urls:
        chart = chart_at(url, context.workspace)
        # Paths of findings are joined and normalised: a URL's two slashes come back at the end.
        place = chart.label.replace(OCI, _PLACE)
        files, folder = ProjectFiles(MemoryTree(chart.files), place), context.start / place
        for findings in judge_files(context, files, folder, [()], asked):
            found += (replace(finding, span=_seen(finding.span)) for finding in findings)
    return tuple(found)


def _seen(span: Span) -> Span:
    inside = span.path.startswith(_PLACE)
    return replace(span, path=span.path.replace(_PLACE, OCI, 1)) if inside else span
