"""Values with one of them changed, to see by rendering whether anything depends on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.goyaml.document import KeyPath

_SWITCHES: Final = ("enabled", "create", "install", "disabled")
_MOST_GATES: Final = 40


def leaves(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of all scalars, and of empty maps and lists."""
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in items:
            yield from leaves(item, (*path, step))
    elif path:
        yield path


def topmost(
    value: Any, chosen: Collection[KeyPath], is_read: Callable[[KeyPath], bool], path: KeyPath = ()
) -> list[KeyPath]:
    """The chosen leaves, and in their place the maps and lists that hold nothing else and are not read themselves."""
    if not isinstance(value, dict | list) or not value:
        return [path] if path in chosen else []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    below = [(topmost(item, chosen, is_read, (*path, step)), (*path, step)) for step, item in items]
    if path and all(found == [own] for found, own in below) and not is_read(path):
        return [path]
    return [leaf for found, _ in below for leaf in found]


def alternatives(value: Any, texts: Sequence[str] = ()) -> list[Any]:
    """Other values to put in a value's place, the likeliest to be noticed first; `texts` are tried for a string."""
    others: Sequence[Any] = ({"other": "other"}, "other", True, 7)
    if isinstance(value, bool):
        others = (not value, "other")
    elif isinstance(value, str):
        others = (f"{value}x", "7", "", *texts)
    elif isinstance(value, int | float):
        others = (value + 1, value * 7 + 3, 0, "other")
    elif isinstance(value, list):
        others = (["other"], [{"name": "other"}])
    return [other for other in others if other.__class__ is not value.__class__ or other != value]


def value_at(values: Any, path: Sequence[str | int]) -> Any:
    """The value at a path that exists."""
    for step in path:
        values = values[step]
    return values


def replaced(values: Any, path: Sequence[str | int], other: Any) -> Any:
    """The values with `other` at `path`, where maps are made as needed; what is not on the way is shared."""
    if not path:
        return other
    step, *rest = path
    if isinstance(values, list) and isinstance(step, int):
        return [replaced(item, rest, other) if index == step else item for index, item in enumerate(values)]
    below = values if isinstance(values, Mapping) else {}
    return {**below, step: replaced(below.get(step, {}), rest, other)}


def gates(values: Mapping[str, Any], path: Sequence[str | int]) -> list[tuple[str | int, ...]]:
    """The booleans that may switch off what `path` is for, in the final values of its chart: the nearest first."""
    found: dict[tuple[str | int, ...], None] = {}
    for depth in range(len(path) - 1, -1, -1):
        start = tuple(path[:depth])
        node = value_at(values, start) if _has(values, start) else {}
        switches = [key for key, item in node.items() if isinstance(item, bool)] if isinstance(node, dict) else []
        found.update(dict.fromkeys((*start, key) for key in sorted(switches, key=_rank)))
    everywhere = [leaf for leaf in leaves(values) if isinstance(value_at(values, leaf), bool)]
    found.update(dict.fromkeys(sorted(everywhere, key=lambda leaf: (_rank(str(leaf[-1])), len(leaf)))))
    return [gate for gate in found if gate != tuple(path)][:_MOST_GATES]


def _rank(key: str) -> tuple[int, str]:
    return (_SWITCHES.index(key) if key in _SWITCHES else len(_SWITCHES), key)


def _has(values: Any, path: Sequence[str | int]) -> bool:
    try:
        value_at(values, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def unstable(first: str, second: str) -> frozenset[int] | None:
    """The lines that differ between two renderings of the same values; None where they have other lines at all."""
    one, two = first.split("\n"), second.split("\n")
    if len(one) != len(two):
        return None
    return frozenset(number for number, pair in enumerate(zip(one, two, strict=True)) if pair[0] != pair[1])


def differs(base: str, other: str, ignored: frozenset[int]) -> bool:
    """Whether two renderings differ in more than the lines that differ anyway."""
    if not ignored or base == other:
        return base != other
    one, two = base.split("\n"), other.split("\n")
    if len(one) != len(two):
        return True
    return any(
        left != right for number, (left, right) in enumerate(zip(one, two, strict=True)) if number not in ignored
    )
