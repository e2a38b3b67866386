"""References that come back to a schema which already judges the same value: Helm's library refuses the value there.

Whether a reference comes back depends on where the value came in: `{"not": {"$ref": "#"}}` judges a value twice that
comes in at the root, and three times one that comes in at the `not`. So each way in gets copies of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote

from shunter.core.schema.references import References, join
from shunter.core.schema.walk import NAMES, Nodes, Path, children, has_names
from shunter.model.data import dataclass

CIRCLE: Final = "a reference that comes back to where it stands"
"""The comment on what stands for one."""
_IN_PLACE: Final = frozenset(
    ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies")
)
"""Keywords whose schemas judge the same value as their parent."""
_LEFT_OUT: Final = frozenset((*NAMES, "$schema", "$defs", "definitions"))
_MOST: Final = 500
"""Copies of one document; ways in circles beyond it end one round early."""
_Judging = frozenset[int]
"""The schema objects of a circle that judge a value already, by identity."""


def open_circles(document: Any, nodes: Nodes) -> None:
    """Rewrite a schema in place so that nothing in it comes back; `nodes` are its schema objects."""
    graph = _Graph(References(document, named=has_names(nodes)), {id(schema): path for path, schema in nodes})
    for _, schema in nodes:
        graph.visit(schema)
    if graph.circle:
        _Copies(document, graph).write()


@dataclass(frozen=True, slots=True)
class _Edge:
    """From a schema object to one that judges the same value: by a reference (`is_reference`), or below a keyword."""

    step: Path
    target: dict[str, Any]
    is_reference: bool


class _Graph:
    """What judges the same value, and its circles: strongly connected components, by Tarjan's algorithm."""

    def __init__(self, references: References, paths: dict[int, Path]) -> None:
        self.references = references
        self.paths = paths
        self.schemas: dict[int, dict[str, Any]] = {}
        """All schema objects, in the order in which they were met."""
        self.edges: dict[int, list[_Edge]] = {}
        self.circle: dict[int, int] = {}
        """The number of the circle that a schema object is part of; most are part of none."""
        self._lowest: dict[int, int] = {}
        self._open: dict[int, None] = {}

    def visit(self, schema: dict[str, Any]) -> None:
        """Take a schema object into the graph, and all that judges the same value."""
        own = id(schema)
        if own in self.schemas:
            return
        self.schemas[own] = schema
        number = self._lowest[own] = len(self._lowest)
        self._open[own] = None
        self.edges[own] = list(self._edges(schema))
        for edge in self.edges[own]:
            self.visit(edge.target)
            if id(edge.target) in self._open:
                self._lowest[own] = min(self._lowest[own], self._lowest[id(edge.target)])
        if self._lowest[own] == number:
            self._close(own, number)

    def _close(self, own: int, number: int) -> None:
        members = []
        while own in self._open:
            members.append(self._open.popitem()[0])
        if len(members) > 1 or any(id(edge.target) == own for edge in self.edges[own]):
            self.circle.update(dict.fromkeys(members, number))

    def _edges(self, schema: dict[str, Any]) -> Iterator[_Edge]:
        path = self.paths[id(schema)]
        for keyword, text in self.references.in_schema(schema):
            targets = self.references.candidates(schema, keyword)
            found = self.references.find(schema, text)
            if len(targets) == 1 and isinstance(targets[0], dict) and found is not None:  # of several, it depends
                place = found.path if found.schema is targets[0] else self.references.location_of(targets[0]).path
                self.paths.setdefault(id(targets[0]), place)
                yield _Edge((keyword,), targets[0], is_reference=True)
        draft = self.references.location_of(schema).draft
        if _IN_PLACE.isdisjoint(schema) or (draft < 2019 and "$ref" in schema):
            return
        for step, item in children(schema, draft):
            if step[0] in _IN_PLACE and isinstance(item, dict):
                self.paths.setdefault(id(item), path + step)
                yield _Edge(step, item, is_reference=False)

    def within(self, schema: dict[str, Any]) -> Iterator[_Edge]:
        """The edges of a schema object that stay in its circle."""
        circle = self.circle.get(id(schema))
        if circle is not None:
            yield from (edge for edge in self.edges[id(schema)] if self.circle.get(id(edge.target)) == circle)


class _Copies:
    """Copies of the schema objects of circles, for values that came there on another way than to the original."""

    def __init__(self, document: dict[str, Any], graph: _Graph) -> None:
        self.document = document
        self.graph = graph
        self.base = graph.references.location_of(document).base
        self._store = "$defs" if graph.references.draft >= 2019 else "definitions"
        self._names: dict[tuple[int, _Judging], str] = {}
        self._made: dict[str, Any] = {}
        self._above = {
            id(edge.target): schema
            for schema in graph.schemas.values()
            for edge in graph.within(schema)
            if not edge.is_reference
        }

    def write(self) -> None:
        """Make the copies that are needed, and let the references of the document lead to them."""
        changes = [
            (schema, edge.step[0], pointer)
            for schema in self.graph.schemas.values()
            for edge in self.graph.edges[id(schema)]
            if edge.is_reference and (pointer := self._rewritten(schema, edge, self._around(schema)))
        ]
        for schema, keyword, pointer in changes:
            here = self.graph.references.location_of(schema).base == self.base
            _refer(schema, str(keyword), pointer if here else self.base + pointer)
        stored = self.document.get(self._store, {})
        if self._made and isinstance(stored, dict):
            self.document[self._store] = {**stored, **self._made}

    def _around(self, schema: dict[str, Any]) -> _Judging:
        """What of its circle judges a value already that comes to the original of a schema object."""
        above = self._above.get(id(schema))
        return frozenset() if above is None else self._around(above) | {id(above)}

    def _rewritten(self, schema: dict[str, Any], edge: _Edge, judging: _Judging) -> str:
        """What a reference is to lead to, as a pointer from the root; empty if it may lead to what it names."""
        target = edge.target
        circle = self.graph.circle.get(id(target))
        if circle is None:
            return ""
        wanted = judging | {id(schema)} if circle == self.graph.circle.get(id(schema)) else frozenset()
        if id(target) in wanted or len(self._names) > _MOST:
            return self._mark()
        if wanted == self._around(target):
            return ""
        return self._stored((id(target), wanted), lambda: self._copy(target, wanted))

    def _mark(self) -> str:
        return self._stored((0, frozenset()), lambda: {"not": {"$comment": CIRCLE}})

    def _stored(self, key: tuple[int, _Judging], make: Callable[[], dict[str, Any]]) -> str:
        if key not in self._names:
            name = f"circle-{len(self._names)}"
            while name in self.document.get(self._store, {}):
                name += "-"
            self._names[key] = name  # before it is made: a copy may refer to itself
            self._made[name] = make()
        return _pointer((self._store, self._names[key]))

    def _copy(self, schema: dict[str, Any], judging: _Judging) -> dict[str, Any]:
        """A schema object for values that `judging` judge already; what is below it is referred to, or a copy too."""
        graph = self.graph
        location = graph.references.location_of(schema)
        ignoring = location.draft < 2019 and "$ref" in schema
        made = {key: value for key, value in schema.items() if key == "$ref" or not (ignoring or key in _LEFT_OUT)}
        for keyword, text in graph.references.in_schema(schema):
            made[keyword] = text if keyword == "$recursiveRef" else join(location.base, text)
        inside = {edge.step: edge.target for edge in graph.within(schema) if not edge.is_reference}
        for step, item in children(schema, location.draft):
            if step[0] in made and isinstance(item, dict) and item:
                here = graph.paths[id(schema)] + step
                _put(made, step, self._below(inside.get(step), judging | {id(schema)}) or {"$ref": _pointer(here)})
        for edge in graph.edges[id(schema)]:
            if edge.is_reference:
                pointer = self._rewritten(schema, edge, judging) or _pointer(graph.paths[id(edge.target)])
                _refer(made, str(edge.step[0]), pointer)
        return made

    def _below(self, schema: dict[str, Any] | None, judging: _Judging) -> dict[str, Any]:
        """What stands in a copy for a schema object of its circle; nothing for one that is of none."""
        if schema is None:
            return {}
        return {"$ref": self._mark()} if id(schema) in judging else self._copy(schema, judging)


def _pointer(path: Path) -> str:
    return "#" + "".join("/" + quote(str(step).replace("~", "~0").replace("/", "~1"), safe="$") for step in path)


def _put(made: dict[Any, Any], step: Path, below: Any) -> None:
    """Set a schema below a copy, whose containers are still those of the original."""
    keyword, *name = step
    if name:
        container = made[keyword]
        made[keyword] = dict(container) if isinstance(container, dict) else list(container)
        made[keyword][name[0]] = below
    else:
        made[keyword] = below


def _refer(schema: dict[str, Any], keyword: str, pointer: str) -> None:
    """Let a reference lead elsewhere; from what is not `$ref`, by a schema of its own."""
    if keyword == "$ref":
        schema[keyword] = pointer
        return
    del schema[keyword]
    others = schema.get("allOf", [])
    schema["allOf"] = [*(others if isinstance(others, list) else ()), {"$ref": pointer}]
