"""Pulling published charts: their archives, as they are in a registry, verified, into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.helm.registry import Server
from shunter.adapters.system.files import write_file
from shunter.adapters.system.regular import is_file, read_regular
from shunter.adapters.system.threads import at_once
from shunter.core.charts.artifact import Place, parse_place, tag_of
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI, Digests
from shunter.core.charts.versions import newest_release, require_exact
from shunter.core.packaging.vendoring import absent_from_registry
from shunter.flows.workspace.archives import Archives, charts_at, open_archives
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Outcome, Report, Status
from shunter.model.progress import NOTHING, counted, when_interrupted


@dataclass(frozen=True, slots=True)
class Pulled:
    """A chart as it was fetched, what it is called there, and its digests."""

    chart: PackedChart
    reference: str
    digests: Digests


def pull(context: Context, names: Sequence[str], version: str, folder: str, *, plain: bool) -> Report:
    """Write the archives of published charts into a folder; nothing is written where one of them cannot be had.

    A name is that of a chart of the workspace, or `oci://HOST/REPOSITORY/NAME` with `:VERSION` or `@DIGEST` behind it.
    `version` is for those that name none; empty: the newest release. `plain`: the registry has no TLS. Raises
    ShunterError where one cannot be had, and where a file is there with other bytes.
    """
    if version:
        require_exact(version, "--version")
    archives = open_archives(context)

    def fetch(name: str) -> Pulled:
        if name.startswith(OCI):
            return _at(context, name, version, plain=plain)
        return _of_workspace(context, archives, name, version)

    wanted = list(dict.fromkeys(names))
    told = counted(context.writing.progress, len(wanted), lambda name: f"pull {name}", fetch)
    with when_interrupted(NOTHING):
        found = at_once(told, wanted)
    for each in found:
        if isinstance(each, ShunterError):
            raise each
    pulled = [each for each in found if not isinstance(each, ShunterError)]
    files = [context.start / folder / f"{each.chart.name}-{each.chart.version}.tgz" for each in pulled]
    for each, file in zip(pulled, files, strict=True):
        _require_free(file, each.chart)
    return Report(
        outcomes=tuple(_written(each, file) for each, file in zip(pulled, files, strict=True)),
        data=[_row(each, file) for each, file in zip(pulled, files, strict=True)],
    )


def _at(context: Context, url: str, version: str, *, plain: bool) -> Pulled:
    registry, place = charts_at(url, context.workspace), parse_place(url)
    if version and not (place.tag or place.digest):
        place = Place(place.host, place.repository, tag_of(version))
    registry = replace(registry, plain=True) if plain else registry
    exact, held = registry.resolve(place)
    chart = registry.take(exact, held)
    if version and chart.version != version:
        raise ShunterError(f"{exact.named} is {chart.version}", hint=f"leave out --version {version}")
    return Pulled(chart, _reference(exact.named, held.digests), held.digests)


def _of_workspace(context: Context, archives: Archives, name: str, version: str) -> Pulled:
    """A chart from where it is published: a third party's registry, the workspace's, or else the directory."""
    service = context.require_workspace().service(name)
    server: Server = archives.server or archives.directory
    if service and service.chart and not service.chart.path:
        chart = service.chart
        name, version, server = chart.name, version or chart.version, archives.opens(chart.repository)
    wanted = version or newest_release(server.versions(name))
    digests = server.digests(name, wanted) if wanted else None
    if digests is None:
        raise absent_from_registry(name, wanted or "of any version", server.versions(name))
    found = server.fetch(name, wanted, digests)
    return Pulled(found, _reference(found.label, digests), digests)


def _reference(label: str, digests: Digests) -> str:
    return f"{label}@{digests.manifest}" if digests.manifest and "@" not in label else label


def _require_free(file: Path, chart: PackedChart) -> None:
    if is_file(file) and read_regular(str(file)) != chart.archive:
        raise ShunterError(f"{file} is there already, with other bytes", hint="remove it, or -d DIR: another folder")


def _written(pulled: Pulled, file: Path) -> Outcome:
    unit = f"{pulled.chart.name} {pulled.chart.version}"
    if is_file(file):
        return Outcome(unit, Status.NOOP, f"already there: {file}")
    write_file(file, FileState(pulled.chart.archive))
    return Outcome(unit, Status.DONE, f"pulled into {file}")


def _row(pulled: Pulled, file: Path) -> dict[str, str]:
    chart, digests = pulled.chart, pulled.digests
    row = {"chart": chart.name, "version": chart.version, "reference": pulled.reference}
    return row | {"manifest": digests.manifest, "archive": chart.digest, "file": str(file)}
