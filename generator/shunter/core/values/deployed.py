"""Values in the objects that deploy a chart: Argo CD's Application and Flux's HelmRelease, each value in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.goyaml.document import Document, KeyPath, of_mapping
from shunter.core.values.objects import Object, objects_in
from shunter.core.values.sops import may_hold_secrets, sealed
from shunter.core.values.strvals import parse_set
from shunter.model.data import dataclass, replace
from shunter.model.findings import Finding, Kind, Severity, Span

_MARK: Final = re.compile(rb"^[ \t-]*[\"']?kind[\"']?:[ \t]*[\"']?(?:Application(?:Set)?|HelmRelease)\b", re.MULTILINE)
_ARGO, _FLUX = "argoproj.io/", "helm.toolkit.fluxcd.io/"
_NO_CHART: Final = {"directory", "kustomize", "plugin"}
"""What an Application says of a folder that Helm does not render."""
_LIST: Final = re.compile(r"\{.*\}", re.DOTALL)
_VARIABLE: Final = re.compile(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}")
"""What a Kustomization of Flux puts a text in the place of, `${X}` or `${X:=1}`."""
_ESCAPED: Final = re.compile(r"(?<!\\),")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chart is: the folder `path` in a repository or, in the registry `url`, `name` and `version`."""

    path: str = ""
    url: str = ""
    name: str = ""
    version: str = ""
    git: str = ""
    """The URL of the Git repository that has the folder; empty where nothing says it."""
    source: tuple[str, str] = ("", "")
    """Kind and name of the object that says where the chart is, where the deployment names only that."""


@dataclass(frozen=True, slots=True)
class FileLayer:
    """A values file by its name: below the chart, or below the repository's root (`rooted`)."""

    name: str
    rooted: bool
    optional: bool
    span: Span
    git: str = ""
    """The URL of the Git repository that has it; empty where it is that of the chart."""


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


@dataclass(frozen=True, slots=True)
class Setting:
    """A value set as on a command line, `flag` with its argument `text`, and where the object has it."""

    flag: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Deployment:
    """One chart as an object deploys it: values in `layers`, lowest first, then `sets` as on a command line.

    `span` is where the object names its chart; `judged` is false where it says that no schema counts. `flux` says
    whose object it is.
    """

    chart: Place
    layers: Sequence[Layer]
    sets: Sequence[Setting]
    span: Span
    judged: bool = True
    flux: bool = False


def deploys(data: bytes, path: str) -> bool:
    """Whether an object in a file deploys a chart, or would if the file were YAML and its templates filled in."""
    if not _MARK.search(data) or not any(group.encode() in data for group in (_ARGO, _FLUX)):
        return False
    return any(True for _ in deployments(data, path)) or any(True for _ in unread(data, path))


def unread(data: bytes, path: str) -> Iterator[Finding]:
    """What keeps the objects of a file from being read, and a note on each ApplicationSet in it."""
    yield from (finding for finding in read_once(data, path).findings if finding.rule != "yaml-root")
    for found in objects_in(data, path):
        if found.value.get("kind") == "ApplicationSet" and str(found.value.get("apiVersion", "")).startswith(_ARGO):
            message = "not judged: the template of an ApplicationSet, which its generators fill in"
            yield Finding("unjudged-values", message, found.span("kind"), Kind.LINT, Severity.NOTE)


def deployments(data: bytes, path: str) -> Iterator[Deployment]:
    """The charts that the objects in a file deploy; `path` names it. Objects of other kinds are passed over."""
    for found in objects_in(data, path):
        group = str(found.value.get("apiVersion", ""))
        if found.value.get("kind") == "Application" and group.startswith(_ARGO):
            yield from _application(found)
        elif found.value.get("kind") == "HelmRelease" and group.startswith(_FLUX):
            yield _helm_release(found)


def data_of(data: bytes, path: str, wanted: ObjectLayer) -> Document | None:
    """The values that a ConfigMap or Secret in this file holds for a layer; None if the file has no such object.

    With a `target`, its text is one value of `--set`, or of `--set-string` where it is in quotes, as Flux has it.
    """
    for found in objects_in(data, path):
        if found.value.get("kind") != wanted.kind or found.at("metadata", "name") != wanted.name:
            continue
        text = found.at("data", wanted.key)
        if isinstance(text, str) and wanted.target:
            return of_mapping(_set(wanted.target, text), f"{path} ({wanted.key})")
        if isinstance(text, str):
            return found.text(("data", wanted.key))
    return None


def filled_later(document: Document) -> tuple[Document, tuple[str, ...]]:
    """A document of Flux, each scalar with a variable in it one of which nothing is known; and the variables' names."""
    names: dict[str, None] = {}
    value = _sealed(document.value, names)
    return (replace(document, value=value), tuple(names)) if names else (document, ())


def is_variable(span: Span) -> bool:
    """Whether nothing but a variable of Flux stands there, which may as well be filled in with a map."""
    return _VARIABLE.fullmatch(span.text[span.column - 1 : span.end - 1].strip("\"'")) is not None


def _sealed(value: Any, names: dict[str, None]) -> Any:
    if isinstance(value, dict):
        return {key: _sealed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_sealed(item, names) for item in value]
    found = _VARIABLE.findall(value) if isinstance(value, str) else []
    names.update(dict.fromkeys(found))
    return sealed(" ".join(found)) if found else value


def generated_from(data: bytes, path: str, wanted: ObjectLayer) -> str:
    """The file, as seen from this one, of which a kustomization here makes the ConfigMap's key; empty for none."""
    for found in objects_in(data, path):
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


def source_of(data: bytes, path: str, kind: str, name: str) -> tuple[str, str]:
    """The URL, and the tag if it says one, of Flux's source of that kind and name in this file; empty for none."""
    for found in objects_in(data, path):
        if found.value.get("kind") == kind and found.at("metadata", "name") == name:
            return str(found.at("spec", "url") or ""), str(found.at("spec", "ref", "tag") or "")
    return "", ""


def _application(found: Object) -> Iterator[Deployment]:
    several = found.at("spec", "sources")
    paths: list[KeyPath] = [("spec", "sources", n) for n in range(len(several))] if isinstance(several, list) else []
    for path in paths or [("spec", "source")]:
        source = found.at(*path)
        if isinstance(source, dict) and (source.get("chart") or source.get("path")) and not source.keys() & _NO_CHART:
            yield _of_source(found, path, source)


def _of_source(found: Object, path: KeyPath, source: Mapping[str, Any]) -> Deployment:
    helm = source.get("helm")
    helm = helm if isinstance(helm, dict) else {}
    at = (*path, "helm")
    layers: list[Layer] = []
    optional = bool(helm.get("ignoreMissingValueFiles"))
    for number, name in enumerate(helm.get("valueFiles") or ()):
        name = str(name).removeprefix("secrets://")
        below = re.sub(r"^(?:\$[^/]+)?/", "", name)
        git = _referred(found, name) if name.startswith("$") else ""
        layers.append(FileLayer(below, below != name, optional, found.span(*at, "valueFiles", number), git))
    # Argo CD takes the map and not the text, where there are both.
    if isinstance(helm.get("valuesObject"), dict):
        layers.append(found.map((*at, "valuesObject")))
    elif isinstance(helm.get("values"), str):
        layers.append(found.text((*at, "values")))
    chart = str(source.get("chart") or "")
    url, version = str(source.get("repoURL", "")), str(source.get("targetRevision", ""))
    place = Place(url=url, name=chart, version=version) if chart else Place(str(source["path"]), git=url)
    span = found.span(*path, "chart" if chart else "path")
    return Deployment(place, layers, tuple(_parameters(found, at, helm)), span, not helm.get("skipSchemaValidation"))


def _referred(found: Object, name: str) -> str:
    """The URL of the source that the first part of a values file's name, `$REF`, is the `ref` of; empty for none."""
    ref = name[1:].partition("/")[0]
    sources = found.at("spec", "sources")
    items = [item for item in sources if isinstance(item, dict)] if isinstance(sources, list) else []
    return next((str(item.get("repoURL") or "") for item in items if item.get("ref") == ref), "")


def _parameters(found: Object, at: KeyPath, helm: Mapping[str, Any]) -> Iterator[Setting]:
    given = [(n, item) for n, item in enumerate(helm.get("parameters") or ()) if isinstance(item, dict)]
    for forced, flag in ((False, "--set"), (True, "--set-string")):
        for number, item in given:
            if bool(item.get("forceString")) is forced:
                value = str(item.get("value", ""))
                clean = value if _LIST.fullmatch(value) else _ESCAPED.sub(r"\\,", value)
                span = found.span(*at, "parameters", number, "value")
                if may_hold_secrets(Document("", None, data=f"{item.get('name', '')}: {value}".encode())):
                    span = replace(span, text="")  # no line of it says by its key that it is one
                yield Setting(flag, f"{item.get('name', '')}={clean}", span)
    for number, item in enumerate(helm.get("fileParameters") or ()):
        if isinstance(item, dict):
            span = found.span(*at, "fileParameters", number, "path")
            yield Setting("--set-file", f"{item.get('name', '')}={item.get('path', '')}", span)


def _helm_release(found: Object) -> Deployment:
    at = ("spec", "chart", "spec")
    spec = found.at(*at)
    spec = spec if isinstance(spec, dict) else {}
    # Of a packed chart Flux takes files of the archive, and else of the source, wherever in it the chart is.
    rooted = found.at(*at, "sourceRef", "kind") != "HelmRepository"
    optional = bool(spec.get("ignoreMissingValuesFiles"))
    layers: list[Layer] = [
        FileLayer(str(name), rooted, optional, found.span(*at, "valuesFiles", number))
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
    place, span = _chart_of(found)
    judged = not found.at("spec", "install", "disableSchemaValidation")
    return Deployment(place, layers, (), span, judged, flux=True)


def _chart_of(found: Object) -> tuple[Place, Span]:
    """Where a HelmRelease has its chart from, and where it says so."""
    reference = found.at("spec", "chartRef")
    if isinstance(reference, dict):
        source = str(reference.get("kind", "")), str(reference.get("name", ""))
        return Place(source=source), found.span("spec", "chartRef", "name")
    at = ("spec", "chart", "spec")
    chart, version = (str(found.at(*at, key) or "") for key in ("chart", "version"))
    source = str(found.at(*at, "sourceRef", "kind") or ""), str(found.at(*at, "sourceRef", "name") or "")
    packed = source[0] == "HelmRepository"
    place = Place(name=chart, version=version, source=source) if packed else Place(chart, source=source)
    return place, found.span(*at, "chart")
