"""The objects in a file of manifests, with their places: documents, and the items of a List."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shunter.core.charts.contents import read_once
from shunter.core.goyaml.construct import RefusedError, construct
from shunter.core.goyaml.document import Document, KeyPath, Part, read, value_at
from shunter.core.goyaml.nodes import Node
from shunter.core.values.sops import may_hold_secrets
from shunter.model.data import dataclass, replace
from shunter.model.findings import Span


def objects_in(data: bytes, path: str) -> Iterator[Object]:
    """The objects in a file, in its order; `path` names it. What is no map, or no YAML, is passed over."""
    document = read_once(data, path)
    for part in document.parts:
        found = Object.of(document, part)
        yield from found.items() if found is not None else ()


@dataclass(frozen=True, slots=True, eq=False)
class Object:
    """One object of a file, with positions."""

    document: Document
    value: Mapping[str, Any]

    @classmethod
    def of(cls, document: Document, part: Part) -> Object | None:
        """The object that is a part of a document; None where that is no map."""
        try:
            value = construct(part.root, part.text)[0] if part.root is not None else None
        except RefusedError:
            return None
        if not isinstance(value, dict):
            return None
        return cls(Document(document.path, value, (), document.data, document.helm, (part,)), value)

    def items(self) -> Iterator[Object]:
        """The object itself, or what a List has."""
        items = self.at("items") if str(self.at("kind")).endswith("List") else None
        if not isinstance(items, list):
            yield self
            return
        (part,) = self.document.parts
        for number in range(len(items)):
            found = Object.of(
                self.document, Part(part.text, part.line, self.document.node(("items", number)), whole=False)
            )
            yield from found.items() if found is not None else ()

    def at(self, *path: str | int) -> Any:
        """What stands at a path; None where nothing does."""
        return value_at(self.value, path)

    def span(self, *path: str | int) -> Span:
        """Where what is at a path stands."""
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
