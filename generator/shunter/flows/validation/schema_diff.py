"""What another version of a chart breaks in the environments' values files, before and when it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import join, normpath
from typing import Any

from shunter.adapters.system.regular import is_folder
from shunter.core.charts.load import Chart, load_archive
from shunter.core.rules.schema_hits import hits, under
from shunter.core.schema.diff import Change, breaking_changes, key_text
from shunter.core.values.coalesce import charts_below
from shunter.flows.release.layers import source_chart
from shunter.flows.release.release import Release, release_of
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.context import Context, Site
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Report, Span


def diff(context: Context, service: str, old: str, new: str) -> Report:
    """The breaking changes between the values schemas of two versions of a service's chart, and what they hit.

    Without `new`: the chart as it stands in the workspace. Without `old`: the newest version in the registry. The
    report's answer is no where there is a breaking change.
    """
    current = source_chart(context, service) if context.require_workspace().service(service) else None
    archives = open_archives(context)
    name = current.name if current else _known(context, service)
    before = _version(archives, name, old or archives.newest(name))
    after = current if not new else _version(archives, name, new)
    if after is None:
        raise ShunterError(f"the chart of {service} is not in the workspace", hint="name the new version, too")
    changes = breaking_changes(before.schema, after.schema)
    releases = [release_of(context, site) for site in _sites(context)] if changes else []
    found = {change: [place for release in releases for place in _hits(release, service, after, change)]
             for change in changes}  # fmt: skip
    data = [_record(change, places) for change, places in found.items()]
    head = f"{service} {before.version} -> {after.version}: {_count(len(changes))}\n"
    return Report(product=head + "".join(map(_lines, data)), data=data, answer=not changes)


def _known(context: Context, service: str) -> str:
    found = context.require_workspace().service(service)
    if found is None:
        known = ", ".join(item.name for item in context.require_workspace().services)
        raise ShunterError(f"there is no service `{service}`", hint=f"known: {known or 'none yet'}")
    return found.chart.name if found.chart and found.chart.name else service


def _version(archives: Archives, name: str, version: str) -> Chart:
    return load_archive(archives.fetch(name, version).archive, f"{name}-{version}.tgz")


def _sites(context: Context) -> tuple[Site, ...]:
    return tuple(site for site in context.sites("environment", missing_ok=True) if is_folder(site.path))


def _hits(release: Release, alias: str, chart: Chart, change: Change) -> list[Span]:
    if any(layer.findings for layer in release.layers):
        return []
    found = hits(change, under(alias, chart, release.layers), alias)
    return [replace(span, path=normpath(join(release.label, span.path))) for span, _ in found]


def _record(change: Change, places: Iterable[Span]) -> dict[str, Any]:
    return {
        "key": key_text(change.key),
        "kind": change.kind,
        "message": change.message,
        "renamed_to": change.renamed_to,
        "hits": [{"path": span.path, "line": span.line, "column": span.column} for span in places],
    }


def _lines(record: Mapping[str, Any]) -> str:
    places = [f"{hit['path']}:{hit['line']}:{hit['column']}" for hit in record["hits"]]
    return "".join((f"  {record['kind']:<10} {record['message']}\n", *(f"{'':13}hits {place}\n" for place in places)))


def _count(number: int) -> str:
    return f"{number or 'no'} breaking change{'' if number == 1 else 's'} of the values schema"


def explained(findings: Iterable[Finding], was: Chart, becomes: Chart) -> tuple[Finding, ...]:
    """Findings on an environment's values, with a note where the schema changed between its charts of two times."""
    found = tuple(findings)
    if not found:
        return ()
    old, new = (dict(charts_below(chart)) for chart in (was, becomes))
    return tuple(_noted(finding, old, new) for finding in found)


def _noted(finding: Finding, old: Mapping[Any, Chart], new: Mapping[Any, Chart]) -> Finding:
    sections = [finding.key[:depth] for depth in range(len(finding.key), 0, -1)]
    section = next((path for path in sections if path in old and path in new), None)
    if section is None or old[section].schema == new[section].schema:
        return finding
    own = finding.key[len(section) :]
    before, after = old[section], new[section]
    changes = [change for change in breaking_changes(before.schema, after.schema) if _is_about(change, own)]
    notes = [f"{before.name} {before.version} -> {after.version}: {change.message}" for change in changes[:1]]
    return replace(finding, notes=(*finding.notes, *notes))


def _is_about(change: Change, key: tuple[str | int, ...]) -> bool:
    """Whether a change's path is the key's, items and unnamed keys standing for any."""
    same = zip(change.key, key, strict=False)
    return len(change.key) == len(key) and all(step in ("*", own) or (step == "[*]") for step, own in same)
