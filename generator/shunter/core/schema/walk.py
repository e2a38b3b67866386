"""Walks through schemas: their subschemas, and the references that leave them.

Helm compiles what a schema reaches from its root; a broken reference in a definition that nothing uses does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote, urldefrag, urljoin

from shunter.model.data import dataclass

Path = tuple[str | int, ...]
Nodes = Sequence[tuple[Path, dict[str, Any]]]
"""Schema objects with their paths, as `subschemas` finds them."""
BASE: Final = "file:///values.schema.json"
MAPS: Final = frozenset(("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"))
LISTS: Final = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
_APPLIED: Final = ("contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then")
_REST: Final = ("additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
SINGLE: Final = frozenset((*_APPLIED, *_REST))
_KEYWORDS: Final = MAPS | LISTS | SINGLE
_STORES: Final = ("$defs", "definitions", "contentSchema")
_SINCE: Final = {
    **dict.fromkeys(("contains", "propertyNames"), 6),
    **dict.fromkeys(("if", "then", "else"), 7),
    **dict.fromkeys(("$defs", "contentSchema", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties"), 2019),
    "prefixItems": 2020,
}
_FORGOTTEN: Final = ("contains", "propertyNames", "if", "then", "else")
"""What Helm's library compiles beside a `$ref` of an old draft, although it never looks at it."""

_DRAFTS: Final = {"draft-04": 4, "draft-06": 6, "draft-07": 7, "draft/2019-09": 2019}
_IN_PLACE: Final = frozenset(
    ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies")
)
"""Keywords whose schemas judge the same value as their parent."""


_REFERENCES: Final = ("$ref", "$recursiveRef", "$dynamicRef")
_DYNAMIC: Final = frozenset(("$dynamicAnchor", "$dynamicRef"))
_NAMES: Final = frozenset(("$anchor", "$dynamicAnchor", "$id", "id"))


def subschemas(schema: Any, path: Path = (), draft: int = 0) -> list[tuple[Path, dict[str, Any]]]:
    """Every schema object inside a schema, itself first, with its path; data such as `default` is not looked into."""
    found: list[tuple[Path, dict[str, Any]]] = []
    _gather(schema, path, draft, found)
    return found


def _gather(schema: Any, path: Path, draft: int, found: list[tuple[Path, dict[str, Any]]]) -> None:
    if isinstance(schema, dict):
        found.append((path, schema))
        if not _KEYWORDS.isdisjoint(schema):
            for step, item in children(schema, draft):
                _gather(item, path + step, draft, found)


def draft_of(document: Any) -> int:
    """The draft of a document by its number, 4 to 2020; Helm takes the newest where none is named."""
    dialect = document.get("$schema") if isinstance(document, dict) else None
    if not isinstance(dialect, str) or not dialect.startswith(("http://json-schema.org/", "https://json-schema.org/")):
        return 2020
    return _DRAFTS.get(dialect.partition(".org/")[2].rstrip("#").removesuffix("/schema"), 2020)


def children(schema: Mapping[str, Any], draft: int = 0) -> Iterator[tuple[Path, Any]]:
    """The schemas directly below a schema object, and the steps to each; `draft` leaves out what is none in it."""
    for key, value in schema.items():
        if draft and (_SINCE.get(key, 0) > draft or (draft == 2020 and key == "additionalItems")):
            continue
        if key in MAPS and isinstance(value, dict):
            yield from (((key, name), item) for name, item in value.items())
        elif key in LISTS and isinstance(value, list) and (key != "items" or draft != 2020):
            yield from (((key, index), item) for index, item in enumerate(value))
        elif key in SINGLE:
            yield (key,), value


def join(base: str, reference: str) -> str:
    """A reference resolved against its base, URNs too (which urljoin does not know); what is no URL gets one."""
    if reference.startswith("#"):
        return urldefrag(base)[0] + reference
    return urljoin(base, reference) if is_url(reference) else f"broken:{quote(reference)}"


def is_url(text: str) -> bool:
    """Whether a text can be resolved as a URL or a reference to one."""
    try:
        urldefrag(urljoin(BASE, text))
    except ValueError:  # such as `http://[`
        return False
    return True


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference that leads out of its document, or nowhere in it (`dangling`); `path` is its keyword's."""

    path: Path
    text: str
    target: str
    reached: bool
    dangling: bool


def leaving(document: dict[str, Any]) -> Iterator[Reference]:
    """References that leave a document or find nothing in it, and whether its root reaches them."""
    walk = _Walk(document)
    reached = walk.reached()
    for path, schema, base in walk.all:
        for keyword, text in walk.references(schema):
            target = urldefrag(join(base, text))[0]
            outside = target not in walk.resources
            if outside or walk.resolve(schema, text) is _NOTHING:
                yield Reference((*path, keyword), text, target, id(schema) in reached, dangling=not outside)
    for path, schema in subschemas(document):
        if id(schema) not in walk.bases:  # where this draft has no schema, and jsonschema-rs looks all the same
            yield from (Reference((*path, key), text, text, False, False) for key, text in walk.references(schema))


def repeated_names(document: Any) -> Iterator[tuple[Path, str]]:
    """Identifiers and anchors that stand in a document before: where, and which."""
    if not isinstance(document, dict):
        return
    walk = _Walk(document)
    seen = {(BASE, "")}
    for path, schema, base in walk.all:
        for name in walk.names(schema, base):
            if name in seen and path:
                yield path, "#".join(name) if name[1] else name[0].removeprefix("file:///")
            seen.add(name)


def circles(document: Any, nodes: Nodes) -> list[tuple[dict[str, Any], str]]:
    """References that come back to a schema that already judges the same value, by schema object and keyword.

    `nodes` are the document's schema objects. Helm's library refuses the value there.
    """
    if not any(keyword in schema for _, schema in nodes for keyword in _REFERENCES):
        return []
    search = _Circles(document, nodes)
    for _, schema in nodes:
        search.visit(schema)
    return search.found


class _Circles:
    """Goes along what judges the same value, and notes references to where it still is."""

    def __init__(self, document: Any, nodes: Nodes) -> None:
        self.document = document
        self.draft = draft_of(document)
        self.found: list[tuple[dict[str, Any], str]] = []
        self._active: dict[int, bool] = {}
        self._elsewhere = _in_other_resources(nodes, self.draft)

    def visit(self, schema: Any) -> None:
        if not isinstance(schema, dict) or id(schema) in self._active:
            return
        self._active[id(schema)] = True
        if id(schema) not in self._elsewhere:
            for keyword in _REFERENCES:
                if keyword in schema:
                    self._follow(schema, keyword)
        if not _IN_PLACE.isdisjoint(schema) and (self.draft >= 2019 or "$ref" not in schema):
            for step, item in children(schema, self.draft):
                if step[0] in _IN_PLACE:
                    self.visit(item)
        self._active[id(schema)] = False

    def _follow(self, schema: dict[str, Any], keyword: str) -> None:
        target = pointed(self.document, schema[keyword])
        if target is not None and self._active.get(id(target)):
            self.found.append((schema, keyword))
        self.visit(target)


def _in_other_resources(nodes: Nodes, draft: int) -> set[int]:
    """The ids of schema objects whose references start from a URL of their own or of one above them."""
    keyword = "id" if draft == 4 else "$id"
    found: set[int] = set()
    for path, schema in nodes:
        name = schema.get(keyword) if path else None
        if isinstance(name, str) and not name.startswith("#") and (draft >= 2019 or "$ref" not in schema):
            found |= {id(below) for _, below in subschemas(schema, (), draft)}
    return found


def pointed(document: Any, reference: Any) -> dict[str, Any] | None:
    """The schema object that a reference such as `#` or `#/$defs/x` points at; None for any other."""
    if not isinstance(reference, str) or not reference.startswith("#") or reference[1:2] not in ("", "/"):
        return None
    node = document
    for step in unquote(reference[1:]).split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else None


def is_lazy(draft: int, nodes: Nodes) -> bool:
    """Whether there are references that jsonschema-rs looks at late or never, and Helm's library at once."""
    words = _DYNAMIC if draft == 2020 else frozenset(_FORGOTTEN) if draft in (6, 7) else frozenset()
    schemas = nodes if words else ()
    return any(not words.isdisjoint(schema) and (draft == 2020 or "$ref" in schema) for _, schema in schemas)


def has_names(nodes: Nodes) -> bool:
    """Whether any schema below the root has an identifier or an anchor."""
    return any(path and not _NAMES.isdisjoint(schema) for path, schema in nodes)


def is_reached(document: dict[str, Any], path: Path) -> bool:
    """Whether the root of a document reaches the keywords of the schema object at `path`."""
    walk = _Walk(document)
    reached = walk.reached()
    found = (schema for place, schema, _ in walk.all if place == path and id(schema) in reached)
    return any(walk.draft >= 2019 or "$ref" not in schema for schema in found)


_NOTHING: Final = object()


class _Walk:
    """All schema objects of a document with their bases, and the resources that `$id` names."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.draft = draft_of(document)
        self.all: list[tuple[Path, dict[str, Any], str]] = []
        self.resources: dict[str, Any] = {BASE: document}
        self.bases: dict[int, str] = {}
        self._collect((), document, BASE)

    def _collect(self, path: Path, schema: Any, base: str) -> None:
        if not isinstance(schema, dict):
            return
        identity = schema.get("id" if self.draft == 4 else "$id")
        ignored = self.draft < 2019 and "$ref" in schema
        if isinstance(identity, str) and not identity.startswith("#") and not ignored:
            base = join(base, identity)
            self.resources[urldefrag(base)[0]] = schema
        self.all.append((path, schema, base))
        self.bases[id(schema)] = base
        for step, item in children(schema, self.draft):
            self._collect((*path, *step), item, base)

    def names(self, schema: dict[str, Any], base: str) -> set[tuple[str, str]]:
        """The URL of a schema object that has one, and its anchors, each with that of the resource it is in."""
        keyword = "id" if self.draft == 4 else "$id"
        identity = schema.get(keyword) if self.draft >= 2019 or "$ref" not in schema else None
        url, fragment = urldefrag(identity) if isinstance(identity, str) and is_url(identity) else ("", "")
        anchors = [schema.get("$anchor"), schema.get("$dynamicAnchor") if self.draft == 2020 else None]
        found = {fragment} if self.draft < 2019 else {name for name in anchors if isinstance(name, str)}
        resource = urldefrag(base)[0]
        return {(resource, name) for name in found if name and name[0] != "/"} | ({(resource, "")} if url else set())

    def references(self, schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The references of a schema object, by keyword."""
        known = {"$ref": True, "$recursiveRef": self.draft >= 2019, "$dynamicRef": self.draft == 2020}
        for keyword, counts in known.items():
            text = schema.get(keyword)
            if counts and isinstance(text, str):
                yield keyword, text

    def reached(self) -> set[int]:
        """The ids of the schema objects that are reached from the root."""
        seen: set[int] = set()
        stack: list[Any] = [self.document]
        if self.draft == 2020:
            stack += [schema for _, schema, _ in self.all if "$dynamicAnchor" in schema]
        while stack:
            schema = stack.pop()
            if not isinstance(schema, dict) or id(schema) in seen:
                continue
            seen.add(id(schema))
            stack += [self.resolve(schema, text) for _, text in self.references(schema)]
            ignoring = self.draft < 2019 and isinstance(schema.get("$ref"), str)
            for step, item in children(schema, self.draft):
                if self._counts(step[0], schema) and (not ignoring or step[0] in _FORGOTTEN):
                    stack.append(item)
        return seen

    def _counts(self, keyword: str | int, schema: dict[str, Any]) -> bool:
        if keyword in ("then", "else"):
            return schema.get("if", keyword == "else") is not (keyword == "else") and "if" in schema
        if keyword == "additionalItems":
            return isinstance(schema.get("items"), list)
        return keyword not in _STORES

    def resolve(self, schema: dict[str, Any], reference: str) -> Any:
        """What a reference finds in this document; _NOTHING where it finds nothing, or leads out of it."""
        target, fragment = urldefrag(join(self.bases.get(id(schema), BASE), reference))
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            return next((item for _, item, base in self.all if self._is_anchor(item, base, target, fragment)), _NOTHING)
        node = self.resources.get(target, _NOTHING)
        for step in fragment.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
            else:
                node = node.get(key, _NOTHING) if isinstance(node, dict) else _NOTHING
        return node

    def _is_anchor(self, item: dict[str, Any], base: str, target: str, name: str) -> bool:
        if urldefrag(base)[0] != target:
            return False
        if self.draft < 2019:
            return "$ref" not in item and str(item.get("id" if self.draft == 4 else "$id", "")).endswith(f"#{name}")
        return name in (item.get("$anchor"), item.get("$dynamicAnchor") if self.draft == 2020 else None)
