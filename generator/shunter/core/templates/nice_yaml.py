"""The filter `to_nice_yaml`, with which answers files are written: each key once for equal values.

A mapping in block style is the text of its keys one after the other, and most projects differ in few of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

# What most projects differ in: text that is no other word of YAML, and fits into a line.
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_./][a-z0-9]+){0,8}(?<!.{60})")
_WORDS: Final = {"no", "null", "off", "on", "true", "false", "yes"}
_PLAIN: Final = (str, int, float, bool, type(None))
# A line that is this short stays one.
_LONGEST: Final = 72
_FIRST: Final = "-   "
_INDENT: Final = "    "
_ANY: Final = "a"
Dump = Callable[..., str]


class NiceYaml:
    """The filter: `dump` is Copier's own, which is asked for every text that is not known yet."""

    def __init__(self, dump: Dump) -> None:
        self._dump = dump
        self._known: dict[tuple[str, str, str], str] = {}

    def __call__(self, value: Any, *args: Any, **named: Any) -> str:
        """The text that `dump` gives."""
        if args or named or not _is_simple(value) or not isinstance(value, dict) or not value:
            return self._dump(value, *args, **named)
        return "".join(self._entry(key, value[key]) for key in sorted(value))

    def _entry(self, key: str, value: Any) -> str:
        """A key with its value: in lines, where each is short, and as `dump` writes the whole of it else."""
        lines = self._lines(key, value)
        if lines is None or any(len(line) > _LONGEST for line in lines):
            return self._dumped(key, value)
        return "\n".join(lines) + "\n"

    def _lines(self, key: str, value: Any) -> list[str] | None:
        """A key and its value line by line; None where a text has several lines, or is unusual."""
        if type(value) is str and _NAME.fullmatch(value) and _NAME.fullmatch(key) and not {key, value} & _WORDS:
            return [f"{key}: {value}"]
        if not value or type(value) not in (dict, list):
            return self._line(key, value)
        head = self._line(key, [])
        below = self._keys(value) if type(value) is dict else self._items(value)
        if head is None or below is None:
            return None
        indent = _INDENT if type(value) is dict else ""
        return [head[0].removesuffix(" []"), *(indent + line for line in below)]

    def _keys(self, mapping: Mapping[str, Any]) -> list[str] | None:
        found = [self._lines(key, mapping[key]) for key in sorted(mapping)]
        return None if None in found else [line for lines in found for line in lines or ()]

    def _items(self, items: list[Any]) -> list[str] | None:
        found: list[str] = []
        for item in items:
            nested = bool(item) and type(item) is dict
            lines = self._keys(item) if nested else self._lines(_ANY, item)
            if lines is None or type(item) is list:
                return None
            if nested:
                found += [_FIRST + lines[0], *(_INDENT + line for line in lines[1:])]
            else:
                found.append("-" + lines[0].removeprefix(f"{_ANY}:"))
        return found

    def _line(self, key: str, value: Any) -> list[str] | None:
        text = self._dumped(key, value)
        return [text[:-1]] if len(text.splitlines()) == 1 else None

    def _dumped(self, key: str, value: Any) -> str:
        place = key, type(value).__name__, repr(value)
        if place not in self._known:
            self._known[place] = self._dump({key: value})
        return self._known[place]


def _is_simple(value: Any) -> bool:
    """Whether there are only plain values, and no list or mapping in two places: YAML would give that a name."""
    found = list(_containers(value))
    return None not in found and len(found) == len(set(found))


def _containers(value: Any) -> Iterator[int | None]:
    """What tells each list and mapping from others; None for something else than plain values and text as keys."""
    if type(value) is dict:
        yield id(value)
        for key, item in value.items():
            if type(key) is not str:
                yield None
            yield from _containers(item)
    elif type(value) is list:
        yield id(value)
        for item in value:
            yield from _containers(item)
    elif type(value) not in _PLAIN:
        yield None
