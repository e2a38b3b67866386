"""Bundle the JSON Schemas of several charts into one document, each distinct definition once.

Every `$ref` is resolved inside its own document (JSON Schema core 2020-12, section 9: `$id`, anchors, JSON pointers)
and points into the common `$defs` afterwards. Older drafts are rewritten to 2020-12, so that one document has one
dialect. A reference that leads out of its document accepts everything, since nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shunter.core.schema.references import References, Target
from shunter.core.schema.walk import KEYWORDS, LISTS, MAPS, SINGLE

_IDENTITY = frozenset(
    {"$id", "$schema", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "$defs", "definitions"}
)
_MARK = "\0"

Schema = dict[str, Any]


def bundle(schemas: Mapping[str, bytes]) -> tuple[dict[str, Any], Schema]:
    """The root schema of each document by its key, and the `$defs` that they share.

    `schemas` are JSON texts; one that is no JSON is left out. In the roots nothing is `required`, and `enabled` may be
    a boolean where the root is open.
    """
    sources = _sources(schemas)
    distinct = {id(source): source for source in sources.values()}
    names = _names(distinct.values())
    definitions: Schema = {}
    for source in distinct.values():
        for pointer, schema in source.targets.items():
            name = names[source.identity(pointer)]
            if name not in definitions:
                definitions[name] = _named(schema, source, names)
    relaxed = {number: _relaxed(_named(source.root, source, names)) for number, source in distinct.items()}
    roots = {key: relaxed[id(source)] for key, source in sources.items()}
    shared = _share(roots, definitions)
    return shared, dict(sorted(definitions.items()))


def _sources(schemas: Mapping[str, bytes]) -> dict[str, _Source]:
    """The documents by their keys. Many charts have one text, since apps of one shape do: it is read once."""
    read: dict[bytes, _Source | None] = {}
    for _, data in sorted(schemas.items()):
        if data not in read:
            read[data] = _source(data)
    return {key: source for key, data in sorted(schemas.items()) if (source := read[data])}


def _source(data: bytes) -> _Source | None:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return _Source(document)


class _Source:
    """One document: its root and everything its references reach, with references as marked pointers."""

    def __init__(self, document: Any) -> None:
        self._references = References(document)
        self.targets: dict[str, Any] = {}
        self._open: list[Target] = []
        self._identities: dict[str, tuple[str, str]] = {}
        self.root = self._rewrite(document)
        while self._open:
            target = self._open.pop()
            pointer = _pointer(target)
            if pointer not in self.targets:
                self.targets[pointer] = self._rewrite(target.schema)
        self._reaches = {pointer: list(_marks(schema)) for pointer, schema in self.targets.items()}

    def _rewrite(self, node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        draft = self._references.location_of(node).draft
        out = {key: self._keyword(key, value) for key, value in node.items() if key not in _IDENTITY}
        if draft == 4:
            out.pop("id", None)
        found = list(self._references.in_schema(node))
        out = {key: value for key, value in out.items() if key not in KEYWORDS}
        if found and draft <= 7:
            out = {key: out[key] for key in ("title", "description") if key in out}
        target = self._references.find(node, found[0][1]) if found else None
        if target is not None:
            out["$ref"] = _MARK + _pointer(target)
            self._open.append(target)
        return _modern(out) if draft < 2020 else out

    def _keyword(self, key: str, value: Any) -> Any:
        if key in MAPS and isinstance(value, dict):
            return {name: self._rewrite(child) for name, child in value.items()}
        if key in LISTS and isinstance(value, list):
            return [self._rewrite(child) for child in value]
        return self._rewrite(value) if key in SINGLE else value

    def identity(self, pointer: str) -> tuple[str, str]:
        """What makes a definition the same in two documents: its name and everything it reaches."""
        if pointer not in self._identities:
            self._identities[pointer] = self._identify(pointer)
        return self._identities[pointer]

    def _identify(self, pointer: str) -> tuple[str, str]:
        reached: dict[str, Any] = {}
        todo = [pointer]
        while todo:
            current = todo.pop()
            if current not in reached:
                reached[current] = self.targets[current]
                todo += self._reaches[current]
        text = json.dumps([pointer, reached], sort_keys=True)
        name = pointer.rsplit("/", 1)[-1].replace("~1", "-").replace("~0", "-") or "root"
        return name, hashlib.sha256(text.encode()).hexdigest()


def _pointer(target: Target) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in target.path)


def _modern(node: Schema) -> Schema:
    """Keywords of drafts 4 to 2019-09 as 2020-12 spells them."""
    if isinstance(node.get("items"), list):
        node["prefixItems"] = node.pop("items")
        if "additionalItems" in node:
            node["items"] = node.pop("additionalItems")
    node.pop("additionalItems", None)
    for limit in ("Minimum", "Maximum"):
        plain, exclusive = limit.lower(), f"exclusive{limit}"
        if isinstance(node.get(exclusive), bool):
            strict = node.pop(exclusive)
            if strict and plain in node:
                node[exclusive] = node.pop(plain)
    for name, value in node.pop("dependencies", {}).items():
        kind = "dependentRequired" if isinstance(value, list) else "dependentSchemas"
        node.setdefault(kind, {})[name] = value
    return node


def _marks(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str) and value.startswith(_MARK):
                yield value[1:]
            else:
                yield from _marks(value)
    elif isinstance(node, list):
        for child in node:
            yield from _marks(child)


def _names(sources: Iterable[_Source]) -> dict[tuple[str, str], str]:
    """A name in the common `$defs` for each distinct definition: its own, with a hash where two share it."""
    groups: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for pointer in source.targets:
            name, digest = source.identity(pointer)
            groups[name].add(digest)
    return {
        (name, digest): name if len(digests) == 1 else f"{name}.{digest[:8]}"
        for name, digests in groups.items()
        for digest in digests
    }


def _named(node: Any, source: _Source, names: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(node, list):
        return [_named(child, source, names) for child in node]
    if not isinstance(node, dict):
        return node
    out = {key: _named(value, source, names) for key, value in node.items()}
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith(_MARK):
        name = names[source.identity(reference[1:])]
        out["$ref"] = "#/$defs/" + name.replace("~", "~0").replace("/", "~1")
    return out


def _relaxed(root: Any) -> Any:
    if not isinstance(root, dict):
        return root
    out = {key: value for key, value in root.items() if key != "required"}
    if out.get("additionalProperties", True) is not False and "unevaluatedProperties" not in out:
        out["properties"] = {"enabled": {"type": "boolean"}} | dict(out.get("properties", {}))
    return out


def _share(roots: Mapping[str, Any], definitions: Schema) -> dict[str, Any]:
    """Put a root that several charts have into `definitions` once."""
    by_object = {id(root): json.dumps(root, sort_keys=True) for root in roots.values()}
    times = Counter(by_object[id(root)] for root in roots.values())
    shared = {}
    for key, root in roots.items():
        text = by_object[id(root)]
        if times[text] == 1:
            shared[key] = root
            continue
        name = "app." + hashlib.sha256(text.encode()).hexdigest()[:8]
        definitions[name] = root
        shared[key] = {"$ref": f"#/$defs/{name}"}
    return shared
