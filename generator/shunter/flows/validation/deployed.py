"""Values in files of Argo CD and Flux, judged with the charts that these deploy."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from posixpath import normpath

from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_file, is_folder, read_regular
from shunter.core.charts.contents import read_once
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI
from shunter.core.goyaml.document import Document
from shunter.core.values.deployed import (
    Deployment,
    FileLayer,
    Layer,
    ObjectLayer,
    Place,
    data_of,
    deployments,
    generated_from,
    may_deploy,
    registry_of,
)
from shunter.flows.release.layers import extra_layer, with_sets
from shunter.flows.release.named import PLACE, chart_named, packed_files
from shunter.flows.release.release import Release
from shunter.flows.validation.judge import Validation, judge_layers
from shunter.flows.validation.targets import STRAY
from shunter.flows.workspace.archives import server_at
from shunter.flows.workspace.context import Context, repository_root
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree
from shunter.model.findings import Finding, Kind, Span


def deploying(context: Context, names: Iterable[str]) -> list[str]:
    """Those of the named files in which an Application or a HelmRelease stands."""
    paths = ((name, context.start / name) for name in names if name.endswith((".yaml", ".yml")))
    found = [name for name, path in paths if is_file(path) and may_deploy(read_regular(str(path)))]
    return [name for name in found if any(True for _ in deployments(read_regular(str(context.start / name)), name))]


def judged_deployed(context: Context, asked: Validation, names: Sequence[str]) -> tuple[list[Finding], int]:
    """The findings of the charts that the objects in the named files deploy, with the values of these; and how many.

    What was `asked` with `-f` and `--set` lies on top. Where a chart, or a file of values, is not to be had, that is a
    finding, too: nobody's file is to keep others from being judged.
    """
    found: list[Finding] = []
    count = 0
    for name in names:
        file = _File(context, name, repository_root((context.start / name).resolve().parent))
        for deployment in deployments(read_regular(str(context.start / name)), name):
            if file.is_plain(deployment):
                continue
            try:
                found += file.judged(deployment, asked)
                count += 1
            except ShunterError as error:
                span = error.span or deployment.span
                found.append(Finding(STRAY, error.message, span, Kind.LINT, notes=error.notes, hint=error.hint))
    return found, count


@dataclass(frozen=True, eq=False)
class _File:
    """A file of objects in a repository, `root`, which is also where Argo CD and Flux find charts and values files."""

    context: Context
    name: str
    root: Path

    def is_plain(self, deployment: Deployment) -> bool:
        """Whether an Application speaks of a folder of manifests, and not of a chart."""
        folder = self.root / deployment.chart.path.lstrip("/")
        given = deployment.layers or deployment.sets or not deployment.chart.path
        return not given and is_folder(folder) and not is_file(folder / "Chart.yaml")

    def judged(self, deployment: Deployment, asked: Validation) -> tuple[Finding, ...]:
        files, folder = self.chart(deployment)
        layers = [document for layer in deployment.layers for document in self.documents(layer, files, folder)]
        layers += [extra_layer(self.context, name, folder) for name in asked.values]
        layers = with_sets(self.context, layers, (*self.sets(deployment), *asked.sets))
        if not deployment.judged:
            files = ProjectFiles(_without_schemas(files), files.label)
        found = judge_layers(self.context, Release(files).with_layers(layers))
        return tuple(_shown(finding) for finding in _mendable(found, layers))

    def sets(self, deployment: Deployment) -> Iterator[str]:
        """What is set as on a command line; files of that are in the repository."""
        for given in deployment.sets:
            flag, _, text = given.partition(" ")
            if flag == "--set-file":
                key, _, name = text.partition("=")
                path = self.root / name.lstrip("/")
                if not (self.holds(path) and is_file(path)):
                    raise self.refused(deployment.span, f"there is no file {name} in this repository")
                given = f"--set-file {key}={os.path.relpath(path, self.context.start)}"
            yield given

    def chart(self, deployment: Deployment) -> tuple[ProjectFiles, Path]:
        """The chart, and the folder in which it is or counts as lying."""
        place = deployment.chart
        if place == Place():
            message = "this names its chart in a way that is not followed, such as `chartRef`"
            raise self.refused(deployment.span, message)
        if not (place.url or place.repository):
            folder = self.root / place.path.lstrip("/")
            shown = os.path.relpath(folder, self.context.start)
            found = chart_named(self.context, shown) if self.holds(folder) and is_folder(folder) else None
            if found is None:
                raise self.refused(deployment.span, f"{place.path} is no chart in this repository")
            return found
        url = place.url or self.registry(place.repository)
        if not url:
            raise self.refused(deployment.span, f"no HelmRepository `{place.repository}` is in this repository")
        if not self.context.fetch:
            # Whoever wrote the file must not choose whom this machine talks to.
            message = f"the chart {place.name} {place.version} is at {url}, and nobody is asked unless you say so"
            raise ShunterError(message, span=deployment.span, hint="--fetch")
        if not url.startswith(("http://", "https://")):
            return packed_files(self.context, f"{OCI}{url.removeprefix(OCI).rstrip('/')}/{place.name}:{place.version}")
        chart: PackedChart = server_at(url).fetch(place.name, place.version)
        label = f"{place.name}-{place.version}.tgz"
        return ProjectFiles(MemoryTree(chart.files), label), self.context.start / label

    def documents(self, layer: Layer, files: ProjectFiles, folder: Path) -> Iterator[Document]:
        """The values of one layer, called by where they stand as seen from the chart's folder."""
        if isinstance(layer, Document):
            yield self.seen_from(layer, folder)
        elif isinstance(layer, FileLayer):
            path = (self.root if layer.rooted else folder) / layer.name
            inside = files.tree.get(normpath(layer.name)) if not (layer.rooted or is_folder(folder)) else None
            if inside is not None:
                yield read_once(inside.data, normpath(layer.name))
            elif self.holds(path) and is_file(path):
                yield extra_layer(self.context, os.path.relpath(path, self.context.start), folder)
            elif not layer.optional:
                raise self.refused(layer.span, f"there is no file {os.path.relpath(path, self.context.start)}")
        else:
            yield from self.of_object(layer, folder)

    def holds(self, path: Path) -> bool:
        """Whether a path, links followed, is in the repository: what is outside is nobody's to read."""
        return path.resolve().is_relative_to(self.root.resolve())

    def of_object(self, layer: ObjectLayer, folder: Path) -> Iterator[Document]:
        for path, data in self.manifests(layer.name.encode()):
            document = data_of(data, path, layer) if layer.kind == "ConfigMap" else None
            if document is not None:
                yield self.seen_from(document, folder)
                return
            file = (self.context.start / path).parent / generated_from(data, path, layer)
            if self.holds(file) and is_file(file) and not layer.target:
                yield extra_layer(self.context, os.path.relpath(file, self.context.start), folder)
                return
        if not layer.optional and layer.kind == "ConfigMap":
            raise self.refused(layer.span, f"no ConfigMap `{layer.name}` with `{layer.key}` is in this repository")

    def registry(self, name: str) -> str:
        """The URL of Flux's HelmRepository of that name; empty if the repository has none."""
        found = (registry_of(data, path, name) for path, data in self.manifests(b"HelmRepository"))
        return next((url for url in found if url), "")

    def manifests(self, word: bytes) -> Iterator[tuple[str, bytes]]:
        """The YAML files of the repository in which a word stands, as seen from the run's start; this one first."""
        own = os.path.relpath((self.context.start / self.name).resolve(), self.root)
        others = (path for path in DiskTree(self.root).paths() if path.endswith((".yaml", ".yml")) and path != own)
        for path in (own, *others):
            file = self.root / path
            if self.holds(file) and is_file(file) and word in (data := read_regular(str(file))):
                yield os.path.relpath(file, self.context.start), data

    def seen_from(self, document: Document, folder: Path) -> Document:
        """The document with its path as from a chart's folder, which findings are put behind again."""
        place = os.path.relpath((self.context.start / document.path).resolve(), folder.resolve())
        whole = replace(document.place, path=place) if document.place is not None else None
        return replace(document, path=place, findings=_placed(document.findings, place), place=whole)

    def refused(self, span: Span, message: str) -> ShunterError:
        return ShunterError(message, span=span, hint="check the name; a chart's folder can be named itself")


def _placed(findings: Iterable[Finding], place: str) -> tuple[Finding, ...]:
    def at(span: Span) -> Span:
        return replace(span, path=place)

    return tuple(
        replace(
            finding,
            span=at(finding.span),
            related=tuple((text, at(span)) for text, span in finding.related),
            fix=tuple(replace(edit, span=at(edit.span)) for edit in finding.fix),
        )
        for finding in findings
    )


def _mendable(findings: Iterable[Finding], layers: Sequence[Document]) -> Iterator[Finding]:
    """The findings, without fixes of what a file has in another shape: a fix would replace the whole of it."""
    places = {(at.line, at.column, at.text) for layer in layers if (at := layer.place) is not None}
    for finding in findings:
        at = finding.span
        yield replace(finding, fix=()) if (at.line, at.column, at.text) in places else finding


def _without_schemas(files: ProjectFiles) -> MemoryTree:
    from shunter.flows.release.unchecked import without_schemas

    return MemoryTree(dict(without_schemas(files.packed).files))


def _shown(finding: Finding) -> Finding:
    span = finding.span
    if not span.path.startswith(PLACE):
        return finding
    return replace(finding, span=replace(span, path=span.path.replace(PLACE, OCI, 1)))
