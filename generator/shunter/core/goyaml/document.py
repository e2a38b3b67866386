"""Values files read as Helm reads them: value, positions and what is wrong, from one pass of libyaml.

Helm 4 splits a file at `---` lines (k8s.io/apimachinery's YAMLReader) and merges the documents; Helm 3 reads the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from shunter.core.goyaml import nodes
from shunter.core.goyaml.conflict import conflict_finding
from shunter.core.goyaml.construct import RefusedError, construct, is_merge, pairs, scalar
from shunter.core.goyaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from shunter.core.goyaml.positions import decode, line_at, span_at
from shunter.core.goyaml.scalars import key_text
from shunter.core.goyaml.syntax import syntax_finding
from shunter.model.data import dataclass, field
from shunter.model.findings import Finding, Kind, Span

KeyPath = tuple[str | int, ...]
Place = tuple[Node | None, Node]
"""A key node (None in a list and for the root), and its value node."""

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_DOCUMENTS: Final = 1_000


_MOST_VALUES: Final = f"more than {nodes.MAX_NODES:,} keys and values"


_ANCHOR: Final = re.compile(r"&\S+[ \t]+")


class _SeparatorError(Exception):
    """Something other than a comment follows a `---`; `line` counts from 0."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One YAML document of a file: its text as libyaml saw it, the line it starts on (from 0), and its root.

    It is not `whole` where the root is a value inside of a document, and other text follows it by rights.
    """

    text: bytes
    line: int
    root: Node | None
    whole: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A values file. `value` is None where Helm refuses it or we do not judge it; then `findings` say why.

    A `clean` document surely holds no hazard, so nothing looks for one. Of a text that no file has line by line, such
    as one that another file has in quotes, `place` is where all of it stands.
    """

    path: str
    value: dict[str, Any] | None
    findings: tuple[Finding, ...] = ()
    data: bytes = field(default=b"", repr=False)
    helm: str = "4"
    parts: tuple[Part, ...] = field(default=(), repr=False)
    clean: bool = False
    place: Span | None = None

    def span(self, key_path: Sequence[str | int], *, of: Literal["key", "value"] = "value") -> Span:
        """Where the key or value at `key_path` stands, or else the nearest part of the document above it.

        An empty value (`tag:`) stands where its key does; an item of a list has no key.
        """
        if self.place is not None:
            return self.place
        place, part, _ = self._find(key_path)
        if place is None or part is None:
            return Span(self.path)
        key, value = place
        empty = value.__class__ is ScalarNode and value.start_mark.index == value.end_mark.index
        return self.node_span(part, key if key is not None and (of == "key" or empty) else value)

    def has(self, key_path: Sequence[str | int]) -> bool:
        """Whether the file says something at exactly this path."""
        return self._find(key_path)[2] == len(key_path)

    def raw(self, key_path: Sequence[str | int]) -> str:
        """The value at `key_path` as it is written, quotes and tag and all; empty if the file has none there."""
        place, part, depth = self._find(key_path)
        if place is None or part is None or depth != len(key_path):
            return ""
        text = decode(part.text)
        return text[_start(place[1], text) : place[1].end_mark.index].rstrip()

    def line(self, number: int) -> str:
        """A line of the file, from 1, without its end."""
        return line_at(decode(self.data), number - 1).removesuffix("\r")

    def node(self, key_path: Sequence[str | int]) -> Node | None:
        """The node of the value at exactly this path."""
        place, _, depth = self._find(key_path)
        return place[1] if place is not None and depth == len(key_path) else None

    def node_span(self, part: Part, node: Node) -> Span:
        """The span of a node: its first line, if it has several; a scalar's is behind its anchor."""
        if self.place is not None:
            return self.place
        text = decode(part.text)
        return span_at(self.path, text, part.line, _start(node, text), node.end_mark.index)

    def _find(self, key_path: Sequence[str | int]) -> tuple[Place | None, Part | None, int]:
        best: tuple[Place | None, Part | None, int] = (None, None, -1)
        for part in reversed(self.parts):
            if part.root is None:
                continue
            place, depth = _descend(part.root, key_path)
            if depth > best[2]:
                best = (place, part, depth)
        return best


def read(data: bytes, path: str, helm: str = "4") -> Document:
    """The values file `data`, as Helm `helm` ("4" or "3") reads it after `-f`; `path` names it in findings."""
    if len(data) > MAX_BYTES:
        return too_large(path, len(data), helm)
    try:
        chunks = _chunks(data) if helm != "3" else [(0, data)]
    except _SeparatorError as error:
        return _refused(path, data, helm, separator_finding(path, error))
    if len(chunks) > MAX_DOCUMENTS:
        return _too_much(path, f"more than {MAX_DOCUMENTS:,} YAML documents", helm)
    if chunks[1:] and nodes.most_nodes(data) > nodes.MAX_NODES:
        return _too_much(path, _MOST_VALUES, helm)
    parts: list[Part] = []
    value: dict[str, Any] = {}
    clean = len(chunks) == 1 and b"\n---" not in data and b"\n..." not in data
    for line, text in chunks:
        try:
            part = Part(text, line, nodes.compose(text))
            parts.append(part)
            found, sure = _root(part)
            value = merge_maps(value, found) if len(parts) > 1 else found
            clean = clean and sure and not _may_end_early(part.root)
        except (RefusedError, nodes.TooDeepError, nodes.YAMLError) as error:
            return _refused(path, data, helm, syntax_finding(path, decode(text), line, error))
        except nodes.TooManyError:
            return _too_much(path, _MOST_VALUES, helm)
    return Document(path, value, (), data, helm, tuple(parts), clean)


def too_large(path: str, size: int, helm: str = "4") -> Document:
    """The document for a file of `size` bytes, which are more than MAX_BYTES: it is not parsed."""
    message = f"values files above {MAX_BYTES // 1024 // 1024} MiB are not judged; this one has {size:,} bytes"
    return _not_judged(path, message, helm)


def _too_much(path: str, what: str, helm: str) -> Document:
    return _not_judged(path, f"values files with {what} are not judged", helm)


def _not_judged(path: str, message: str, helm: str) -> Document:
    hint = "move what is no configuration out of it"
    finding = Finding("file-too-large", message, Span(path), kind=Kind.LINT, hint=hint)
    return Document(path, None, (finding,), b"", helm)


def of_mapping(value: Mapping[str, Any], path: str) -> Document:
    """A document for values that stand in no file, such as those of `--set`; its spans name only `path`."""
    return Document(path, dict(value))


def merge_maps(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`, maps merged key by key, all else replaced, null too (Helm's loader.MergeMaps)."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge_maps(below, value) if value.__class__ is dict and below.__class__ is dict else value
    return merged


def _root(part: Part) -> tuple[dict[str, Any], bool]:
    if part.root is None:
        return {}, True
    value, clean = construct(part.root, part.text)
    if value is None:
        return {}, clean
    if value.__class__ is not dict:
        what = "a list" if value.__class__ is list else "a single value"
        raise RefusedError("yaml-root", f"this file must hold a map, not {what}", part.root, "give each value a key")
    return value, clean


def _may_end_early(root: Node | None) -> bool:
    """Whether text may follow that is no part of the document: behind brackets, or further left than its first key."""
    return root is not None and (root.start_mark.column > 0 or bool(getattr(root, "flow_style", False)))


def _refused(path: str, data: bytes, helm: str, finding: Finding) -> Document:
    return Document(path, None, (conflict_finding(path, data) or finding,), data, helm)


def _chunks(data: bytes) -> list[tuple[int, bytes]]:
    """The documents of a file, each with the line it starts on, from 0: a port of YAMLReader.Read."""
    if b"---" not in data and b"\r" not in data:
        return [(0, data if data.endswith(b"\n") else data + b"\n")] if data else []
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    chunks: list[tuple[int, bytes]] = []
    current: list[bytes] = []
    start, ends = 0, data.count(b"\n")
    for number, raw in enumerate(lines):
        line = raw[:-1] if raw.endswith(b"\r") and number < ends else raw
        if line.startswith(b"---"):
            rest = line[3:].decode("utf-8", "replace").strip()
            if rest and not rest.startswith("#"):
                raise _SeparatorError(number, rest)
            if current:
                chunks.append((start, b"\n".join(current) + b"\n"))
                current, start = [], number + 1
                continue
        current.append(line)
    if current:
        chunks.append((start, b"\n".join(current) + b"\n"))
    return chunks


def separator_finding(path: str, error: _SeparatorError) -> Finding:
    """The finding for text behind a document's separator."""
    text = f"---{error}"
    message = "only a comment may follow `---` on its line"
    hint = "put the text on a line of its own"
    return Finding("yaml-separator", message, Span(path, error.line + 1, 4, 4 + len(str(error)), text), hint=hint)


def _start(node: Node, text: str) -> int:
    """Where a node begins. A fix replaces what is behind the anchor, which other places refer to."""
    start: int = node.start_mark.index
    anchor = _ANCHOR.match(text, start) if node.__class__ is ScalarNode else None
    return anchor.end() if anchor is not None and anchor.end() < node.end_mark.index else start


def value_at(value: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path in a value; None where nothing does."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _descend(root: Node, key_path: Sequence[str | int]) -> tuple[Place, int]:
    place: Place = (None, root)
    for depth, step in enumerate(key_path):
        below = _child(place[1], step)
        if below is None:
            return place, depth
        place = below
    return place, len(key_path)


def _child(node: Node, step: str | int) -> Place | None:
    if isinstance(node, SequenceNode):
        return (None, node.value[step]) if isinstance(step, int) and step < len(node.value) else None
    if not isinstance(node, MappingNode) or not isinstance(step, str):
        return None
    entries, merges = _index(node)
    at, found = entries.get(step, (-1, None))
    for position, source in merges:
        if position < at:
            break
        merged = _child(source, step)
        if merged is not None:
            return merged
    return found


def _index(node: Any) -> tuple[dict[str | None, tuple[int, Place]], list[tuple[int, Node]]]:
    """The entries of a map by key, each with its position, the last one of a name; and what is merged in, last first.

    It is kept at the node: a file with many findings asks for many keys.
    """
    if not hasattr(node, "index"):
        entries: dict[str | None, tuple[int, Place]] = {}
        merges: list[tuple[int, Node]] = []
        for position, (key, value) in enumerate(pairs(node)):
            if is_merge(key):
                sources = value.value if isinstance(value, SequenceNode) else [value]
                merges[:0] = [(position, source) for source in sources]
            elif isinstance(key, ScalarNode):
                entries[key_text(scalar(key))] = (position, (key, value))
        node.index = entries, merges
    found: tuple[dict[str | None, tuple[int, Place]], list[tuple[int, Node]]] = node.index
    return found
