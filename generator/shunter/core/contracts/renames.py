"""What a key is called in another version of a chart, by the likeness of names, places and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

from shunter.core.goyaml.document import KeyPath, value_at
from shunter.model.wording import dotted

_LIKELY: Final = 0.6
_NAMESAKE: Final = 0.4
_CLOSE: Final = 0.05
_MOST: Final = 2_000
_USUAL: Final = ("", None, 0, 1, True, False)
"""Defaults that many keys have."""


def renamed(path: KeyPath, value: Any, old: Any, new: Any, fresh: Iterable[KeyPath]) -> tuple[KeyPath, ...]:
    """The most likely new names of the key at `path`, which is set to `value`: none, one, or several as likely.

    `old` and `new` are the defaults of the two versions, `fresh` the paths that only the new one knows.
    """
    was = value_at(old, path)
    candidates = list(fresh)[:_MOST]
    ranked = sorted(((_likeness(path, value, was, other, new), other) for other in candidates), reverse=True)
    best = ranked[0][0] if ranked else 0.0
    return tuple(other for likeness, other in ranked if likeness >= max(_LIKELY, best - _CLOSE))[:2]


def _likeness(path: KeyPath, value: Any, was: Any, other: KeyPath, new: Any) -> float:
    shape = _shape(value, was, value_at(new, other))
    if shape == 0.0:
        return 0.0
    name = max(_alike(path[-1], other[-1]), 0.9 * _alike(path[-1], other[-2]) if len(other) > 1 else 0.0)
    if name < _NAMESAKE and shape < 1.0:
        return 0.0
    return 0.5 * name + 0.2 * _alike(dotted(path), dotted(other)) + 0.3 * shape


def _shape(value: Any, was: Any, default: Any) -> float:
    """How well a value, and the default that it had, go with another key's default: 0 where they cannot."""
    if default is None:
        return 0.0 if isinstance(value, dict) else 0.5
    if isinstance(value, dict) and isinstance(default, dict):
        mine = value.keys() | (was.keys() if isinstance(was, dict) else set())
        return len(mine & default.keys()) / max(len(mine | default.keys()), 1) or (0.1 if not default else 0.0)
    if isinstance(value, dict | list) or isinstance(default, dict | list):
        return 0.5 if type(value) is type(default) else 0.0
    if type(was) is type(default) and was == default and not _is_usual(default):
        return 1.0
    return 0.5 if isinstance(value, str) == isinstance(default, str) else 0.3


def _is_usual(value: Any) -> bool:
    return any(value is usual or (value == usual and type(value) is type(usual)) for usual in _USUAL)


def _alike(one: str | int, other: str | int) -> float:
    first, second = (re.sub(r"[-_]", "", str(word)).lower() for word in (one, other))
    if first in second.split(".") or second in first.split("."):
        return 1.0 if first == second else 0.9
    return SequenceMatcher(None, first, second).ratio()


def paths_in(values: Mapping[str, Any], path: KeyPath = ()) -> Iterable[KeyPath]:
    """The paths of all keys in values."""
    for key, value in values.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from paths_in(value, (*path, key))
