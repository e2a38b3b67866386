"""A chart's next version, and Chart.yaml with other versions in it and nothing else changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shunter.core.charts.versions import require_exact
from shunter.core.goyaml.document import Document, KeyPath, read
from shunter.core.goyaml.edit import edit
from shunter.core.goyaml.plain import is_plain
from shunter.core.rules.fixes import with_edit
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Span, TextEdit
from shunter.model.wording import quoted

PARTS: Final = ("major", "minor", "patch")
_DEFINED: Final = re.compile(rb"\{\{-?\s*(?:define|block)\s+[\"`]([^\"`]*)[\"`]")
_CALLED: Final = r"\b(?:include|template)\s+[\"`](%s\.[^\"`]*)[\"`]"
_COMMENT: Final = re.compile(rb"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)


def next_version(text: str, part: str, what: str) -> str:
    """The version after `text`, which `what` has: the next of the `part` of PARTS; a prerelease becomes its release.

    Raises ShunterError where `text` is no exact version.
    """
    version = require_exact(text, what)
    numbers, at = [version.major, version.minor, version.patch], PARTS.index(part)
    if not version.prerelease or any(numbers[at + 1 :]):
        numbers[at] += 1
    numbers[at + 1 :] = [0] * len(numbers[at + 1 :])
    return ("v" if text.startswith("v") else "") + ".".join(map(str, numbers))


def with_versions(data: bytes, name: str, versions: Mapping[KeyPath, str]) -> bytes:
    """A Chart.yaml, which errors call `name`, with texts at some paths: comments, order and quotes stay.

    Raises ShunterError where a value cannot be changed without changing something else, such as one with an anchor.
    """
    for path, text in versions.items():
        document = _readable(data, name)
        data = _replaced(data, document, path, text) if document.has(path) else edit(data, [([str(*path)], text)])
    return data


def _readable(data: bytes, name: str) -> Document:
    document = read(data, name)
    if document.value is None:
        raise ShunterError.of(document.findings)
    return document


def _replaced(data: bytes, document: Document, path: KeyPath, text: str) -> bytes:
    raw, span = document.raw(path), document.span(path)
    quote = raw[0] if raw and raw[0] in "'\"" else ""
    new = f"{quote}{text}{quote}" if quote else text if is_plain(text) else quoted(text)
    changed = with_edit(data, TextEdit(span, new))
    if read(changed, document.path).value != _expected(document.value, path, text):
        raise ShunterError(f"`{path[-1]}` cannot be changed in {document.path}", span=span, hint="change it by hand")
    return changed


def _expected(value: Any, path: KeyPath, text: str) -> Any:
    """The value with the text at a path: an alias or an anchor there would change another key, too."""
    if not path:
        return text
    inside = {path[0]: _expected(value[path[0]], path[1:], text)}
    if isinstance(value, dict):
        return value | inside
    return [inside.get(number, item) for number, item in enumerate(value)]


def undefined(
    templates: Mapping[str, FileState], library: str, given: Mapping[str, FileState]
) -> Iterator[tuple[str, Span]]:
    """The named templates of `library` that `templates` call, and neither they nor the files `given` define."""
    known = {name for states in (templates, given) for s in states.values() for name in _DEFINED.findall(s.data)}
    called = re.compile((_CALLED % re.escape(library)).encode())
    for path, state in templates.items():
        data = _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), state.data)
        for found in called.finditer(data):
            if found[1] not in known:
                line = data.count(b"\n", 0, found.start()) + 1
                text = state.data.split(b"\n")[line - 1].decode("utf-8", "replace")
                yield found[1].decode("utf-8", "replace"), Span(path, line, 1, len(text) + 1, text)
