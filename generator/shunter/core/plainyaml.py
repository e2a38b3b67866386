"""The YAML of shunter's own files: a loader that knows where each value stands, a writer that Helm cannot misread.

The writer puts quotes around everything that Helm's YAML 1.1 would take for something else than text (`1.10`,
`on`, `0777`, `2026-01-02`), so that what is written reads the same in every parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from shunter.model.errors import ShunterError
from shunter.model.findings import Span

Key = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_/.+@~%?&=:,() -]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"})
_NUMBER = re.compile(r"[-+]?(0[box]?[0-9a-f_]+|(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9_]+)?|\.(inf|nan))", re.I)
_CLOCK = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")


@dataclass(frozen=True, slots=True)
class Document:
    """A value and where each part of it stands; `spans` is keyed by the path of keys and indices."""

    value: Any
    path: str
    spans: Mapping[Key, Span] = field(default_factory=dict)

    def span(self, *key: str | int) -> Span:
        """Where the value at `key` stands, or the nearest part of the document above it."""
        for length in range(len(key), -1, -1):
            if key[:length] in self.spans:
                return self.spans[key[:length]]
        return Span(self.path)


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader without dates: they stay text, as in Helm."""


_Loader.yaml_implicit_resolvers = {
    first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(data: bytes, path: str) -> Document:
    """The one document in `data`; `path` names the file. Raises ShunterError, with the place, if it is broken."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ShunterError(f"{path} is not UTF-8", span=Span(path, data.count(b"\n", 0, error.start) + 1)) from error
    lines = text.splitlines()
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        spans: dict[Key, Span] = {}
        if node is not None:
            _locate(node, (), path, lines, spans)
        return Document(None if node is None else loader.construct_document(node), path, spans)
    except yaml.MarkedYAMLError as error:
        raise ShunterError(_problem(error), span=_error_span(error, path, lines)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ShunterError(f"{path} is not YAML: {error}".splitlines()[0], span=Span(path)) from error
    finally:
        loader.dispose()


def _problem(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part) or "not YAML"


def _error_span(error: yaml.MarkedYAMLError, path: str, lines: Sequence[str]) -> Span:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Span(path)
    text = lines[mark.line] if mark.line < len(lines) else ""
    return Span(path, mark.line + 1, mark.column + 1, mark.column + 2, text)


def _locate(node: yaml.Node, key: Key, path: str, lines: Sequence[str], spans: dict[Key, Span]) -> None:
    start, end = node.start_mark, node.end_mark
    text = lines[start.line] if start.line < len(lines) else ""
    last = end.column if end.line == start.line else len(text)
    spans[key] = Span(path, start.line + 1, start.column + 1, last + 1, text)
    if isinstance(node, yaml.MappingNode):
        for name, child in node.value:
            _locate(child, (*key, str(name.value)), path, lines, spans)
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _locate(child, (*key, index), path, lines, spans)


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
