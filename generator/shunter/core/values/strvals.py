"""Helm's `--set` language: `a.b=1,list[0]=x,names={x,y}` (helm pkg/strvals, read from its documented behaviour).

Its relatives differ in what a value is: text (`--set-string`), JSON (`--set-json`), what a file holds (`--set-file`),
or all that is left, as it is (`--set-literal`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shunter.core.goyaml.document import Document, merge_maps, of_mapping
from shunter.core.values.json_value import json_at
from shunter.model.errors import ShunterError

_INTEGER = re.compile(r"0|[1-9][0-9]{0,18}|[+-][0-9]{1,40}")
_INDEX = re.compile(r"[+-]?[0-9]{1,18}")
_MOST_ITEMS = 65536
Read = Callable[[str], str]
_DEEPEST = 30
_MOST_LISTS = 200
"""Helm follows any number of indices in one key; our stack does not."""


def parse_set(
    text: str, base: dict[str, Any] | None = None, flag: str = "--set", read: Read | None = None
) -> dict[str, Any]:
    """The values that one argument of a `flag` gives, laid into `base` (which may be changed) or into an empty map.

    `read` gives the text of a file that `--set-file` names. Raises ShunterError where Helm refuses the argument.
    """
    values: dict[str, Any] = {} if base is None else base
    if flag == "--set-json" and text.strip()[:1] == "{":
        whole, end = _json(text, f"{flag} {text}", 0)
        if text[end:].strip():
            raise ShunterError(f"{flag} {text}: something follows the object", hint="give one JSON object")
        return merge_maps(values, whole)
    _PARSERS[flag](text, flag, read).run(values)
    return values


def in_helms_order(given: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Arguments by flag as one list of `FLAG ARGUMENT`, in the order in which Helm lays them over each other."""
    return tuple(f"{flag} {text}" for flag in FLAGS for text in given.get(flag, ()))


def set_layers(layers: Sequence[Document], sets: Sequence[str], read: Read | None = None) -> Iterator[Document]:
    """A document for each of `sets`, `FLAG ARGUMENT`, to lie on `layers`; its spans name it.

    Helm sets an item of a list in the list that the files and the arguments before it gave.
    """
    values: dict[str, Any] = {}
    for layer in layers:
        values = merge_maps(values, layer.value or {})
    for given in sets:
        flag, _, text = given.partition(" ")
        values = parse_set(text, _copied(values), flag, read)
        yield of_mapping(_touched(text, values, flag, read), given)


def _touched(text: str, values: Mapping[str, Any], flag: str, read: Read | None) -> dict[str, Any]:
    """What an argument set or changed in `values`, lists whole."""
    try:
        alone = parse_set(text, flag=flag, read=read)
    except ShunterError:  # which needs what was there before
        return dict(values)
    return _part(values, alone)


def _part(values: Mapping[str, Any], shape: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _part(values[key], below) if below and isinstance(below, dict) else values[key]
        for key, below in shape.items()
        if key in values
    }


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


class _EndError(Exception):
    """The text ends where Helm stops reading and is content."""


class _Parser:
    """A port of Helm's parser: it changes the values in place as it reads, and some texts that break off are fine."""

    def __init__(self, text: str, flag: str, read: Read | None) -> None:
        self.text = text
        self.flag = flag
        self.read = read
        self.at = 0
        self.lists = 0

    def run(self, values: dict[str, Any]) -> None:
        try:
            while True:
                self.lists = 0
                self.key(values, 0)
        except _EndError:
            pass

    def fail(self, message: str) -> ShunterError:
        return ShunterError(f"{self.flag} {self.text}: {message}", hint=f"such as {self.flag} {_SUCH_AS[self.flag]}")

    def until(self, stops: str) -> tuple[str, str]:
        """The text up to one of `stops`, and that character (empty at the end); a backslash takes one as it is."""
        found: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character in stops:
                return "".join(found), character
            if character != "\\":
                found.append(character)
            elif self.at < len(self.text):
                found.append(self.text[self.at])
                self.at += 1
        return "".join(found), ""

    def key(self, values: dict[str, Any], depth: int) -> None:
        name, stop = self.until("=[,.")
        if stop == "=":
            put(values, name, *self.value())
        elif stop == ".":
            self.below(values, name, depth + 1)
        elif stop == "[":
            self.items(values, name, depth)
        elif stop or name:
            raise self.fail(f"key `{name}` has no value")
        else:
            raise _EndError

    def below(self, values: dict[str, Any], name: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise self.fail("is nested too deeply")
        inner = self.like(values.get(name, {}), {})
        try:
            self.key(inner, depth)
            if not inner:
                raise self.fail(f"`{name}.` has no key after the dot")
        finally:
            if inner:
                put(values, name, inner)

    def items(self, values: dict[str, Any], name: str, depth: int) -> None:
        index = self.index()
        items = self.like(values.get(name, []), [])
        try:
            self.item(items, index, depth)
        finally:
            put(values, name, items)

    def item(self, items: list[Any], index: int, depth: int) -> None:
        if index < 0:
            raise self.fail(f"`[{index}]` is no index")
        self.lists += 1
        if self.lists > _MOST_LISTS:
            raise self.fail("is nested too deeply")
        text, stop = self.until("[.=")
        if text:
            raise self.fail("an index is followed by `=`, `.` or `[`")
        if stop == "=":
            set_item(items, self.index_in_range(index), self.value()[0])
        elif stop == "[":
            following = self.index()
            before = items[index] if index < len(items) else None
            inner = self.like([] if before is None else before, [])
            self.item(inner, following, depth)
            set_item(items, self.index_in_range(index), inner)
        elif stop == ".":
            fields: dict[str, Any] = {}
            if index < len(items):
                fields = items[index] = items[index] if isinstance(items[index], dict) else fields
            self.key(fields, depth)
            set_item(items, self.index_in_range(index), fields)
        else:
            raise _EndError

    def index(self) -> int:
        text, stop = self.until("]")
        if not stop:
            raise _EndError
        if not _INDEX.fullmatch(text):
            raise self.fail(f"`[{text}` is not an index")
        return int(text)

    def index_in_range(self, index: int) -> int:
        if index > _MOST_ITEMS:
            raise self.fail(f"lists have at most {_MOST_ITEMS} items")
        return index

    def value(self) -> tuple[Any, bool]:
        """The value, and whether it is an empty one at the end of the text."""
        if self.text[self.at : self.at + 1] == "{":
            self.at += 1
            return self.listed(), False
        ended = self.at >= len(self.text)
        return "" if ended else self.typed(self.until(",")[0]), ended

    def typed(self, text: str) -> Any:
        """What the text of a value, or of an item of a list, stands for."""
        return typed(text)

    def like(self, value: Any, empty: Any) -> Any:
        if value.__class__ is not empty.__class__:
            raise self.fail("sets a key below a value that is no map, or an index of what is no list")
        return value

    def listed(self) -> list[Any]:
        items: list[Any] = []
        while True:
            text, stop = self.until(",}")
            if stop == "":
                raise self.fail("a list has no `}`")
            items.append(self.typed(text))
            if stop == "}":
                if self.text[self.at : self.at + 1] == ",":
                    self.at += 1
                return items


class _Texts(_Parser):
    """`--set-string`: every value is text."""

    def typed(self, text: str) -> Any:
        return text


class _Files(_Parser):
    """`--set-file`: a value is the name of a file, and stands for its text."""

    def typed(self, text: str) -> Any:
        if self.read is None:
            raise self.fail("no file is read here")
        return self.read(text)


class _Values(_Parser):
    """`--set-json`: a value is JSON, and what follows it up to a comma must be blank."""

    def value(self) -> tuple[Any, bool]:
        if self.blank():
            return None, False
        value, self.at = _json(self.text, f"{self.flag} {self.text}", self.at)
        self.blank()
        return value, False

    def blank(self) -> bool:
        """Pass over blanks; whether the text, or this value of it, ends there."""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character != "," and not character.isspace():
                return False
            self.at += 1
            if character == ",":
                return True
        return True


class _Literal(_Parser):
    """`--set-literal`: behind the key all is text, and nothing in the argument is escaped."""

    def until(self, stops: str) -> tuple[str, str]:
        found = next((at for at in range(self.at, len(self.text)) if self.text[at] in stops.replace(",", "")), None)
        text = self.text[self.at : found]
        self.at = len(self.text) if found is None else found + 1
        return text, "" if found is None else self.text[found]

    def value(self) -> tuple[Any, bool]:
        text, self.at = self.text[self.at :], len(self.text)
        return text, False


_PARSERS: dict[str, type[_Parser]] = {
    "--set-json": _Values,
    "--set": _Parser,
    "--set-string": _Texts,
    "--set-file": _Files,
    "--set-literal": _Literal,
}
FLAGS = tuple(_PARSERS)
"""The flags that set values, in Helm's order: what a later one sets lies over what an earlier one did."""
_SUCH_AS = {
    "--set-json": 'orders.hosts=\'["a","b"]\'',
    "--set": "orders.replicaCount=3",
    "--set-string": "orders.image.tag=1.10",
    "--set-file": "orders.config=app.conf",
    "--set-literal": "orders.greeting='a, b'",
}


def _json(text: str, shown: str, at: int) -> tuple[Any, int]:
    """The JSON value that begins at a place of a text, and the place behind it."""
    try:
        return json_at(text, at)
    except ValueError as error:
        hint = f"such as --set-json {_SUCH_AS['--set-json']}"
        raise ShunterError(f"{shown}: this is no JSON: {error}", hint=hint) from None


def put(values: dict[str, Any], name: str, value: Any, ended: bool = False) -> None:
    """Set a key; Helm passes over an empty one. Raises _EndError after the last, empty value of a text (`ended`)."""
    if name:
        values[name] = value
    if ended:
        raise _EndError


def set_item(items: list[Any], index: int, value: Any) -> None:
    """Set an item of a list, which grows to hold it."""
    items += [None] * (index + 1 - len(items))
    items[index] = value


def typed(text: str) -> Any:
    """The type that `--set` gives to a value: null, booleans and integers; all else is a string."""
    known = {"null": None, "true": True, "false": False}
    if text.casefold() in known:
        return known[text.casefold()]
    if _INTEGER.fullmatch(text) and -(2**63) <= int(text) < 2**63:
        return int(text)
    return text
