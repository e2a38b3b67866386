"""What comments in a values.yaml say of its keys, in the conventions of two generators of schemas.

helm-schema (dadav) puts YAML between two lines `# @schema` above a key, and `# @schema.root` for all values.
helm-values-schema-json (losisin) writes `# @schema type:string;enum:[a, b]` above a key, behind it, or right below it.
Descriptions are comments above a key: those that helm-docs marks by `# --`, or what stands beside an annotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from shunter.core.goyaml.document import Document, KeyPath, read
from shunter.core.goyaml.positions import decode
from shunter.model.data import dataclass, field

_MARK: Final = re.compile(r"#\s*@schema(\.root)?\s*$")
_INLINE: Final = re.compile(r"#\s*@schema\s+(\S.*)$")
_BEHIND: Final = re.compile(r"\s(#\s*@schema\s+\S.*)$")
_FOR_OTHERS: Final = re.compile(r"#+\s*(?:@\w|yaml-language-server:|vim:)")
_DOCUMENTED: Final = re.compile(r"#\s*--\s?")
_LIKE_YAML: Final = re.compile(r"#+\s*(?:- |[\w./-]+:(?:\s|$))")
_NUMBERS: Final = (
    "multipleOf", "maximum", "minimum", "maxLength", "minLength", "maxItems", "minItems", "maxProperties",
    "minProperties",
)  # fmt: skip
_SWITCHES: Final = (
    "uniqueItems", "required", "readOnly", "deprecated", "nullable", "hidden", "skipProperties", "mergeProperties",
)  # fmt: skip
_VALUES: Final = (
    "patternProperties", "properties", "default", "additionalProperties", "unevaluatedProperties", "allOf", "anyOf",
    "oneOf", "not", "const",
)  # fmt: skip
_TEXTS: Final = ("title", "description", "pattern", "$id", "$ref")
_LISTS: Final = ("enum", "examples")
_DATA: Final = ("default", "examples", "enum", "const")
_ITEMS: Final = {"item": "type", "itemProperties": "properties", "itemRequired": "required", "itemEnum": "enum",
                 "itemRef": "$ref"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands about one key: keywords of JSON Schema (and of the two conventions), and a description.

    `wrong` are annotations that could not be read, as they are written.
    """

    keywords: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    wrong: tuple[str, ...] = ()


class Comments:
    """The comments of one values.yaml, key by key."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lines = [line.rstrip("\r") for line in decode(document.data).split("\n")]

    def root(self) -> Comment:
        """What `# @schema.root` says of all values."""
        block: list[str] | None = None
        for line in map(str.strip, self._lines):
            mark = _MARK.match(line)
            if mark and mark[1]:
                if block is not None:
                    return _parsed(block)
                block = []
            elif block is not None:
                block.append(line)
        return Comment()

    def of(self, path: KeyPath) -> Comment:
        """What is said of the key at `path`."""
        span = self._document.span(path, of="key")
        if not span.line or not self._document.has(path):
            return Comment()
        above, own = self._above(span.line), self._lines[span.line - 1]
        behind = _BEHIND.search(own)
        below = [line for line in self._below(path, span.column) if _INLINE.match(line)]
        return _read([*above, *([behind[1]] if behind else ()), *below])

    def _above(self, line: int) -> list[str]:
        """The comments right above a line, counted from 1."""
        first = line - 1
        while first and self._lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return [text.strip() for text in self._lines[first : line - 1]]

    def _below(self, path: KeyPath, column: int) -> list[str]:
        """The comments right below the value at `path` that no key follows, in the key's column."""
        span = self._document.span(path)
        last = max(span.line, self._document.span(path, of="key").line) + self._document.raw(path).count("\n")
        while self._lines[last - 1].lstrip().startswith("#") or not self._lines[last - 1].strip():
            last -= 1  # a map ends where the next key begins
        found: list[str] = []
        for text in self._lines[last:]:
            if not text[column - 1 :].startswith("#") or text[: column - 1].strip():
                return [] if text[column - 1 : column].strip() else found
            found.append(text.strip())
        return found


def _read(lines: Sequence[str]) -> Comment:
    """The annotations in the comments of a key, and what else they say."""
    blocks: list[list[str]] = []
    inline: list[str] = []
    rest: list[str] = []
    open_block: list[str] | None = None
    for line in lines:
        mark = _MARK.match(line)
        if mark:
            if open_block is not None and not mark[1]:
                blocks.append(open_block)
            open_block = [] if open_block is None else None
        elif open_block is not None:
            open_block.append(line)
        elif found := _INLINE.match(line):
            inline.append(found[1])
        else:
            rest.append(line)
    parts = [*map(_parsed, blocks), *map(_inline, inline)]
    keywords = {key: value for part in parts for key, value in part.keywords.items()}
    wrong = tuple(text for part in parts for text in part.wrong)
    return Comment(keywords, _description(rest, annotated=bool(parts)), wrong)


def _parsed(block: Sequence[str]) -> Comment:
    """The YAML of a block."""
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in block)
    value = read(text.encode(), "comment").value
    return Comment(wrong=(text.split("\n")[0],)) if value is None else Comment(_worded(value))


def _worded(value: Any) -> Any:
    """A schema in YAML as JSON has it: `type: null` means the word."""
    if isinstance(value, list):
        return [_worded(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: item if key in _DATA else _worded(item) for key, item in value.items()}
    if "type" in found:
        types = found["type"]
        words = ["null" if name is None else name for name in types] if isinstance(types, list) else types
        found["type"] = "null" if words is None else words
    return found


def _inline(text: str) -> Comment:
    """`type:string;enum:[a, b]`."""
    found: dict[str, Any] = {}
    wrong = []
    for part in text.split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        try:
            if key in _ITEMS:
                listed = _listed(value) if key == "itemRequired" else _value(_ITEMS[key], value)
                found.setdefault("items", {})[_ITEMS[key]] = listed
            elif key:
                found[key] = _value(key, value)
        except ValueError:
            wrong.append(part.strip())
    return Comment(found, wrong=tuple(wrong))


def _value(key: str, text: str) -> Any:
    """One value of an inline annotation. Raises ValueError."""
    if key in _NUMBERS:
        number = float(text)
        return int(number) if number.is_integer() else number
    if key in _SWITCHES:
        return _one_of({"": True, "true": True, "false": False}, text)
    if key in _TEXTS:
        return text
    if key == "type":
        types = ["null" if item is None else str(item) for item in _listed(text)]
        return types[0] if len(types) == 1 else types
    if key in _LISTS:
        return _listed(text)
    if key in _VALUES:
        return _worded(_yaml(text)) if text else True
    raise ValueError(key)


def _one_of(words: dict[str, bool], text: str) -> bool:
    if text not in words:
        raise ValueError(text)
    return words[text]


def _listed(text: str) -> list[Any]:
    if text.startswith("["):
        return list(_yaml(text))
    return [None if item == "null" else item for item in (piece.strip().strip('"') for piece in text.split(","))]


def _yaml(text: str) -> Any:
    document = read(f"value: {text}\n".encode(), "comment")
    if document.value is None:
        raise ValueError(text)
    return document.value["value"]


def _description(lines: Sequence[str], *, annotated: bool) -> str:
    """The text of a key's comments; nothing where they look like keys that are commented out."""
    telling = [line for line in lines if not _FOR_OTHERS.match(line)]
    marked = next((number for number, line in enumerate(telling) if _DOCUMENTED.match(line)), None)
    if marked is not None:
        telling = [_DOCUMENTED.sub("", telling[marked]), *telling[marked + 1 :]]
    elif not annotated and any(map(_LIKE_YAML.match, telling)):
        return ""
    return " ".join(_bare(telling))


def _bare(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        text = line.lstrip("#").strip()
        if text:
            yield text
