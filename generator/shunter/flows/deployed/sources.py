"""Where a repository has the charts and the values that objects of Argo CD and Flux name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from posixpath import normpath
from typing import Final

from shunter.adapters.git.origin import public_url, remote_url
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
    Setting,
    data_of,
    filled_later,
    generated_from,
    source_of,
)
from shunter.flows.deployed.missing import ElsewhereError, Missing
from shunter.flows.release.layers import extra_layer, with_sets
from shunter.flows.release.named import chart_named, packed_files
from shunter.flows.workspace.archives import server_at
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree
from shunter.model.findings import Finding, Span

_PATTERN: Final = re.compile(r"[*?\[$]")
"""What a name has that Argo CD fills in or matches with the names of files."""


@dataclass(frozen=True, eq=False)
class Sources:
    """A file of objects in a repository, `root`, which is also where Argo CD and Flux find charts and values files.

    `beside` are texts with further objects that are in no file, such as those that a chart renders, by name.
    """

    context: Context
    name: str
    root: Path
    beside: Sequence[tuple[str, bytes]] = ()

    def is_plain(self, deployment: Deployment) -> bool:
        """Whether an Application speaks of a folder of manifests, and not of a chart."""
        folder = self.root / deployment.chart.path.lstrip("/")
        given = deployment.layers or deployment.sets or not deployment.chart.path
        return not given and is_folder(folder) and not is_file(folder / "Chart.yaml")

    def layers(self, deployment: Deployment, files: ProjectFiles, folder: Path, missing: Missing) -> list[Document]:
        """The values of a deployment, lowest first, as far as they are to be had."""
        layers: list[Document] = []
        for layer in deployment.layers:
            with missing.noting(None if isinstance(layer, Document) else layer.span):
                for document in self.documents(layer, files, folder):
                    # Flux fills in what it applies, and that is no file of a chart.
                    filled = deployment.flux and not isinstance(layer, FileLayer)
                    known, names = filled_later(document) if filled else (document, ())
                    missing.elsewhere += [f"what Flux puts in for `${{{name}}}`" for name in names]
                    layers.append(known)
        for setting in deployment.sets:
            with missing.noting(setting.span):
                *_, last = with_sets(self.context, layers, [self.argument(setting, folder)])
                layers.append(self.seen_from(replace(last, path=setting.span.path, place=setting.span), folder))
        return layers

    def argument(self, setting: Setting, folder: Path) -> str:
        """What is set as on a command line, with its flag; files of that are in the repository."""
        if setting.flag != "--set-file":
            return f"{setting.flag} {setting.text}"
        key, _, name = setting.text.partition("=")
        path = self.root / name.lstrip("/") if name.startswith("/") else folder / name
        if not (self.holds(path) and is_file(path)):
            raise self.refused(setting.span, f"there is no file {os.path.relpath(path, self.context.start)}")
        return f"--set-file {key}={os.path.relpath(path, self.context.start)}"

    def chart(self, deployment: Deployment) -> tuple[ProjectFiles, Path]:
        """The chart, and the folder in which it is or counts as lying."""
        place = deployment.chart
        if place.path:
            return self.folder(deployment)
        kind, name = place.source
        url, tag = (place.url, "") if place.url else self.source(kind, name)
        if not url:
            raise ElsewhereError(f"no {kind or 'source'} `{name}` is in this repository")
        is_reference = not place.name
        if is_reference and not (kind == "OCIRepository" and tag):
            raise ElsewhereError(f"the chart of {kind} `{name}` is looked for by an OCIRepository's tag only")
        if not self.context.fetch:
            # Whoever wrote the file must not choose whom this machine talks to.
            which = "the chart" if is_reference else f"the chart {place.name} {place.version}"
            raise ElsewhereError(f"{which} is at {url}, and nobody is asked unless you say so", "--fetch")
        bare = f"{OCI}{url.removeprefix(OCI).rstrip('/')}"
        if is_reference:
            return packed_files(self.context, f"{bare}:{tag}")
        if not url.startswith(("http://", "https://")):
            return packed_files(self.context, f"{bare}/{place.name}:{place.version}")
        chart: PackedChart = server_at(url).fetch(place.name, place.version)
        label = f"{place.name}-{place.version}.tgz"
        return ProjectFiles(MemoryTree(chart.files), label), self.context.start / label

    def folder(self, deployment: Deployment) -> tuple[ProjectFiles, Path]:
        """The chart in a folder of this repository; that of another repository is elsewhere."""
        place = deployment.chart
        folder = self.root / place.path.lstrip("/")
        shown = os.path.relpath(folder, self.context.start)
        found = chart_named(self.context, shown) if self.holds(folder) and is_folder(folder) else None
        kind, name = place.source
        url = place.git or (self.source(kind, name)[0] if kind == "GitRepository" else "")
        origin = remote_url(self.root) if url else ""
        # A fork or a mirror has the name of what it is one of, and is judged with what it holds.
        if origin and _bare(url) != _bare(origin) and (found is None or _name(url) != _name(origin)):
            raise ElsewhereError(f"the chart {place.path} is in another repository, {public_url(url) or url}")
        if found is None:
            raise self.refused(deployment.span, f"{place.path} is no chart in this repository")
        return found

    def documents(self, layer: Layer, files: ProjectFiles, folder: Path) -> Iterator[Document]:
        """The values of one layer, called by where they stand as seen from the chart's folder."""
        if isinstance(layer, Document):
            yield self.seen_from(layer, folder)
        elif isinstance(layer, FileLayer):
            if "://" in layer.name:
                raise ElsewhereError(f"the values at {layer.name}")
            origin = remote_url(self.root) if layer.git else ""
            if origin and _name(origin) != _name(layer.git):
                raise ElsewhereError(f"the values in {layer.name} of {public_url(layer.git) or layer.git}")
            path = (self.root if layer.rooted else folder) / layer.name
            inside = files.tree.get(normpath(layer.name)) if not (layer.rooted or is_folder(folder)) else None
            if inside is not None:
                yield read_once(inside.data, normpath(layer.name))
            elif self.holds(path) and is_file(path):
                yield extra_layer(self.context, os.path.relpath(path, self.context.start), folder)
            elif _PATTERN.search(layer.name):
                raise ElsewhereError(f"the values files {layer.name}")
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
        if layer.kind != "ConfigMap":
            raise ElsewhereError(f"what the {layer.kind} `{layer.name}` holds is not known")
        if not layer.optional:
            raise ElsewhereError(f"no ConfigMap `{layer.name}` with `{layer.key}` is in this repository")

    def source(self, kind: str, name: str) -> tuple[str, str]:
        """The URL and the tag of Flux's source of that kind and name; empty if the repository has none."""
        found = (source_of(data, path, kind, name) for path, data in self.manifests(kind.encode()) if kind)
        return next((place for place in found if place[0]), ("", ""))

    def manifests(self, word: bytes) -> Iterator[tuple[str, bytes]]:
        """The YAML files of the repository in which a word stands, as seen from the run's start; this one first.

        What is `beside` it goes before all files.
        """
        yield from ((name, data) for name, data in self.beside if word in data)
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


def _bare(url: str) -> str:
    """A repository's URL without what may differ between two ways to it: scheme, user, port, case and `.git`."""
    way = re.sub(r"^(?:[a-z+]+://)?(?:[^@/]*@)?", "", url.strip().lower())
    return re.sub(r":(?:[0-9]+/)?/?", "/", way).strip("/").removesuffix(".git")


def _name(url: str) -> str:
    return _bare(url).rpartition("/")[2]
