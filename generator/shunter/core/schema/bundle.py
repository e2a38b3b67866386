"""Bundle the JSON Schemas of several charts into one document, each distinct definition once.

Every `$ref` is resolved inside its own document (JSON Schema core 2020-12, section 9: `$id`, anchors, JSON pointers)
and points into the common `$defs` afterwards. Older drafts are rewritten to 2020-12, so that one document has one
dialect. A reference that leads out of its document accepts everything, since nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from shunter.core.schema.walk import is_url

_SINGLE = frozenset({"additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items"})
_SINGLE |= {"not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
_MAPS = frozenset({"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"})
_LISTS = frozenset({"allOf", "anyOf", "items", "oneOf", "prefixItems"})
_IDENTITY = frozenset(
    {"$id", "$schema", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "$defs", "definitions"}
)
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MARK = "\0"

Schema = dict[str, Any]


def bundle(schemas: Mapping[str, bytes]) -> tuple[dict[str, Any], Schema]:
    """The root schema of each document by its key, and the `$defs` that they share.

    `schemas` are JSON texts; one that is no JSON is left out. In the roots nothing is `required`, and `enabled` may be
    a boolean where the root is open.
    """
    sources = {key: _Source(document) for key, document in _parsed(schemas).items()}
    names = _names(sources)
    definitions: Schema = {}
    for source in sources.values():
        for pointer, schema in source.targets.items():
            name = names[source.identity(pointer)]
            if name not in definitions:
                definitions[name] = _named(schema, source, names)
    roots = {key: _relaxed(_named(source.root, source, names)) for key, source in sources.items()}
    shared = _share(roots, definitions)
    return shared, dict(sorted(definitions.items()))


def _parsed(schemas: Mapping[str, bytes]) -> dict[str, Any]:
    found = {}
    for key, data in sorted(schemas.items()):
        try:
            found[key] = json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            continue
    return found


class _Source:
    """One document: its root and everything its references reach, with references as marked pointers."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.draft = _draft(document)
        self.ids: dict[str, str] = {}
        self.anchors: dict[tuple[str, str], str] = {}
        self._index(document, "", "", "")
        self.targets: dict[str, Any] = {}
        self._open: list[str] = []
        self._identities: dict[str, tuple[str, str]] = {}
        self.root = self._rewrite(document, "")
        while self._open:
            pointer = self._open.pop()
            if pointer not in self.targets:
                self.targets[pointer] = self._rewrite(self._at(pointer), self._resource(pointer))
        self._reaches = {pointer: list(_marks(schema)) for pointer, schema in self.targets.items()}

    def _index(self, node: Any, pointer: str, resource: str, base: str) -> None:
        if not isinstance(node, dict):
            return
        own = node.get("$id", node.get("id") if self.draft == 4 else None)
        if isinstance(own, str) and not own.startswith("#") and is_url(own):
            resource, base = pointer, urljoin(base, own) if ":" not in own else own
            self.ids[urldefrag(base).url] = pointer
        for keyword in ("$anchor", "$dynamicAnchor", "$id", "id"):
            name = node.get(keyword)
            if isinstance(name, str) and (not keyword.endswith("id") or name.startswith("#")):
                self.anchors[resource, name.removeprefix("#")] = pointer
        for step, child in _children(node):
            self._index(child, pointer + step, resource, base)

    def _resource(self, pointer: str) -> str:
        inside = [root for root in self.ids.values() if pointer == root or pointer.startswith(root + "/")]
        return max(inside, key=len, default="")

    def _at(self, pointer: str) -> Any:
        node = self.document
        for step in pointer.split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            node = node[int(step)] if isinstance(node, list) else node[step]
        return node

    def _resolve(self, reference: str, resource: str) -> str | None:
        if not is_url(reference):
            return None
        url, fragment = urldefrag(reference)
        if url:
            base = next((name for name, pointer in self.ids.items() if pointer == resource), "")
            found = self.ids.get(url, self.ids.get(urljoin(base, url)))
            if found is None:
                return None
            resource = found
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            return self.anchors.get((resource, fragment))
        try:
            self._at(resource + fragment)
        except (KeyError, IndexError, TypeError, ValueError):
            return None
        return resource + fragment

    def _rewrite(self, node: Any, resource: str) -> Any:
        if not isinstance(node, dict):
            return node
        own = node.get("$id")
        if isinstance(own, str) and is_url(own) and urldefrag(own).url in self.ids:
            resource = self.ids[urldefrag(own).url]
        out = {key: self._keyword(key, value, resource) for key, value in node.items() if key not in _IDENTITY}
        if self.draft == 4:
            out.pop("id", None)
        found = [out.pop(key) for key in _REFERENCES if key in out]
        target = self._resolve(found[0], resource) if found and isinstance(found[0], str) else None
        if found and self.draft <= 7:
            out = {key: out[key] for key in ("title", "description") if key in out}
        if target is not None:
            out["$ref"] = _MARK + target
            self._open.append(target)
        return _modern(out) if self.draft < 2020 else out

    def _keyword(self, key: str, value: Any, resource: str) -> Any:
        if key in _MAPS and isinstance(value, dict):
            return {name: self._rewrite(child, resource) for name, child in value.items()}
        if key in _LISTS and isinstance(value, list):
            return [self._rewrite(child, resource) for child in value]
        return self._rewrite(value, resource) if key in _SINGLE else value

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


def _draft(document: Any) -> int:
    text = str(document.get("$schema", "")) if isinstance(document, dict) else ""
    older = {"draft-04": 4, "draft-06": 6, "draft-07": 7, "2019-09": 2019}
    return next((number for name, number in older.items() if name in text), 2020)


def _children(node: Schema) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if key in _MAPS and isinstance(value, dict):
            for name, child in value.items():
                yield f"/{key}/{name.replace('~', '~0').replace('/', '~1')}", child
        elif key in _LISTS and isinstance(value, list):
            for number, child in enumerate(value):
                yield f"/{key}/{number}", child
        elif key in _SINGLE:
            yield f"/{key}", value


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


def _names(sources: Mapping[str, _Source]) -> dict[tuple[str, str], str]:
    """A name in the common `$defs` for each distinct definition: its own, with a hash where two share it."""
    groups: dict[str, set[str]] = defaultdict(set)
    for source in sources.values():
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
    texts = {key: json.dumps(root, sort_keys=True) for key, root in roots.items()}
    shared = {}
    for key, root in roots.items():
        if list(texts.values()).count(texts[key]) == 1:
            shared[key] = root
            continue
        name = "app." + hashlib.sha256(texts[key].encode()).hexdigest()[:8]
        definitions[name] = root
        shared[key] = {"$ref": f"#/$defs/{name}"}
    return shared
