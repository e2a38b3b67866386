"""Which kinds of values a chart's templates ask for: what functions and clauses do with each path that is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from shunter.core.gotemplate.follow import Run
from shunter.core.gotemplate.reads import ANY, Path
from shunter.core.gotemplate.tree import Clause, Function, Node
from shunter.core.gotemplate.values import FILE, At, Bag, Like, Map, Root, Scope, Str, Value


class Ask(StrEnum):
    """What a template asks of a value. `DECIDED` where it looks at the kind, and takes several."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    MAP = "map"
    ITEMS = "items"
    """Of a list or a map."""
    PRINTED = "printed"
    """Any scalar does."""
    SCALAR = "scalar"
    """The same, and the template makes a string of it before it looks."""
    ANYTHING = "anything"
    DECIDED = "decided"


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_TEXTS: Final = _words(
    "trim trimAll trimSuffix trimPrefix upper lower title untitle nospace contains hasPrefix hasSuffix replace plural",
    "snakecase camelcase kebabcase swapcase b64enc b64dec b32enc b32dec sha1sum sha256sum sha512sum htpasswd",
    "split splitList regexMatch mustRegexMatch regexReplaceAll regexReplaceAllLiteral regexFind regexFindAll fromYaml",
    "mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexFind mustRegexFindAll regexSplit mustRegexSplit",
    "regexQuoteMeta",
    "adler32sum fromJson fromYamlArray fromJsonArray semver semverCompare base dir clean ext isAbs urlParse atoi",
)
"""Functions whose arguments are strings: Go's templates stop at any other kind."""
_LAST_TEXT: Final = _words("trunc abbrev indent nindent repeat substr wrap wrapWith initials")
_NUMBERS: Final = _words(
    "int int64 float64 add add1 sub mul div mod max min maxf minf addf subf mulf divf floor ceil round until untilStep",
    "seq",
)
_PRINTING: Final = _words("quote squote printf print println cat")
_LISTS: Final = _words(
    "first mustFirst last mustLast rest mustRest initial mustInitial reverse mustReverse uniq mustUniq without",
    "mustWithout compact mustCompact append mustAppend push mustPush prepend mustPrepend sortAlpha slice mustSlice",
)
_LAST_LIST: Final = _words("join has mustHas")
_MAPS: Final = _words("keys values pick omit hasKey get unset")
_STOPPING: Final = _TEXTS | _LAST_TEXT | _words("tpl dig")
"""Functions that stop at what is missing, wherever they ask for something."""
_LOOKING: Final = _words("kindIs kindOf typeIs typeIsLike typeOf")
_LAZY: Final = _words("and or default coalesce ternary")
_PASSING: Final = _words(
    "and or not empty default coalesce required dict list tuple include len set deepCopy mustDeepCopy fail index"
)
"""Functions that ask nothing of a value that is passed on, or looked at as to whether it is there."""


@dataclass(slots=True)
class Kinds(Run):
    """A run that remembers what is asked of each path, and which paths stop the templates where they are missing."""

    asked: dict[Path, set[Ask]] = field(default_factory=dict)
    needed: set[Path] = field(default_factory=set)
    defaults: dict[Path, str] = field(default_factory=dict)
    """What `default` puts in the place of a value that is missing, where that is a string."""
    free: set[Path] = field(default_factory=set)
    """Maps of which templates that a person writes as values may read any key, at any depth."""
    calls: int = 0
    guards: int = 0

    def asks(self, path: Sequence[str | int]) -> frozenset[Ask]:
        """What is asked of the value at a path, by name or as one of all items."""
        found: set[Ask] = set()
        for known, asked in self.asked.items():
            if len(known) == len(path) and all(step in (ANY, own) for step, own in zip(known, path, strict=True)):
                found |= asked
        return frozenset(found)

    def is_free(self, path: Sequence[str | int]) -> bool:
        """Whether a template in the values may read keys of the map at `path` that no template of the chart names."""
        return any(
            len(known) <= len(path) and all(step in (ANY, own) for step, own in zip(known, path, strict=False))
            for known in self.free
        )

    def evaluate(self, text: Value, context: Value) -> Value:
        """As in `Run`: what is no text of the chart's own is written by whoever sets values."""
        if any(not isinstance(atom, Str | Like) and atom not in FILE for atom in text):
            self._offer(context)
        return Run.evaluate(self, text, context)

    def _offer(self, context: Value) -> None:
        for atom in context:
            if isinstance(atom, At | Root):
                self.free.add(atom.path if isinstance(atom, At) else atom.base)
            elif isinstance(atom, Map):
                self._offer(frozenset().union(*(item for _, item in atom.items)))
            elif isinstance(atom, Bag):
                self._offer(atom.items)

    def _ask(self, value: Value, ask: Ask) -> None:
        for atom in value:
            if isinstance(atom, At):
                self.asked.setdefault(atom.path, set()).add(ask)

    def _need(self, value: Value) -> None:
        if len(value) > 1:  # such as one that has a default
            return
        paths = (atom.path for atom in value if isinstance(atom, At) and atom.path and ANY not in atom.path)
        self.needed.update(() if self.guards else paths)

    def body(self, nodes: Sequence[Node], dot: Value) -> None:
        """As in `Run`: what a named template prints is no argument of the function that calls it."""
        calls, self.calls = self.calls, 0
        Run.body(self, nodes, dot)
        self.calls = calls

    def clause(self, node: Clause, dot: Value, scope: Scope) -> None:
        """As in `Run`: what a clause asks for itself is asked in any case, and what is in it is not."""
        value = self.pipeline(node.pipeline, dot, scope.inner())
        if node.word == "range":
            self._ask(value, Ask.ITEMS)
        self.guards += 1
        Run.clause(self, node, dot, scope)
        self.guards -= 1

    def command(self, operands: Sequence[Any], piped: Value | None, dot: Value, scope: Scope) -> Value:
        """As in `Run`: an `and` may stop at its first operand."""
        lazy = isinstance(operands[0], Function) and operands[0].name in _LAZY
        self.guards += lazy
        found = Run.command(self, operands, piped, dot, scope)
        self.guards -= lazy
        return found

    def call(self, name: Value, argument: Value) -> Value:
        """As in `Run`: of several templates that may be meant, none runs in any case."""
        open_name = any(not isinstance(atom, Str) or len(self.known.get(atom.text, ())) > 1 for atom in name)
        self.guards += open_name
        found = Run.call(self, name, argument)
        self.guards -= open_name
        return found

    def _run_source(self, source: str, context: Value) -> None:
        """As in `Run`: which strings are templates is not known."""
        self.guards += 1
        Run._run_source(self, source, context)
        self.guards -= 1

    def field(self, value: Value, name: str) -> Value:
        """As in `Run`: what has a field is a map, and Helm stops where it is null."""
        self._ask(value, Ask.MAP)
        self._need(value)
        return Run.field(self, value, name)

    def consume(self, value: Value) -> None:
        """As in `Run`: what no function gets is printed."""
        if not self.calls:
            self._ask(value, Ask.PRINTED)
        Run.consume(self, value)

    def function(self, name: str, arguments: list[Value], target: Any, scope: Scope) -> Value:
        """As in `Run`, remembering what the function asks of its arguments."""
        for value, ask in _wanted(name, arguments):
            self._ask(value, ask)
            if name in _STOPPING:
                self._need(value)
        if name == "default" and len(arguments) == 2:
            texts = [atom.text for atom in arguments[0] if isinstance(atom, Str)]
            paths = [atom.path for atom in arguments[1] if isinstance(atom, At)]
            self.defaults.update(dict.fromkeys(paths if len(texts) == len(arguments[0]) == 1 else (), *texts[:1]))
        if name == "required" and arguments:
            self._need(arguments[-1])
        optional = name == "dig"  # what it looks for may be missing at any depth
        self.calls += 1
        self.guards += optional
        found = Run.function(self, name, arguments, target, scope)
        self.guards -= optional
        self.calls -= 1
        return found


def _wanted(name: str, arguments: Sequence[Value]) -> Iterator[tuple[Value, Ask]]:
    last = arguments[-1:]
    if name in ("eq", "ne"):
        for value in arguments:
            others = [other for other in arguments if other is not value]
            yield value, Ask.TEXT if _is_text(others) else Ask.PRINTED
    elif name in ("lt", "le", "gt", "ge"):
        yield from _each(arguments, Ask.PRINTED)
    elif name == "tpl":
        yield from _each(arguments[:1], Ask.TEXT)
    elif name == "ternary":
        yield from _each(last, Ask.BOOLEAN)
    elif name == "dig":
        yield from _each(last, Ask.MAP)
    elif name in _LAST_TEXT or name in _LAST_LIST:
        yield from _each(last, Ask.TEXT if name in _LAST_TEXT else Ask.LIST)
    else:
        yield from _alike(name, arguments)


def _alike(name: str, arguments: Sequence[Value]) -> Iterator[tuple[Value, Ask]]:
    groups = (
        (_TEXTS, Ask.TEXT), (_NUMBERS, Ask.NUMBER), (_PRINTING, Ask.PRINTED), (_LOOKING, Ask.DECIDED),
        (("toString",), Ask.SCALAR),
    )  # fmt: skip
    for names, ask in groups:
        if name in names:
            yield from _each(arguments, ask)
            return
    if name in _LISTS or name in _MAPS:
        yield from _each(arguments[:1], Ask.LIST if name in _LISTS else Ask.MAP)
    elif name == "concat":
        yield from _each(arguments, Ask.LIST)
    elif name.startswith(("merge", "mustMerge")):
        yield from _each(arguments, Ask.MAP)
    elif name not in _PASSING:
        yield from _each(arguments, Ask.ANYTHING)


def _each(values: Iterable[Value], ask: Ask) -> Iterator[tuple[Value, Ask]]:
    return ((value, ask) for value in values)


def _is_text(values: Sequence[Value]) -> bool:
    return bool(values) and all(isinstance(atom, Str) for value in values for atom in value)
