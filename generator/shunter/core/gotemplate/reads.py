"""Which values a chart's templates read: what is marked while they are followed, and the verdict on one key path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

Path = tuple[str, ...]
ANY: Final = "\0"
"""In a marked path: every key of a map, every item of a list."""


class Usage(StrEnum):
    """What a chart's templates make of a key. `UNKNOWN` where the values go where nobody can follow them."""

    USED = "used"
    UNUSED = "unused"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Mark:
    """One step of a path. A place is `templates/x.yaml:3`, empty where nothing of the kind happens."""

    below: dict[str, _Mark] = field(default_factory=dict)
    tested: str = ""
    whole: str = ""
    unknown: str = ""


@dataclass(slots=True)
class Reads:
    """The paths that templates read: some only as to whether there is something, some with all that is below."""

    root: _Mark = field(default_factory=_Mark)

    def tested(self, path: Path, place: str) -> None:
        """It matters whether something stands at `path`, and what, if it is a scalar."""
        mark = self._mark(path)
        mark.tested = mark.tested or place

    def whole(self, path: Path, place: str) -> None:
        """Everything at and below `path` is printed, or given to a function."""
        mark = self._mark(path)
        mark.whole = mark.whole or place

    def unknown(self, path: Path, place: str) -> None:
        """Everything at and below `path` goes where it cannot be followed."""
        mark = self._mark(path)
        mark.unknown = mark.unknown or place

    def _mark(self, path: Path) -> _Mark:
        mark = self.root
        for step in path:
            mark = mark.below.setdefault(step, _Mark())
        return mark

    def usage(self, path: Sequence[str | int]) -> tuple[Usage, str]:
        """What becomes of the value at `path`, and a place that shows it (empty if it is unused)."""
        found = (Usage.UNUSED, "")
        level = [self.root]
        for depth in range(len(path) + 1):
            last = depth == len(path)
            for mark in level:
                usage = _usage_at(mark, last=last)
                if usage[0] is Usage.USED:
                    return usage
                found = usage if usage[0] is Usage.UNKNOWN else found
            if not last:
                level = [mark.below[step] for mark in level for step in _steps(path[depth]) if step in mark.below]
        return found

    def names(self, path: Sequence[str | int]) -> tuple[str, ...]:
        """The keys that are read below `path` by name."""
        return tuple(sorted({key for mark in self._at(path) for key in mark.below} - {ANY}))

    def _at(self, path: Sequence[str | int]) -> list[_Mark]:
        level = [self.root]
        for step in path:
            level = [mark.below[key] for mark in level for key in _steps(step) if key in mark.below]
        return level

    def named(self) -> Iterator[Path]:
        """Every path that is read by name, all the way down."""
        stack: list[tuple[Path, _Mark]] = [((), self.root)]
        while stack:
            path, mark = stack.pop()
            for key, below in mark.below.items():
                if key != ANY:
                    yield (*path, key)
                    stack.append(((*path, key), below))

    def is_by_name(self, path: Sequence[str | int]) -> bool:
        """Whether nobody reads a map above `path` as a whole, and nothing of it goes where it cannot be followed."""
        above = (self._at(path[:depth]) for depth in range(len(path)))
        return not any(mark.whole or mark.unknown for level in above for mark in level)

    def is_named(self, path: Sequence[str | int]) -> bool:
        """Whether templates read the last key of `path` by its own name, whatever they do with the map as a whole."""
        return any(path[-1] in mark.below for mark in self._at(path[:-1]))

    def is_closed(self, path: Sequence[str | int]) -> bool:
        """Whether of the map at `path` only keys are read that stand in the templates."""
        by_item = any(ANY in mark.below for mark in self._at(path))
        return self.is_by_name((*path, "")) and bool(self.names(path)) and not by_item


def _steps(step: str | int) -> tuple[str, ...]:
    return (step, ANY) if isinstance(step, str) else (ANY,)


def _usage_at(mark: _Mark, *, last: bool) -> tuple[Usage, str]:
    """What one mark on the way to a path says of it; `last` if it is the path's own."""
    if mark.whole:
        return Usage.USED, mark.whole
    if mark.unknown:
        return Usage.UNKNOWN, mark.unknown
    if last:
        return (Usage.USED, _location(mark)) if mark.tested or mark.below else (Usage.UNUSED, "")
    only_tested = mark.tested and not mark.below
    return (Usage.UNKNOWN, mark.tested) if only_tested else (Usage.UNUSED, "")


def _location(mark: _Mark) -> str:
    while True:
        found = mark.tested or mark.whole or mark.unknown
        if found or not mark.below:
            return found
        mark = next(iter(mark.below.values()))
