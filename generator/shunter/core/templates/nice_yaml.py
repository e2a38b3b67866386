"""The filter `to_nice_yaml`, with which answers files are written: each key once for equal values.

A mapping in block style is the text of its keys one after the other, and most projects differ in few of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

# What most projects differ in: text that is no other word of YAML, and fits into a line.
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+){0,8}(?<!.{60})")
_WORDS: Final = {"no", "null", "off", "on", "true", "false", "yes"}
_PLAIN: Final = (str, int, float, bool, type(None))
# A line that is this short stays one, whatever it is indented by here.
_SHORT: Final = 60
_FIRST: Final = "-   "
_FURTHER: Final = "    "
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
        return "".join(self._entry(key, value) for key in sorted(value))

    def _entry(self, key: str, mapping: Mapping[str, Any]) -> str:
        value = mapping[key]
        if type(value) is str and _NAME.fullmatch(value) and _NAME.fullmatch(key) and not {key, value} & _WORDS:
            return f"{key}: {value}\n"
        if type(value) is list and value and type(value[0]) is dict:
            head, items = self._dumped(key, []), [self._item(item) for item in value]
            if "" not in items and head.count("\n") == 1:
                return head.removesuffix(" []\n") + "\n" + "".join(items)
        return self._dumped(key, value)

    def _dumped(self, key: str, value: Any) -> str:
        place = key, type(value).__name__, repr(value)
        if place not in self._known:
            self._known[place] = self._dump({key: value})
        return self._known[place]

    def _item(self, item: Any) -> str:
        """A mapping in a list, its keys one after the other; empty for what is no mapping of short text and numbers."""
        if type(item) is not dict or any(type(value) in (dict, list) for value in item.values()):
            return ""
        lines = [self._entry(key, item) for key in sorted(item)]
        if any(len(line) > _SHORT or len(line.splitlines()) != 1 for line in lines):
            return ""
        return "".join((_FURTHER if number else _FIRST) + line for number, line in enumerate(lines))


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
