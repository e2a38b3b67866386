"""Values in the objects that deploy a chart: Argo CD's Application and Flux's HelmRelease, each value in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.goyaml.construct import RefusedError, construct
from shunter.core.goyaml.document import Document, KeyPath, Part, of_mapping, read, value_at
from shunter.core.goyaml.nodes import Node
from shunter.core.values.sops import may_hold_secrets
from shunter.core.values.strvals import parse_set
from shunter.model.data import dataclass, replace
from shunter.model.findings import Span

_MARK: Final = re.compile(rb"^kind:[ \t]*[\"']?(?:Application|HelmRelease)\b", re.MULTILINE)
_ARGO, _FLUX = "argoproj.io/", "helm.toolkit.fluxcd.io/"
_LIST: Final = re.compile(r"\{.*\}", re.DOTALL)
_ESCAPED: Final = re.compile(r"(?<!\\),")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chart is: the folder `path` in a repository or, in the registry `url`, `name` and `version`."""

    path: str = ""
    url: str = ""
    name: str = ""
    version: str = ""
    repository: str = ""
    """The name of the object that has the registry's URL, where the deployment names only that."""


@dataclass(frozen=True, slots=True)
class FileLayer:
    """A values file by its name: below the chart, or below the repository's root (`rooted`)."""

    name: str
    rooted: bool
    optional: bool
    span: Span


@dataclass(frozen=True, slots=True)
class ObjectLayer:
    """Values in the data of a ConfigMap or Secret under `key`; with a `target`, its text is the value of that key."""

    kind: str
    name: str
    key: str
    target: str
    optional: bool
    span: Span


Layer = Document | FileLayer | ObjectLayer


@dataclass(frozen=True, slots=True, eq=False)
class Deployment:
    """One chart as an object deploys it: values in `layers`, lowest first, then `sets` as on a command line.

    `span` is where the object names its chart; `judged` is false where it says that no schema counts.
    """

    chart: Place
    layers: Sequence[Layer]
    sets: Sequence[str]
    span: Span
    judged: bool = True


def may_deploy(data: bytes) -> bool:
    """Whether a file may hold such an object."""
    return _MARK.search(data) is not None


def deployments(data: bytes, path: str) -> Iterator[Deployment]:
    """The charts that the objects in a file deploy; `path` names it. Objects of other kinds are passed over."""
    for found in _objects(data, path):
        group = str(found.value.get("apiVersion", ""))
        if found.value.get("kind") == "Application" and group.startswith(_ARGO):
            yield from _application(found)
        elif found.value.get("kind") == "HelmRelease" and group.startswith(_FLUX):
            yield _helm_release(found)


def data_of(data: bytes, path: str, wanted: ObjectLayer) -> Document | None:
    """The values that a ConfigMap or Secret in this file holds for a layer; None if the file has no such object.

    With a `target`, its text is one value of `--set`, or of `--set-string` where it is in quotes, as Flux has it.
    """
    for found in _objects(data, path):
        if found.value.get("kind") != wanted.kind or found.at("metadata", "name") != wanted.name:
            continue
        text = found.at("data", wanted.key)
        if isinstance(text, str) and wanted.target:
            return of_mapping(_set(wanted.target, text), f"{path} ({wanted.key})")
        if isinstance(text, str):
            return found.text(("data", wanted.key))
    return None


def generated_from(data: bytes, path: str, wanted: ObjectLayer) -> str:
    """The file, as seen from this one, of which a kustomization here makes the ConfigMap's key; empty for none."""
    for found in _objects(data, path):
        for made in found.at("configMapGenerator") or ():
            if not isinstance(made, dict) or made.get("name") != wanted.name or wanted.kind != "ConfigMap":
                continue
            for text in made.get("files") or ():
                key, equals, name = str(text).partition("=")
                if wanted.key == (key if equals else key.rpartition("/")[2]):
                    return name if equals else key
    return ""


def _set(target: str, text: str) -> dict[str, Any]:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return parse_set(f"{target}={text[1:-1] if quoted else text}", flag="--set-string" if quoted else "--set")


def registry_of(data: bytes, path: str, name: str) -> str:
    """The URL of Flux's HelmRepository of that name in this file; empty if it holds none."""
    for found in _objects(data, path):
        if found.value.get("kind") == "HelmRepository" and found.at("metadata", "name") == name:
            return str(found.at("spec", "url") or "")
    return ""


def _objects(data: bytes, path: str) -> Iterator[_Object]:
    document = read_once(data, path)
    found = (_Object.of(document, part) for part in document.parts)
    return (each for each in found if each is not None)


@dataclass(frozen=True, slots=True, eq=False)
class _Object:
    """One object of a file, with positions."""

    document: Document
    value: Mapping[str, Any]

    @classmethod
    def of(cls, document: Document, part: Part) -> _Object | None:
        try:
            value = construct(part.root, part.text)[0] if part.root is not None else None
        except RefusedError:
            return None
        if not isinstance(value, dict):
            return None
        return cls(Document(document.path, value, (), document.data, document.helm, (part,)), value)

    def at(self, *path: str | int) -> Any:
        """What stands at a path; None where nothing does."""
        return value_at(self.value, path)

    def span(self, *path: str | int) -> Span:
        return self.document.span(path)

    def map(self, path: KeyPath) -> Document:
        """The map at a path as a values file of its own, in its place."""
        (part,) = self.document.parts
        node = self.document.node(path)
        parts = (Part(part.text, part.line, node, whole=False),) if node is not None else ()
        return Document(self.document.path, self.at(*path), (), self.document.data, self.document.helm, parts)

    def text(self, path: KeyPath) -> Document:
        """The text at a path as a values file of its own, in its place.

        What does not stand there line by line, such as a text in quotes, stands where the whole of it does.
        """
        alone = read(str(self.at(*path)).encode("utf-8", "surrogatepass"), self.document.path)
        (part,) = self.document.parts
        node = self.document.node(path)
        if node is None:
            return alone
        if node.style == "|":
            placed = read(_padded(part, node), self.document.path)
            if placed.value == alone.value and _said(placed) == _said(alone):
                return placed
        place = self.span(*path)
        if may_hold_secrets(alone):
            place = replace(place, text="")  # the line has all of it, whatever a finding is about
        findings = tuple(replace(finding, span=place, related=(), fix=()) for finding in alone.findings)
        return replace(alone, findings=findings, data=self.document.data, clean=False, place=place)


def _said(document: Document) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in document.findings]


def _padded(part: Part, node: Node) -> bytes:
    """The lines of a block of text as they stand in the file, indented as they are, and nothing before them."""
    lines = part.text.split(b"\n")
    first, last = int(node.start_mark.line) + 1, int(node.end_mark.line)
    return b"\n" * (part.line + first) + b"\n".join(lines[first:last]) + b"\n"


def _application(found: _Object) -> Iterator[Deployment]:
    several = found.at("spec", "sources")
    paths: list[KeyPath] = [("spec", "sources", n) for n in range(len(several))] if isinstance(several, list) else []
    for path in paths or [("spec", "source")]:
        source = found.at(*path)
        if isinstance(source, dict) and (source.get("chart") or source.get("path")):
            yield _of_source(found, path, source)


def _of_source(found: _Object, path: KeyPath, source: Mapping[str, Any]) -> Deployment:
    helm = source.get("helm")
    helm = helm if isinstance(helm, dict) else {}
    at = (*path, "helm")
    layers: list[Layer] = []
    optional = bool(helm.get("ignoreMissingValueFiles"))
    for number, name in enumerate(helm.get("valueFiles") or ()):
        name = str(name).removeprefix("secrets://")
        below = re.sub(r"^(?:\$[^/]+)?/", "", name)
        layers.append(FileLayer(below, below != name, optional, found.span(*at, "valueFiles", number)))
    # Argo CD takes the map and not the text, where there are both.
    if isinstance(helm.get("valuesObject"), dict):
        layers.append(found.map((*at, "valuesObject")))
    elif isinstance(helm.get("values"), str):
        layers.append(found.text((*at, "values")))
    chart = str(source.get("chart") or "")
    url, version = str(source.get("repoURL", "")), str(source.get("targetRevision", ""))
    place = Place(url=url, name=chart, version=version) if chart else Place(str(source["path"]))
    span = found.span(*path, "chart" if chart else "path")
    return Deployment(place, layers, tuple(_parameters(helm)), span, not helm.get("skipSchemaValidation"))


def _parameters(helm: Mapping[str, Any]) -> Iterator[str]:
    given = [item for item in helm.get("parameters") or () if isinstance(item, dict)]
    for forced, flag in ((False, "--set"), (True, "--set-string")):
        for item in given:
            if bool(item.get("forceString")) is forced:
                value = str(item.get("value", ""))
                clean = value if _LIST.fullmatch(value) else _ESCAPED.sub(r"\\,", value)
                yield f"{flag} {item.get('name', '')}={clean}"
    for item in helm.get("fileParameters") or ():
        if isinstance(item, dict):
            yield f"--set-file {item.get('name', '')}={item.get('path', '')}"


def _helm_release(found: _Object) -> Deployment:
    at = ("spec", "chart", "spec")
    spec = found.at(*at)
    spec = spec if isinstance(spec, dict) else {}
    layers: list[Layer] = [
        FileLayer(str(name), False, bool(spec.get("ignoreMissingValuesFiles")), found.span(*at, "valuesFiles", number))
        for number, name in enumerate(spec.get("valuesFiles") or ())
    ]
    for number, item in enumerate(found.at("spec", "valuesFrom") or ()):
        if isinstance(item, dict):
            layers.append(
                ObjectLayer(
                    str(item.get("kind", "")),
                    str(item.get("name", "")),
                    str(item.get("valuesKey") or "values.yaml"),
                    str(item.get("targetPath") or ""),
                    bool(item.get("optional")),
                    found.span("spec", "valuesFrom", number, "name"),
                )
            )
    if isinstance(found.at("spec", "values"), dict):
        layers.append(found.map(("spec", "values")))
    chart, source = str(spec.get("chart", "")), found.at(*at, "sourceRef")
    source = source if isinstance(source, dict) else {}
    if source.get("kind") == "HelmRepository":
        place = Place(name=chart, version=str(spec.get("version", "")), repository=str(source.get("name", "")))
    else:
        place = Place(chart)  # none at all where it is named by `chartRef`
    judged = not found.at("spec", "install", "disableSchemaValidation")
    return Deployment(place, layers, (), found.span(*at, "chart"), judged)
