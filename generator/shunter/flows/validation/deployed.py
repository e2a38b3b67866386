"""Values in files of Argo CD and Flux, judged with the charts that these deploy."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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
    deployments,
    deploys,
    filled_later,
    generated_from,
    is_variable,
    source_of,
    unread,
)
from shunter.flows.release.layers import extra_layer, with_sets
from shunter.flows.release.named import PLACE, chart_named, packed_files
from shunter.flows.release.release import Release
from shunter.flows.validation.judge import Validation, judge_layers
from shunter.flows.validation.targets import STRAY
from shunter.flows.workspace.archives import server_at
from shunter.flows.workspace.context import Context, repository_root
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree
from shunter.model.findings import Finding, Kind, Severity, Span

_PATTERN: Final = re.compile(r"[*?\[$]")
"""What a name has that Argo CD fills in or matches with the names of files."""


def deploying(context: Context, names: Iterable[str]) -> list[str]:
    """Those of the named files in which an object deploys a chart, or is to: see `deploys`."""
    paths = ((name, context.start / name) for name in names if name.endswith((".yaml", ".yml")))
    return [name for name, path in paths if is_file(path) and deploys(read_regular(str(path)), name)]


def judged_deployed(context: Context, asked: Validation, names: Sequence[str]) -> tuple[list[Finding], int]:
    """The findings of the charts that the objects in the named files deploy, with the values of these; and how many.

    What was `asked` with `-f` and `--set` lies on top. A file that an object names and that is not there is a finding;
    a note says what is elsewhere: the rest is judged.
    """
    found: list[Finding] = []
    count = 0
    for name in names:
        file = _File(context, name, repository_root((context.start / name).resolve().parent))
        data = read_regular(str(context.start / name))
        found += unread(data, name)
        for deployment in deployments(data, name):
            if not file.is_plain(deployment):
                findings, judged = file.judged(deployment, asked)
                found += findings
                count += judged
    return found, count


class _ElsewhereError(Exception):
    """A chart or values that are not in this repository, and nothing is wrong with that."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass
class _Missing:
    """What there is to say of a deployment beyond the verdict on its values."""

    span: Span
    wrong: list[Finding] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    keys: bool = False
    """Whether keys of values may be among it."""
    hint: str = ""

    @contextmanager
    def noting(self, span: Span | None = None) -> Iterator[None]:
        """Keep what is raised inside of it, an error of the file at `span`."""
        try:
            yield
        except _ElsewhereError as error:
            self.elsewhere.append(str(error))
            self.keys = True
            self.hint = self.hint or error.hint
        except ShunterError as error:
            at = error.span or span or self.span
            self.wrong.append(Finding(STRAY, error.message, at, Kind.LINT, notes=error.notes, hint=error.hint))

    def findings(self) -> Iterator[Finding]:
        yield from self.wrong
        if self.elsewhere:
            message = f"not judged: {'; '.join(dict.fromkeys(self.elsewhere))}"
            yield Finding("unjudged-values", message, self.span, Kind.LINT, Severity.NOTE, hint=self.hint)


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

    def judged(self, deployment: Deployment, asked: Validation) -> tuple[list[Finding], bool]:
        """The findings of a deployment, and whether its chart was there to judge it."""
        missing = _Missing(deployment.span)
        with missing.noting():
            files, folder = self.chart(deployment)
            layers = self.layers(deployment, files, folder, missing)
            layers += [extra_layer(self.context, name, folder) for name in asked.values]
            layers = with_sets(self.context, layers, asked.sets)
            if not deployment.judged:
                files = ProjectFiles(_without_schemas(files), files.label)
            found = judge_layers(self.context, Release(files).with_layers(layers))
            found = tuple(one for one in found if not (missing.keys and one.rule == "missing-key"))
            found = tuple(one for one in found if not (deployment.flux and is_variable(one.span)))
            shown = [_shown(_forced(finding, deployment.sets)) for finding in _mendable(found, layers)]
            return [*shown, *missing.findings()], True
        own = [layer for layer in deployment.layers if isinstance(layer, Document)]
        return [*(finding for layer in own for finding in _alone(layer)), *missing.findings()], False

    def layers(self, deployment: Deployment, files: ProjectFiles, folder: Path, missing: _Missing) -> list[Document]:
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
            raise _ElsewhereError(f"no {kind or 'source'} `{name}` is in this repository")
        is_reference = not place.name
        if is_reference and not (kind == "OCIRepository" and tag):
            raise _ElsewhereError(f"the chart of {kind} `{name}` is looked for by an OCIRepository's tag only")
        if not self.context.fetch:
            # Whoever wrote the file must not choose whom this machine talks to.
            which = "the chart" if is_reference else f"the chart {place.name} {place.version}"
            raise _ElsewhereError(f"{which} is at {url}, and nobody is asked unless you say so", "--fetch")
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
            raise _ElsewhereError(f"the chart {place.path} is in another repository, {public_url(url) or url}")
        if found is None:
            raise self.refused(deployment.span, f"{place.path} is no chart in this repository")
        return found

    def documents(self, layer: Layer, files: ProjectFiles, folder: Path) -> Iterator[Document]:
        """The values of one layer, called by where they stand as seen from the chart's folder."""
        if isinstance(layer, Document):
            yield self.seen_from(layer, folder)
        elif isinstance(layer, FileLayer):
            if "://" in layer.name:
                raise _ElsewhereError(f"the values at {layer.name}")
            origin = remote_url(self.root) if layer.git else ""
            if origin and _name(origin) != _name(layer.git):
                raise _ElsewhereError(f"the values in {layer.name} of {public_url(layer.git) or layer.git}")
            path = (self.root if layer.rooted else folder) / layer.name
            inside = files.tree.get(normpath(layer.name)) if not (layer.rooted or is_folder(folder)) else None
            if inside is not None:
                yield read_once(inside.data, normpath(layer.name))
            elif self.holds(path) and is_file(path):
                yield extra_layer(self.context, os.path.relpath(path, self.context.start), folder)
            elif _PATTERN.search(layer.name):
                raise _ElsewhereError(f"the values files {layer.name}")
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
            raise _ElsewhereError(f"what the {layer.kind} `{layer.name}` holds is not known")
        if not layer.optional:
            raise _ElsewhereError(f"no ConfigMap `{layer.name}` with `{layer.key}` is in this repository")

    def source(self, kind: str, name: str) -> tuple[str, str]:
        """The URL and the tag of Flux's source of that kind and name; empty if the repository has none."""
        found = (source_of(data, path, kind, name) for path, data in self.manifests(kind.encode()) if kind)
        return next((place for place in found if place[0]), ("", ""))

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


def _alone(document: Document) -> tuple[Finding, ...]:
    """What can be said of values without their chart."""
    from shunter.core.rules.yaml_lints import yaml_lints

    return (*document.findings, *yaml_lints(document))


def _bare(url: str) -> str:
    """A repository's URL without what may differ between two ways to it: scheme, user, port, case and `.git`."""
    way = re.sub(r"^(?:[a-z+]+://)?(?:[^@/]*@)?", "", url.strip().lower())
    return re.sub(r":(?:[0-9]+/)?/?", "/", way).strip("/").removesuffix(".git")


def _name(url: str) -> str:
    return _bare(url).rpartition("/")[2]


def _forced(finding: Finding, sets: Sequence[Setting]) -> Finding:
    """The finding; of a parameter of Argo CD, what makes it text is no pair of quotes."""
    at = finding.span
    setting = next((one for one in sets if (one.span.line, one.span.column) == (at.line, at.column)), None)
    if setting is None or finding.rule not in ("quoted-value", "type"):
        return finding
    if setting.flag == "--set-string":
        return replace(finding, hint="remove `forceString: true`, which makes it a string")
    return replace(finding, hint="add `forceString: true`") if "must be a string," in finding.message else finding


def _without_schemas(files: ProjectFiles) -> MemoryTree:
    from shunter.flows.release.unchecked import without_schemas

    return MemoryTree(dict(without_schemas(files.packed).files))


def _shown(finding: Finding) -> Finding:
    span = finding.span
    if not span.path.startswith(PLACE):
        return finding
    return replace(finding, span=replace(span, path=span.path.replace(PLACE, OCI, 1)))
