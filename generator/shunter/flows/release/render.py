"""Rendering with real Helm: an environment's umbrella chart with its pinned charts and its values files in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.helm.engine import engine
from shunter.adapters.system.files import write_file
from shunter.flows.release.release import Release, release_of
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Finding, Report


@dataclass(frozen=True, slots=True)
class Rendering:
    """How to render: further values files, `--set` expressions, the Kubernetes version, and the helm binary."""

    files: Sequence[str] = ()
    sets: Sequence[str] = ()
    kube_version: str = ""
    helm: str = ""


def render(context: Context, environment: str, services: Sequence[str], how: Rendering) -> Report:
    """The manifests of an environment (or of some services in it) as one stream of documents."""
    site = context.site("environment", environment)
    release = release_of(context, site, how.files, how.sets)
    findings = verify(release)
    if findings:
        return Report(findings=findings)
    record = release.files.record
    known = sorted(record.cars) if record else []
    for service in services:
        if service not in known:
            hint = f"pinned: {', '.join(known)}" if known else f"shunter promote TRAIN --to {site.name}"
            raise ShunterError(f"{site.name} pins no service `{service}`", hint=hint)
    text = release.render(engine(how.helm), kube_version=how.kube_version or None)
    shown = only_services(text, services) if services else text
    empty = (f"{site.name} pins no app yet: nothing to render",) if not shown else ()
    return Report(product=shown, notices=empty)


def verify(release: Release) -> tuple[Finding, ...]:
    """Findings for vendored charts that are not what was pinned. A missing one raises ShunterError."""
    if release.files.record is None:
        raise ShunterError(f"{release.label} has no train record", hint="shunter lock")
    return release.files.vendored


def documents(text: str) -> list[tuple[str, str]]:
    """The documents of a manifest stream with their sources (`tst/charts/orders/templates/app.yaml`)."""
    found = []
    for document in text.split("\n---\n"):
        body = document.removeprefix("---\n")
        first = body.split("\n", 1)[0]
        if first.startswith("# Source: "):
            found.append((first.removeprefix("# Source: "), body.rstrip("\n") + "\n"))
    return found


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
