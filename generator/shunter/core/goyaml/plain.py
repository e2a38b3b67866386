"""The YAML of shunter's own files: the reader with errors raised, and a writer that Helm cannot misread.

The writer puts quotes around everything that Helm's YAML 1.1 would take for something else than text (`1.10`,
`on`, `0777`, `2026-01-02`), so that what is written reads the same in every parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from shunter.core.goyaml.document import Document, read
from shunter.model.errors import ShunterError
from shunter.model.wording import BARE, quoted

_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_/.+@~%?&=:,() -]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"})
_NUMBER = re.compile(r"[-+]?(0[box]?[0-9a-f_]+|(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9_]+)?|\.(inf|nan))", re.I)
_CLOCK = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")


def load(data: bytes, path: str) -> Document:
    """The mapping in `data`, as Helm reads it; `path` names the file. Raises ShunterError, with the place."""
    return sound(read(data, path))


def sound(document: Document) -> Document:
    """The document. Raises ShunterError, with the place, where Helm refuses it."""
    for finding in document.findings:
        raise ShunterError(finding.message, hint=finding.hint, span=finding.span, notes=finding.notes)
    return document


def dump(value: Mapping[str, Any], comment: str = "") -> bytes:
    """`value` (mappings, sequences, text, booleans, numbers, None) as block YAML, keys in their order.

    `comment` becomes `#` lines at the top. Equal values give equal bytes.
    """
    head = [f"# {line}".rstrip() for line in comment.splitlines()]
    return ("\n".join([*head, *_block(value, "")]) + "\n").encode()


def _block(value: Mapping[str, Any] | Sequence[Any], indent: str) -> list[str]:
    if isinstance(value, Mapping):
        return [line for name, item in value.items() for line in _entry(f"{indent}{scalar(name)}:", item, indent)]
    lines = []
    for item in value:
        inner = _entry(f"{indent}-", item, indent)
        if len(inner) > 1 and inner[0] == f"{indent}-":
            inner = [f"{indent}- {inner[1].lstrip(' ')}", *inner[2:]]
        lines += inner
    return lines


def _entry(head: str, item: Any, indent: str) -> list[str]:
    if isinstance(item, str) or not isinstance(item, Mapping | Sequence):
        return [f"{head} {scalar(item)}"]
    if not item:
        return [f"{head} {'{}' if isinstance(item, Mapping) else '[]'}"]
    nested = isinstance(item, Mapping) or head.endswith("-")
    return [head, *_block(item, indent + "  " if nested else indent)]


def scalar(value: Any) -> str:
    """One scalar as YAML that every parser reads alike."""
    if isinstance(value, str) and is_plain(value):
        return value
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def is_plain(text: str) -> bool:
    """Whether `text` without quotes is text to a YAML 1.1 and a YAML 1.2 parser, Helm's included."""
    if not _PLAIN.fullmatch(text) or text.lower() in _WORDS or text.endswith((":", " ")) or ": " in text:
        return False
    return not any(shape.fullmatch(text) for shape in (_NUMBER, _CLOCK, _DATE))


def scalar_text(value: Any) -> str:
    """A value in YAML's flow style, such as a template puts into a snippet; a string is bare where Helm allows it."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    from shunter.core.goyaml.scalars import resolve

    bare = BARE.fullmatch(value) and isinstance(resolve(value), str)
    return value if bare else quoted(value)
