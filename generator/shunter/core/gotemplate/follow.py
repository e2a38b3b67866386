"""Following the values through a chart's templates: an abstract run of Go templates with Helm's and sprig's functions.

Both branches of every `if` are taken, every loop goes round until nothing new is learnt, and a function that is not
known here reads all that it is given. Where a value goes where it cannot be followed (a template called by a computed
name, `set` into a map, a merge), it is marked as unknown. So what is called unused here is read by no template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from shunter.core.gotemplate import parse
from shunter.core.gotemplate.functions import FUNCTIONS
from shunter.core.gotemplate.reads import ANY, Path, Reads
from shunter.core.gotemplate.rename import public
from shunter.core.gotemplate.tree import Action, Call, Clause, Define, Dot, Function, Literal, Node, Pipeline, Variable
from shunter.core.gotemplate.values import (
    FILE,
    NIL,
    SOURCE,
    TEXT,
    At,
    Atom,
    Bag,
    Like,
    Map,
    Other,
    Root,
    Scope,
    Str,
    Value,
    carried,
    is_source,
)

_MOST_STEPS: Final = 50_000
_MOST_CALLS: Final = 1_000
_DEEPEST: Final = 16
_LONGEST: Final = 12
_ROUNDS: Final = 4


_FRESH: Final = frozenset(("dict", "deepCopy", "mustDeepCopy", "fromYaml", "fromJson"))


class TooMuchError(Exception):
    """The templates are too many to be followed, or one sends all values where they cannot be followed."""


@dataclass(slots=True)
class Run:
    """One chart's templates with the named templates of its whole release.

    `sources` are strings of the values, and `files` files of the chart, that hold `{{` and may be run by `tpl`.
    `opened` are keys that some template adds to a map with `set`: None if it may be any key.
    """

    defines: Mapping[str, Sequence[tuple[str, Define]]]
    sources: Sequence[str] = ()
    files: Sequence[str] = ()
    opened: frozenset[str] | None = frozenset()
    reads: Reads = field(default_factory=Reads)
    file: str = ""
    line: int = 0
    steps: int = 0
    depth: int = 0
    prints_source: bool = False
    complete: bool = True
    done: set[tuple[str, Value]] = field(default_factory=set)
    known: dict[str, dict[str, None]] = field(init=False, default_factory=dict)
    """The named templates by each name that may call them: values have the public one."""

    def __post_init__(self) -> None:
        for name in self.defines:
            for known in (name, public(name)):
                self.known.setdefault(known, {})[name] = None

    @property
    def location(self) -> str:
        """Where the run is."""
        return f"{self.file}:{self.line}"

    def template(self, path: str, body: Sequence[Node]) -> None:
        """Run a template file. Raises TooMuchError."""
        self.file = path
        self.body(body, frozenset((Root(),)))

    def body(self, nodes: Sequence[Node], dot: Value) -> None:
        """Run a named template, or a file, with `dot`."""
        self.nodes(nodes, dot, Scope([{"": dot}]))

    def nodes(self, nodes: Iterable[Node], dot: Value, scope: Scope) -> None:
        """Run a list of nodes."""
        for node in nodes:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise TooMuchError
            self.line = node.line
            if isinstance(node, Action):
                value = self.pipeline(node.pipeline, dot, scope)
                if not node.pipeline.variables:
                    self.consume(value)
                    self.prints_source = self.prints_source or any(map(is_source, value)) or bool(value & SOURCE)
            elif isinstance(node, Clause):
                self.clause(node, dot, scope.inner())
            elif isinstance(node, Call):
                argument = self.pipeline(node.pipeline, dot, scope) if node.pipeline else NIL
                self.call(frozenset((Str(node.name),)), argument)

    def clause(self, node: Clause, dot: Value, scope: Scope) -> None:
        """Run an `if`, `with` or `range`."""
        value = self.pipeline(node.pipeline, dot, scope)
        self.test(value)
        if node.word == "range":
            self.loop(node, value, dot, scope)
        elif value != NIL:
            self.nodes(node.body, value if node.word == "with" else dot, scope.inner())
        self.nodes(node.otherwise, dot, scope.inner())

    def loop(self, node: Clause, value: Value, dot: Value, scope: Scope) -> None:
        """Run a `range` until its variables hold nothing new."""
        items = self.items(value)
        self.test(items)
        names = node.pipeline.variables
        for name, taken in zip(names, (items,) if len(names) == 1 else (TEXT, items), strict=False):
            scope.declare(name, taken)
        for _ in range(_ROUNDS):
            before = scope.size()
            self.nodes(node.body, items, scope.inner())
            if scope.size() == before:
                return
        for frame in scope.frames:
            for name, held in frame.items():
                self.escape(held)
                frame[name] = held | TEXT

    def pipeline(self, pipeline: Pipeline, dot: Value, scope: Scope) -> Value:
        """What a pipeline results in; its variables are set."""
        value: Value | None = None
        for command in pipeline.commands:
            value = self.command(command, value, dot, scope)
        assert value is not None
        bind = scope.declare if pipeline.declares else scope.join
        if len(pipeline.variables) == 1:
            bind(pipeline.variables[0], value)
        return value

    def command(self, operands: Sequence[Any], piped: Value | None, dot: Value, scope: Scope) -> Value:
        """One command, given what is piped into it as its last argument."""
        head, *rest = operands
        arguments = [self.operand(operand, dot, scope) for operand in rest]
        if piped is not None:
            arguments.append(piped)
        if isinstance(head, Function):
            target = rest[0] if rest and isinstance(rest[0], Variable | Pipeline) else None
            return self.function(head.name, arguments, target, scope)
        value = self.operand(head, dot, scope)
        if not arguments:
            return value
        for argument in arguments:
            self.consume(argument)
        return value & FILE or TEXT

    def operand(self, operand: Any, dot: Value, scope: Scope) -> Value:
        """What one operand may be."""
        if isinstance(operand, Dot):
            return dot
        if isinstance(operand, Variable):
            return scope.get(operand.name)
        if isinstance(operand, Literal):
            return TEXT if operand.text is None else frozenset((Str(operand.text),))
        if isinstance(operand, Function):
            return self.function(operand.name, [], None, scope)
        if isinstance(operand, Pipeline):
            return self.pipeline(operand, dot, scope)
        value = self.operand(operand.base, dot, scope)
        for name in operand.names:
            value = self.field(value, name)
        return value

    def field(self, value: Value, name: str) -> Value:
        """`.name` of a value."""
        return frozenset().union(*(self._field(atom, name) for atom in value))

    def _field(self, atom: Atom, name: str) -> Value:
        if isinstance(atom, At):
            if len(atom.path) < _LONGEST:
                return frozenset((At((*atom.path, name)),))
            self.reads.unknown(atom.path, self.location)
            return TEXT
        if isinstance(atom, Root):
            return _of_root(atom, name)
        if isinstance(atom, Map):
            opened = self.opened is None or name in self.opened
            return dict(atom.items).get(name, TEXT if opened else NIL) | (TEXT if opened else frozenset())
        if isinstance(atom, Bag):
            return atom.items
        if isinstance(atom, Other) and atom.what == "subcharts":
            return frozenset((Root((*atom.base, name)),))
        return frozenset((atom,)) if isinstance(atom, Other) and atom.what != "nil" else TEXT

    def items(self, value: Value) -> Value:
        """What a loop over a value gets, or an index that is not known."""
        return frozenset().union(*(self._items(atom) for atom in value))

    def _items(self, atom: Atom) -> Value:
        if isinstance(atom, Map):
            return frozenset().union(*(item for _, item in atom.items), TEXT)
        if isinstance(atom, Bag):
            return atom.items
        if isinstance(atom, Root):
            self.escape(frozenset((atom,)))
            return TEXT
        if isinstance(atom, At):
            return self._field(atom, ANY)
        return frozenset((atom,)) if isinstance(atom, Other) else TEXT

    def test(self, value: Value) -> None:
        """Whether there is something: that is read, and what is below is not."""
        for atom in value:
            if isinstance(atom, At):
                self.reads.tested(atom.path, self.location)

    def consume(self, value: Value) -> None:
        """A value is printed, or given to a function that may read all of it."""
        self._visit(value, self.reads.whole)

    def escape(self, value: Value) -> None:
        """A value goes where it cannot be followed."""
        self._visit(value, self.reads.unknown)

    def _visit(self, value: Value, mark: Callable[[Path, str], None]) -> None:
        for atom in value:
            if isinstance(atom, At | Root):
                path = atom.path if isinstance(atom, At) else atom.base
                if not path:
                    self.lost()
                (mark if isinstance(atom, At) and path else self.reads.unknown)(path, self.location)
            elif isinstance(atom, Map):
                for _, item in atom.items:
                    self._visit(item, mark)
            elif isinstance(atom, Bag):
                self._visit(atom.items, mark)

    def lost(self) -> None:
        """All values go where they cannot be followed. Raises TooMuchError, as nothing more is to be learnt."""
        raise TooMuchError

    def call(self, name: Value, argument: Value) -> Value:
        """`include` and `template`."""
        found: dict[str, None] = {}
        for atom in name:
            if isinstance(atom, Str) and atom.text in self.known:
                found.update(dict.fromkeys(self.known[atom.text]))
            elif isinstance(atom, Like):
                alike = (names for known, names in self.known.items() if re.fullmatch(atom.pattern, known))
                found.update(dict.fromkeys(name for names in alike for name in names))
            else:
                self.escape(argument)
        for known in found:
            self._enter(known, argument)
        return TEXT | SOURCE if self.prints_source else TEXT

    def _enter(self, name: str, argument: Value) -> None:
        if (name, argument) in self.done:
            return
        if self.depth > _DEEPEST:
            self.escape(argument)
            return
        if len(self.done) > _MOST_CALLS:
            raise TooMuchError
        self.done.add((name, argument))
        here, self.depth = (self.file, self.line), self.depth + 1
        for path, define in self.defines[name]:
            self.file = path
            self.body(define.body, argument)
        (self.file, self.line), self.depth = here, self.depth - 1

    def evaluate(self, text: Value, context: Value) -> Value:
        """`tpl text context`: the text may be any string of the values, or a file where it comes from one."""
        self.consume(text)
        sources = {atom.text for atom in text if isinstance(atom, Str)} | set(self.sources)
        if text & FILE:
            sources.update(self.files)
        if text & SOURCE:
            self.escape(context)
        for source in sorted(sources):
            self._run_source(source, context)
        return TEXT

    def _run_source(self, source: str, context: Value) -> None:
        if "{{" not in source or (source, context) in self.done:
            return
        self.done.add((source, context))
        try:
            template = parse.parse(source)
        except parse.TemplateError:
            self.escape(context)
            return
        line = self.line
        self.body(template.body, context)
        self.line = line

    def function(self, name: str, arguments: list[Value], target: Any, scope: Scope) -> Value:
        """A function's result. One that is not known here reads all of its arguments."""
        known = FUNCTIONS.get(name)
        if known is not None:
            with suppress(ValueError, IndexError):  # too few arguments: Helm stops there
                return known(self, arguments)
        if name.startswith(("merge", "mustMerge")) and arguments:
            return self.merge(arguments, target, scope)
        for argument in arguments:
            self.consume(argument)
        return carried(arguments)

    def merge(self, arguments: list[Value], target: Any, scope: Scope) -> Value:
        """Merges change their first argument: a new map, a variable's, or one that nobody can follow."""
        merged: Value = frozenset().union(*arguments)
        if isinstance(target, Pipeline) and _is_fresh(target):
            return merged | TEXT
        for source in arguments[1:]:
            self.escape(source)
        if isinstance(target, Variable):
            scope.join(target.name, merged | TEXT)
        else:
            self.opened = None
        return merged | TEXT


def _of_root(root: Root, name: str) -> Value:
    if name == "Values":
        return frozenset((At(root.base),))
    if name == "Subcharts":
        return frozenset((Other("subcharts", root.base),))
    return FILE if name == "Files" else TEXT


def _is_fresh(pipeline: Pipeline) -> bool:
    """Whether a pipeline's result is a new map that nothing else holds."""
    head = pipeline.commands[-1][0]
    return isinstance(head, Function) and head.name in _FRESH
