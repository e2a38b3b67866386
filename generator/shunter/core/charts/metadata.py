"""Chart.yaml, requirements.yaml and the lock files as Helm decodes them: into typed fields, which refuse other types.

A port of what sigs.k8s.io/yaml and encoding/json do for pkg/chart/v2/metadata.go: a scalar becomes text where text is
wanted, names of fields match in any case, and requirements.yaml is decoded over Chart.yaml, entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml.construct import scalar
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.goyaml.scalars import key_text
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind

BOM: Final = b"\xef\xbb\xbf"
TEXT, FLAG, TIME, ANY = "text", "true or false", "a time such as 2026-01-31T12:00:00Z", "anything"
Shape = Any
"""One of the words above, a list of one shape, a dict of fields, or a dict whose only field is `*`: a map of texts."""

_MAINTAINER: Final = {"name": TEXT, "email": TEXT, "url": TEXT}
_DEPENDENCY: Final = {
    "name": TEXT,
    "version": TEXT,
    "repository": TEXT,
    "condition": TEXT,
    "tags": [TEXT],
    "enabled": FLAG,
    "import-values": [ANY],
    "alias": TEXT,
}
METADATA: Final = {
    **dict.fromkeys(("name", "home", "version", "description", "icon", "apiVersion", "condition", "tags"), TEXT),
    **dict.fromkeys(("appVersion", "kubeVersion", "type"), TEXT),
    "sources": [TEXT],
    "keywords": [TEXT],
    "maintainers": [_MAINTAINER],
    "deprecated": FLAG,
    "annotations": {"*": TEXT},
    "dependencies": [_DEPENDENCY],
}
LOCK: Final = {"generated": TIME, "digest": TEXT, "dependencies": [_DEPENDENCY]}
_TYPES: Final = ("", "application", "library")
EXACT: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}", re.ASCII)
"""A version that needs no grammar."""
_ALIAS: Final = re.compile(r"[a-zA-Z0-9_-]+")
_SPACES: Final = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_TIME: Final = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[-+]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_PLAIN_LOCK: Final = re.compile(
    rb"(?:(?:dependencies:(?: \[\])?|digest: sha256:[0-9a-f]+|[- ] (?:name|repository|version): "
    rb"(?:[a-z0-9][a-z0-9./:_-]*|\"\")|generated: \"[-0-9]{10}T[0-9:]{8}(?:\.[0-9]+)?(?:Z|[-+][0-9:]{5})\")\n)*"
)
"""What Helm and we write: nothing in it can be of the wrong type."""


class Decoder:
    """Decodes one document; what Helm refuses is in `problems`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Finding] = []

    def decode(self, shape: Shape, into: dict[str, Any] | None = None) -> dict[str, Any]:
        """The fields of the document, laid over the fields `into` as encoding/json lays them."""
        fields: dict[str, Any] = self._struct(self.document.value or {}, shape, into, ())
        return fields

    def _value(self, value: Any, shape: Shape, before: Any, path: KeyPath) -> Any:
        if value is None:
            return None if shape.__class__ in (dict, list) or shape is ANY else before
        if shape is TEXT:
            return self._text(value, path)
        if shape is FLAG or shape is TIME:
            fits = value.__class__ is bool if shape is FLAG else _is_time(value)
            return value if fits else self._refuse(path, shape, value)
        if shape.__class__ is list:
            return self._list(value, shape[0], before or [], path)
        return self._struct(value, shape, before, path) if shape.__class__ is dict else value

    def _text(self, value: Any, path: KeyPath) -> Any:
        if value.__class__ is str:
            return value
        if isinstance(value, dict | list):
            return self._refuse(path, TEXT, value)
        node = self.document.node(path)
        written = value if node is None else scalar(node)
        return str(written) if written.__class__ is int else key_text(written)

    def _list(self, value: Any, shape: Shape, before: list[Any], path: KeyPath) -> Any:
        if not isinstance(value, list):
            return self._refuse(path, "a list of maps" if shape.__class__ is dict else "a list", value)
        olds = [*before, *[None] * len(value)]
        items = (self._value(item, shape, olds[index], (*path, index)) for index, item in enumerate(value))
        return ["" if item is None and shape is TEXT else item for item in items]

    def _struct(self, value: Any, shape: dict[str, Shape], before: Any, path: KeyPath) -> Any:
        if not isinstance(value, dict):
            return self._refuse(path, "a map", value)
        fields = dict(before or {})
        names = {name.lower(): name for name in shape}
        for key in sorted(value, key=str.encode):
            name = names.get(key.lower(), "") if "*" not in shape else key
            if name:
                fields[name] = self._value(value[key], shape.get(name, TEXT), fields.get(name), (*path, key))
        return fields

    def _refuse(self, path: KeyPath, wanted: str, value: Any) -> None:
        what = "a map" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"`{value}`"
        name = ".".join(map(str, path))
        self.problem(path, f"`{name}` must be {wanted}, not {what}", "see https://helm.sh/docs/topics/charts")

    def problem(self, path: KeyPath, message: str, hint: str) -> None:
        """Note what Helm refuses."""
        span = self.document.span(path)
        self.problems.append(Finding("chart-broken", message, span, Kind.VERDICT, key=path, hint=hint))


def _is_time(value: Any) -> bool:
    """Whether Go's time.Time takes a value: RFC 3339, to the letter."""
    import calendar

    if not isinstance(value, str) or not (match := _TIME.fullmatch(value)):
        return False
    year, month = int(value[:4]), int(match[1])
    return 1 <= int(match[2]) <= calendar.monthrange(year, month)[1]


def sanitized(text: str) -> str:
    """Text as Helm cleans it: every kind of space is a blank, what cannot be printed is gone."""
    if text.isprintable() and not _SPACES.search(text):
        return text
    return "".join(char for char in _SPACES.sub(" ", text) if char.isprintable())


def lock_problems(document: Document) -> list[Finding]:
    """Why Helm cannot load a Chart.lock; nothing else in one matters to it."""
    if document.value is None or _PLAIN_LOCK.fullmatch(document.data):
        return list(document.findings)
    decoder = Decoder(document)
    decoder.decode(LOCK)
    return decoder.problems


def validate(decoder: Decoder, fields: Mapping[str, Any]) -> None:
    """Note what Metadata.Validate refuses, but for name and version."""
    if (fields.get("type") or "") not in _TYPES:
        message = f"`type` must be application or library, not `{fields['type']}`"
        decoder.problem(("type",), message, "write `type: application`, or drop it")
    for key in ("maintainers", "dependencies"):
        for index, entry in enumerate(fields.get(key) or ()):
            if entry is None:
                decoder.problem((key, index), f"`{key}` has an empty entry", "fill it in, or drop it")


def identity_problems(document: Document, name: str, version: str) -> list[Finding]:
    """Why Helm refuses a chart of this name, which is `sanitized`, and version.

    Both become names of files and folders, so neither may lead anywhere else.
    """
    decoder = Decoder(document)
    if not name or "/" in name or name in (".", ".."):
        message = f"`{name}` is no name for a chart" if name else "the chart has no name"
        decoder.problem(("name",), message, "write `name:` as the folder is called")
    if not version or not _is_version(version):
        message = f"`{sanitized(version)}` is no version that Helm accepts" if version else "the chart has no version"
        decoder.problem(("version",), message, "write a version such as 1.0.0")
    return decoder.problems


def _is_version(text: str) -> bool:
    if EXACT.fullmatch(text):
        return True
    from shunter.core.charts import versions  # the usual version needs no grammar

    return versions.parse(text) is not None


def entries(fields: Mapping[str, Any], decoder: Decoder) -> Iterator[dict[str, Any]]:
    """The dependencies, cleaned; what Helm refuses about their names is noted."""
    seen = set()
    for index, entry in enumerate(fields.get("dependencies") or ()):
        if entry is None:
            continue
        cleaned = dict(entry)
        for key in ("name", "version", "repository", "condition"):
            cleaned[key] = sanitized(entry.get(key) or "")
        cleaned["tags"] = tuple(map(sanitized, entry.get("tags") or ()))
        cleaned["alias"] = alias = entry.get("alias") or ""
        path = ("dependencies", index, "alias" if alias else "name")
        if alias and not _ALIAS.fullmatch(alias):
            message = f"the alias `{alias}` has characters that Helm refuses"
            decoder.problem(path, message, "use letters, digits, - and _")
        if (alias or cleaned["name"]) in seen:
            message = f"two dependencies are called `{alias or cleaned['name']}`"
            decoder.problem(path, message, "give each an `alias` of its own")
        seen.add(alias or cleaned["name"])
        yield cleaned


def dependency(entry: Mapping[str, Any]) -> Dependency:
    """One of the cleaned `entries` as a value."""
    return Dependency(
        name=entry["name"],
        version=entry["version"],
        repository=entry["repository"],
        alias=entry["alias"],
        condition=entry["condition"],
        tags=entry["tags"],
        import_values=tuple(entry.get("import-values") or ()),
    )


def read_metadata(data: bytes, path: str) -> tuple[dict[str, Any], tuple[Dependency, ...]]:
    """The fields that a Chart.yaml sets, and its dependencies, as Helm decodes them; `path` names it in errors.

    Raises ShunterError, with the place, for what Helm refuses, and where there is no name or no version.
    """
    return _sound(data) or _read(data, path)


@lru_cache(1024)
def _sound(data: bytes) -> tuple[dict[str, Any], tuple[Dependency, ...]] | None:
    """What a Chart.yaml says that Helm takes, as it stands in many places: decoded once. None for any other."""
    try:
        return _read(data, "Chart.yaml")
    except ShunterError:
        return None


def _read(data: bytes, path: str) -> tuple[dict[str, Any], tuple[Dependency, ...]]:
    document = read_once(data.removeprefix(BOM), path, "3")
    decoder = Decoder(document)
    fields = {name: value for name, value in decoder.decode(METADATA).items() if value is not None}
    validate(decoder, fields)
    dependencies = tuple(map(dependency, entries(fields, decoder)))
    for finding in (*document.findings, *decoder.problems):
        raise ShunterError(finding.message, span=finding.span, hint=finding.hint, notes=finding.notes)
    for name in ("name", "version"):
        if not fields.get(name):
            raise ShunterError(f"{path} has no `{name}`", hint=f"add `{name}:` (a quoted string)")
    fields["name"] = sanitized(fields["name"])
    for finding in identity_problems(document, fields["name"], fields["version"]):
        raise ShunterError(finding.message, span=finding.span, hint=finding.hint)
    return fields, dependencies
