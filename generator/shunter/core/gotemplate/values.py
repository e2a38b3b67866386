"""What an expression in a chart template may be, as far as it matters to who reads which values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from shunter.core.gotemplate.reads import Path


@dataclass(frozen=True, slots=True)
class Root:
    """A chart's context: `.Values` and all that Helm puts beside it. `base` is where its values stand."""

    base: Path = ()


@dataclass(frozen=True, slots=True)
class At:
    """What stands at a path of the values."""

    path: Path


@dataclass(frozen=True, slots=True)
class Map:
    """A map that a template makes with `dict`."""

    items: tuple[tuple[str, Value], ...]
    height: int = 1


@dataclass(frozen=True, slots=True)
class Bag:
    """A list, or a map with computed keys: any of its items."""

    items: Value
    height: int = 1


@dataclass(frozen=True, slots=True)
class Str:
    """A string that stands in a template."""

    text: str


@dataclass(frozen=True, slots=True)
class Like:
    """A string that matches a regular expression."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else: `what` is `text`, `nil`, `file` (of the chart), `subcharts`, or `source` (may hold `{{`)."""

    what: str
    base: Path = ()


Atom: TypeAlias = Root | At | Map | Bag | Str | Like | Other
Value: TypeAlias = frozenset[Any]
"""What an expression may be: any of its atoms."""

TEXT: Final[Value] = frozenset((Other("text"),))
NIL: Final[Value] = frozenset((Other("nil"),))
FILE: Final[Value] = frozenset((Other("file"),))
SOURCE: Final[Value] = frozenset((Other("source"),))
_CARRIED: Final = FILE | SOURCE


@dataclass(slots=True)
class Scope:
    """Variables, innermost block last."""

    frames: list[dict[str, Value]]

    def get(self, name: str) -> Value:
        """What a variable may be."""
        return next((frame[name] for frame in reversed(self.frames) if name in frame), TEXT)

    def declare(self, name: str, value: Value) -> None:
        """`$name := value`."""
        self.frames[-1][name] = value

    def join(self, name: str, value: Value) -> None:
        """`$name = value`, in a block that may or may not run."""
        frame = next((frame for frame in reversed(self.frames) if name in frame), self.frames[-1])
        frame[name] = frame.get(name, frozenset()) | value

    def inner(self) -> Scope:
        """The scope of a block."""
        return Scope([*self.frames, {}])

    def size(self) -> int:
        """How much is known of all variables; it only grows."""
        return sum(len(value) for frame in self.frames for value in frame.values())


def height(value: Value) -> int:
    """How many maps and lists that templates make stand in each other."""
    return max((atom.height for atom in value if isinstance(atom, Map | Bag)), default=0)


def carried(arguments: Iterable[Value]) -> Value:
    """What a function's result keeps of its arguments: that it may be a template's source, or a file."""
    found: Value = TEXT
    for atom in frozenset().union(*arguments):
        found |= SOURCE if is_source(atom) else frozenset((atom,)) & _CARRIED
    return found


def is_source(atom: Atom) -> bool:
    """Whether a string that stands in a template, or is made of such, may be a template itself."""
    return (isinstance(atom, Str) and "{{" in atom.text) or (isinstance(atom, Like) and r"\{\{" in atom.pattern)
