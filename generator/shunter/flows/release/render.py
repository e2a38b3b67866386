"""Rendering with real Helm: an environment's umbrella chart with its pinned charts and its values files in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from shunter.adapters.helm.engine import engine
from shunter.adapters.system.files import write_file
from shunter.core.charts.load import Chart
from shunter.core.kube.objects import RenderedObject, objects_in
from shunter.flows.release.named import chart_named
from shunter.flows.release.release import Release, release_of, with_files
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import shown_path
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Finding, Report

_KEEPING: Final = re.compile(r"[ \t][|>][1-9]?\+")
"""How a block of text begins that keeps the blank lines behind it."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """How to render: further values files, `--set` expressions, the Kubernetes version, and the helm binary."""

    files: Sequence[str] = ()
    sets: Sequence[str] = ()
    kube_version: str = ""
    helm: str = ""


def render(context: Context, environment: str, services: Sequence[str], how: Rendering) -> Report:
    """The manifests of an environment or of another chart, or of some services in it, as one stream of documents.

    What is no environment's name may be the place of a chart: a folder, an archive, or `oci://`.
    """
    chart = _other_chart(context, environment)
    subject = _of_environment(context, environment, how) if chart is None else _of_chart(context, *chart, how)
    if subject.findings:
        return Report(findings=subject.findings)
    for service in services:
        if service not in subject.parts:
            raise ShunterError(f"{subject.lacks} `{service}`", hint=subject.hint)
    text = subject.release.render(engine(how.helm), kube_version=how.kube_version or None)
    shown = only_services(text, services) if services else text
    return Report(product=shown, notices=(subject.empty,) if not shown else ())


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is rendered: a release, its charts by alias, and what a person is told of one that it lacks, or of none."""

    release: Release
    parts: Sequence[str]
    lacks: str
    hint: str
    empty: str
    findings: tuple[Finding, ...] = ()


def _of_environment(context: Context, name: str, how: Rendering) -> _Subject:
    site = context.site("environment", name)
    release = release_of(context, site, how.files, how.sets)
    findings = verify(release)
    record = release.files.record
    parts = sorted(record.cars) if record else []
    hint = f"pinned: {', '.join(parts)}" if parts else f"shunter promote TRAIN --to {site.name}"
    empty = f"{site.name} pins no app yet: nothing to render"
    return _Subject(release, parts, f"{site.name} pins no service", hint, empty, findings)


def _of_chart(context: Context, files: ProjectFiles, folder: Path, how: Rendering) -> _Subject:
    release = with_files(context, Release(files), folder, how.files, how.sets)
    parts = [dependency.key for dependency in release.chart.dependencies]
    hint = f"its charts: {', '.join(parts)}" if parts else "it needs no other chart"
    name = shown_path(release.label)
    return _Subject(release, parts, f"{name} has no chart", hint, f"{name} renders nothing")


def _other_chart(context: Context, name: str) -> tuple[ProjectFiles, Path] | None:
    """The chart at a place, if the name is not that of an environment; without a name, where there is none at all."""
    environments = context.sites("environment", missing_ok=True)
    if any(site.name == name for site in environments) or (not name and (environments or context.workspace)):
        return None
    return chart_named(context, name)


def verify(release: Release) -> tuple[Finding, ...]:
    """Findings for vendored charts that are not what was pinned. A missing one raises ShunterError."""
    if release.files.record is None:
        raise ShunterError(f"{release.label} has no train record", hint="shunter lock")
    return release.files.vendored


def documents(text: str) -> list[tuple[str, str]]:
    """The documents of a manifest stream with their sources (`tst/charts/orders/templates/app.yaml`).

    Each ends with one newline, but for one that keeps what blank lines it ends with.
    """
    found = []
    *before, last = text.split("\n---\n")
    for document in (*(f"{each}\n" for each in before), last):
        body = document.removeprefix("---\n")
        first = body.split("\n", 1)[0]
        if first.startswith("# Source: "):
            found.append((first.removeprefix("# Source: "), body if keeps_its_end(body) else body.rstrip("\n") + "\n"))
    return found


def keeps_its_end(text: str) -> bool:
    """Whether blank lines at the end of a document may be a part of a text in it."""
    return text.endswith("\n\n") and _KEEPING.search(text) is not None


def only_services(text: str, services: Sequence[str]) -> str:
    """The documents that come from these services' charts."""
    charts = [["charts", service] for service in services]
    kept = [body for source, body in documents(text) if source.split("/")[1:3] in charts]
    return "".join(f"---\n{body}" for body in kept)


def write_documents(text: str, folder: Path) -> tuple[str, ...]:
    """Write one file per chart template below `folder`, as `helm template --output-dir` does; returns the paths."""
    by_source: dict[str, list[str]] = {}
    for source, body in documents(text):
        by_source.setdefault(source, []).append(f"---\n{body}")
    for source, bodies in by_source.items():
        write_file(folder / source, FileState("".join(bodies).encode()))
    return tuple(by_source)


def definitions(charts: Iterable[Chart]) -> Iterator[RenderedObject]:
    """What charts hold in `crds/`: Helm makes these, and no others, before all else when it installs a release."""
    for part in charts:
        for path in sorted(part.files):
            if path.startswith("crds/") and path.endswith((".yaml", ".yml", ".json")):
                yield from objects_in(part.read(path) or b"", path)
