"""References between schemas, as Helm's library (santhosh-tekuri/jsonschema v6) resolves them within one document.

Base URLs come from `$id` (`id` in draft 4), names from `$anchor` and `$dynamicAnchor`, or from the fragment of an `$id`
up to draft 7. An embedded resource may name a draft of its own. Nothing outside of the document is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from shunter.core.schema.walk import BASE, KEYWORDS, NAMES, Path, at, draft_of, named_draft, places
from shunter.model.data import dataclass

_REFERRING: Final = frozenset(KEYWORDS)
_INDEX: Final = r"[+-]?[0-9]{1,18}"
_BAD_ESCAPE: Final = r"%(?![0-9A-Fa-f]{2})"
_BAD_TILDE: Final = r"~(?![01])"


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to, which need not be a schema, and its path in the document."""

    path: Path
    schema: Any


@dataclass(frozen=True, slots=True)
class Location:
    """A schema object in its document: its path, the URL of the resource that it is part of, and its draft."""

    path: Path
    schema: Any
    base: str
    draft: int


class References:
    """The schema objects of a document, and what the references in them lead to.

    They are told apart by identity: ask with the very objects of the document, which must not change meanwhile.
    """

    def __init__(self, document: Any, *, named: bool = True) -> None:
        """`named` says whether anything below the root has an identifier or an anchor (see `has_names`).

        If not, the document is not walked through, unless a reference leads to where no schema is to be expected.
        """
        self.document = document
        self.draft = draft_of(document)
        self.locations: list[Location] = []
        """In the order of the document; what only a pointer leads to (below an unknown keyword) comes when it does."""
        self._known: dict[int, Location] = {}
        self._root = Location((), document, BASE, self.draft)
        self._resources: dict[str, Location] = {BASE: self._root}
        self._anchors: dict[tuple[str, str], Location] = {}
        self._dynamic: dict[str, list[Location]] = {}
        self._complete = named or not isinstance(document, dict)
        if self._complete:
            self._collect(self._root)
        else:
            self._add(self._root)

    def _collect(self, start: Location) -> None:
        """Add a schema object and all below it; `base` and `draft` of the start are those around it."""
        stack = [start]
        while stack:
            around = stack.pop()
            schema = around.schema
            if not isinstance(schema, dict) or (start.path and id(schema) in self._known):
                continue
            location = self._add(around)
            below = places(schema, location.draft)
            stack += [Location((*location.path, *step), item, location.base, location.draft) for step, item in below][
                ::-1
            ]

    def _add(self, around: Location) -> Location:
        schema, draft = around.schema, around.draft
        if around.path and NAMES.isdisjoint(schema):
            self._known[id(schema)] = around
            self.locations.append(around)
            return around
        own = named_draft(schema) if "$schema" in schema and around.path else 0
        if own and identity(schema, own):
            draft = own
        name = identity(schema, draft)
        location = Location(around.path, schema, urldefrag(join(around.base, name))[0] if name else around.base, draft)
        if name or not around.path:
            self._resources.setdefault(location.base, location)
        if not around.path:
            self._root = self._resources[BASE] = location
        for anchor in anchors(schema, draft):
            self._anchors.setdefault((location.base, anchor), location)
        if draft == 2020 and isinstance(schema.get("$dynamicAnchor"), str):
            self._dynamic.setdefault(schema["$dynamicAnchor"], []).append(location)
        elif draft == 2019 and schema.get("$recursiveAnchor") is True:
            self._dynamic.setdefault("", []).append(location)
        self._known[id(schema)] = location
        self.locations.append(location)
        return location

    def location_of(self, schema: dict[str, Any]) -> Location:
        """Where a schema object stands; the root for one that is not known (yet)."""
        return self._known.get(id(schema), self._root)

    def has_resource(self, url: str) -> bool:
        """Whether a URL without a fragment is that of the document or of a resource in it."""
        return url in self._resources

    def resource_around(self, target: Target) -> Any:
        """The resource that a target is part of, by their places: Helm's library compiles it whole."""
        path = target.path
        around = (place for place in self._resources.values() if path[: len(place.path)] == place.path)
        return max(around, key=lambda place: len(place.path)).schema

    def in_schema(self, schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The references of a schema object that count in its draft: keyword and text."""
        if _REFERRING.isdisjoint(schema):
            return
        draft = self.location_of(schema).draft
        for keyword in KEYWORDS:
            text = schema.get(keyword)
            if isinstance(text, str) and (keyword == "$ref" or draft == 2020 or (keyword[1] == "r" and draft == 2019)):
                yield keyword, text

    def find(self, schema: dict[str, Any], reference: Any) -> Target | None:
        """What a reference in a schema object leads to; None if it leads nowhere, or out of the document."""
        if not isinstance(reference, str):
            return None
        url, _, fragment = join(self.location_of(schema).base, reference).partition("#")
        resource = self._resources.get(url)
        if resource is None:
            return None
        if "%" in fragment:
            if re.search(_BAD_ESCAPE, fragment):
                return None
            fragment = unquote(fragment)
        if not fragment or fragment.startswith("/"):
            return self._pointed(resource, fragment)
        named = self._anchors.get((resource.base, fragment))
        return Target(named.path, named.schema) if named else None

    def _pointed(self, resource: Location, pointer: str) -> Target | None:
        node, path, around = resource.schema, resource.path, resource
        for token in pointer.split("/")[1:]:
            step = _step(node, token)
            if step is None:
                return None
            node, path = node[step], (*path, step)
            around = self._known.get(id(node), around)
        if isinstance(node, dict) and id(node) not in self._known:
            self._reach(Location(path, node, around.base, around.draft))
        return Target(path, node)

    def _reach(self, location: Location) -> None:
        """Take what a pointer leads to for a schema, too."""
        if not self._complete:
            usual = ("$defs", "definitions", "properties") if location.draft >= 2019 else ("definitions", "properties")
            if len(location.path) == 2 and location.path[0] in usual:
                return
            self._complete = True
            self.locations.clear()
            self._dynamic.clear()
            self._collect(self._root)
        if id(location.schema) not in self._known:
            self._collect(location)

    def candidates(self, schema: dict[str, Any], keyword: str) -> list[Any]:
        """All that a reference can lead to, of which a dynamic one takes one for each value; empty if nothing here."""
        found = self.find(schema, schema[keyword])
        if found is None:
            return []
        name = ""
        if keyword == "$dynamicRef" and isinstance(found.schema, dict):
            name = unquote(schema[keyword].partition("#")[2])
            dynamic = name != "" and found.schema.get("$dynamicAnchor") == name
        else:
            dynamic = keyword == "$recursiveRef" and at(found.schema, ("$recursiveAnchor",)) is True
        return [location.schema for location in self._dynamic.get(name, ())] if dynamic else [found.schema]

    def followed(self, schema: Any) -> Any:
        """The schema that a chain of `$ref` ends at; None where it leads nowhere, or in a circle."""
        seen = set()
        while isinstance(schema, dict) and "$ref" in schema:
            if id(schema) in seen:
                return None
            seen.add(id(schema))
            found = self.find(schema, schema["$ref"])
            schema = found and found.schema
        return schema

    def along(self, path: Path | list[str | int]) -> Any:
        """What a path through keywords and references leads to, such as the `evaluation_path` of an error; or None."""
        node = self.document
        for step in path:
            if step in KEYWORDS and isinstance(node, dict) and isinstance(node.get(step), str):
                found = self.find(node, node[step])
                node = found and found.schema
            else:
                node = at(node, (step,))
        return node


def _step(node: Any, token: str) -> str | int | None:
    """The key or index that a token of a JSON pointer names; None if it is not there. Go takes `+1` and `01` for 1."""
    if "~" in token and re.search(_BAD_TILDE, token):
        return None
    key = token.replace("~1", "/").replace("~0", "~")
    if isinstance(node, dict):
        return key if key in node else None
    if isinstance(node, list) and re.fullmatch(_INDEX, key) and 0 <= int(key) < len(node):
        return int(key)
    return None


def identity(schema: dict[str, Any], draft: int) -> str:
    """The identifier that makes a schema object a resource, without its fragment; empty if it has none."""
    name = schema.get("id" if draft == 4 else "$id")
    if not isinstance(name, str) or (draft < 2019 and "$ref" in schema):
        return ""
    return name.partition("#")[0]


def anchors(schema: dict[str, Any], draft: int) -> list[str]:
    """The names that a schema object has within its resource."""
    if draft < 2019:
        name = schema.get("id" if draft == 4 else "$id")
        found = [unquote(name.partition("#")[2])] if isinstance(name, str) and "$ref" not in schema else []
    else:
        named = (schema.get("$anchor"), schema.get("$dynamicAnchor") if draft == 2020 else None)
        found = [name for name in named if isinstance(name, str)]
    return [name for name in found if name and name[0] != "/"]


def join(base: str, reference: str) -> str:
    """A reference resolved against its base; what is no URL gets one. Relative to a URN is the URN itself."""
    if reference.startswith("#"):
        return base.partition("#")[0] + reference
    if base.startswith("urn:") and is_url(reference) and not urlsplit(reference).scheme:
        _, mark, fragment = reference.partition("#")
        return base.partition("#")[0] + mark + fragment
    return urljoin(base, reference) if is_url(reference) else f"broken:{quote(reference)}"


def is_url(text: str) -> bool:
    """Whether a text can be resolved as a URL or a reference to one."""
    try:
        urldefrag(urljoin(BASE, text))
    except ValueError:  # such as `http://[`
        return False
    return True
