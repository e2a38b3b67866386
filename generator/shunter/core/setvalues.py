"""Helm's `--set` language: `a.b=1,list[0]=x,names={x,y}` (helm pkg/strvals, read from its documented behaviour)."""

from __future__ import annotations

import re
from typing import Any

from shunter.model.errors import ShunterError

_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,18})")
_INDEX = re.compile(r"[0-9]{1,9}")
_MOST_ITEMS = 65536
_DEEPEST = 30


def parse_set(text: str, base: dict[str, Any] | None = None) -> dict[str, Any]:
    """The values that one `--set` argument gives, laid into `base` (which is changed) or into an empty map."""
    values: dict[str, Any] = {} if base is None else base
    _Parser(text).run(values)
    return values


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.ended_empty = False

    def run(self, values: dict[str, Any]) -> None:
        while self.at < len(self.text):
            self.key(values, 0)

    def fail(self, message: str) -> ShunterError:
        return ShunterError(f"--set {self.text}: {message}", hint="such as --set orders.replicaCount=3")

    def until(self, stops: str) -> tuple[str, str]:
        """The text up to one of `stops`, and that character (empty at the end); a backslash takes it as it is."""
        found: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character == "\\" and self.at < len(self.text):
                found.append(self.text[self.at])
                self.at += 1
            elif character in stops:
                return "".join(found), character
            else:
                found.append(character)
        return "".join(found), ""

    def key(self, values: dict[str, Any], depth: int) -> None:
        if depth > _DEEPEST:
            raise self.fail("is nested too deeply")
        name, stop = self.until("=[,.")
        if stop == "=":
            put(values, name, self.value())
        elif stop == ".":
            inner = self.below(values.get(name, {}), {})
            if self.at < len(self.text):
                self.key(inner, depth + 1)
                if not inner and not self.text.endswith("."):
                    raise self.fail(f"`{name}.` has no key after the dot")
                if inner:
                    put(values, name, inner)
        elif stop == "[":
            put(values, name, self.item(list(self.below(values.get(name, []), [])), depth + 1))
        else:
            raise self.fail(f"key `{name}` has no value")

    def item(self, items: list[Any], depth: int) -> list[Any]:
        if depth > _DEEPEST:
            raise self.fail("is nested too deeply")
        index = self.index()
        if self.at >= len(self.text):
            return items
        before = list(items)
        items += [None] * (index + 1 - len(items))
        stop = self.text[self.at : self.at + 1]
        self.at += 1
        if stop == "=":
            items[index] = self.value()
        elif stop == ".":
            inner = self.below(items[index] or {}, {})
            self.key(inner, depth + 1)
            if self.ended_empty:
                return before  # Helm drops the item whose last key has no value
            items[index] = inner
        elif stop == "[":
            items[index] = self.item(list(self.below(items[index] or [], [])), depth + 1)
        else:
            raise self.fail("an index is followed by `=`, `.` or `[`")
        return items

    def index(self) -> int:
        text, stop = self.until("]")
        if stop != "]" or not _INDEX.fullmatch(text) or int(text) > _MOST_ITEMS:
            raise self.fail(f"`[{text}` is not an index")
        return int(text)

    def value(self) -> Any:
        if self.text[self.at : self.at + 1] == "{":
            self.at += 1
            return self.listed()
        text, stop = self.until(",")
        self.ended_empty = not text and not stop
        return typed(text)

    def below(self, value: Any, empty: Any) -> Any:
        if value.__class__ is not empty.__class__:
            raise self.fail("sets a key below a value that is no map, or an index of what is no list")
        return value

    def listed(self) -> list[Any]:
        items: list[Any] = []
        while True:
            text, stop = self.until(",}")
            if stop == "":
                raise self.fail("a list has no `}`")
            if stop == "}":
                items.append(typed(text))
                if self.text[self.at : self.at + 1] == ",":
                    self.at += 1
                return items
            items.append(typed(text))


def put(values: dict[str, Any], name: str, value: Any) -> None:
    """Set a key; Helm passes over an empty one."""
    if name:
        values[name] = value


def typed(text: str) -> Any:
    """The type that `--set` gives to a value: null, booleans and integers; all else is a string."""
    known = {"null": None, "true": True, "false": False}
    if text.lower() in known:
        return known[text.lower()]
    if _INTEGER.fullmatch(text) and -(2**63) <= int(text) < 2**63:
        return int(text)
    return text
