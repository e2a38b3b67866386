"""The tree of a Go template: enough of it to follow which values a chart template reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Dot:
    """`.`"""


@dataclass(frozen=True, slots=True)
class Variable:
    """`$x`, or `$`, by its name without the dollar."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; `text` is None unless it is a string."""

    text: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """The name of a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The fields `names` of what `base` is: `.a.b`, `$x.a`, `(f x).a`."""

    base: Operand
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each given the result of the one before it; and the variables that take the result.

    `declares` tells `:=` from `=`.
    """

    commands: tuple[tuple[Operand, ...], ...]
    variables: tuple[str, ...] = ()
    declares: bool = False


Operand: TypeAlias = Dot | Variable | Literal | Function | Chain | Pipeline


@dataclass(frozen=True, slots=True)
class Action:
    """`{{ pipeline }}`."""

    pipeline: Pipeline
    line: int


@dataclass(frozen=True, slots=True)
class Clause:
    """`if`, `with` or `range`, with what stands after its `else`."""

    word: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    """`{{ template "name" pipeline }}`, and what a `block` does at its place."""

    name: str
    pipeline: Pipeline | None
    line: int


Node: TypeAlias = Action | Clause | Call


@dataclass(frozen=True, slots=True)
class Define:
    """A named template: its tree, its text between `define` and `end`, and whether it prints anything at all.

    The text is without the blanks that `define` and `end` trim.
    """

    name: str
    body: tuple[Node, ...]
    text: str
    line: int
    empty: bool


@dataclass(frozen=True, slots=True)
class Template:
    """One template file: its own tree, and the named templates in it, in order."""

    body: tuple[Node, ...]
    defines: tuple[Define, ...]
