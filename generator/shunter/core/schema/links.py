"""What the references of a schema do to it: they lead nowhere, or out of the document.

Helm compiles what a schema reaches from its root; a broken reference in a definition that nothing uses does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag

from shunter.core.schema.references import Location, References, anchors, identity, is_url, join
from shunter.core.schema.walk import (
    BASE,
    FORGOTTEN,
    KEYWORDS,
    Nodes,
    Path,
    children,
    draft_of,
    is_applied,
    is_place,
    subschemas,
)
from shunter.model.data import dataclass


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
    references = References(document)
    reached = _reached(references)
    known = set()
    for place in references.locations:
        known.add(id(place.schema))
        for keyword, text in references.in_schema(place.schema):
            target = urldefrag(join(place.base, text))[0]
            outside = not references.has_resource(target)
            if outside or references.find(place.schema, text) is None:
                yield Reference((*place.path, keyword), text, target, id(place.schema) in reached, dangling=not outside)
    for path, schema in subschemas(document):
        if id(schema) not in known:  # where this draft has no schema, and jsonschema-rs looks all the same
            found = references.in_schema(schema)
            yield from (Reference((*path, key), text, text, False, False) for key, text in found)


def astray(document: dict[str, Any], nodes: Nodes) -> Iterator[Location]:
    """The schemas that the root reaches by a pointer to where its draft has none, such as below an unknown keyword.

    `nodes` are the document's schema objects. Helm's library holds them against the draft's own schema, too.
    """
    draft = draft_of(document)
    texts = {text for _, schema in nodes for keyword in KEYWORDS if isinstance(text := schema.get(keyword), str)}
    if all("#" not in text or is_place(text.partition("#")[2], draft) for text in texts):
        return
    references = References(document)
    reached = _reached(references)
    known = {path for path, _ in nodes}
    yield from (place for place in references.locations if id(place.schema) in reached and place.path not in known)


def within_urns(document: Any, nodes: Nodes) -> Iterator[tuple[dict[str, Any], str, str]]:
    """References that are relative to a URN, which Helm's library takes for ones into the same resource.

    The schema object, the keyword, and how such a reference is written.
    """
    if not any(str(schema.get(name, "")).startswith("urn:") for _, schema in nodes for name in ("$id", "id")):
        return
    for place in References(document).locations:
        for keyword in KEYWORDS if place.base.startswith("urn:") else ():
            text = place.schema.get(keyword)
            if isinstance(text, str) and not text.startswith(("#", "urn:")) and join(place.base, text)[:4] == "urn:":
                yield place.schema, keyword, f"#{text.partition('#')[2]}"


def repeated_names(document: Any) -> Iterator[tuple[Path, str]]:
    """Identifiers and anchors that stand in a document before: where, and which."""
    if not isinstance(document, dict):
        return
    seen = {(BASE, "")}
    for place in References(document).locations:
        own = identity(place.schema, place.draft)
        names = {(place.base, name) for name in anchors(place.schema, place.draft)}
        for name in names | ({(place.base, "")} if own and is_url(own) else set()):
            if name in seen and place.path:
                yield place.path, "#".join(name) if name[1] else name[0].removeprefix("file:///")
            seen.add(name)


def is_reached(document: dict[str, Any], path: Path) -> bool:
    """Whether the root of a document reaches the keywords of the schema object at `path`."""
    references = References(document)
    reached = _reached(references)
    found = (place for place in references.locations if place.path == path and id(place.schema) in reached)
    return any(place.draft >= 2019 or "$ref" not in place.schema for place in found)


def _reached(references: References) -> set[int]:
    """The ids of the schema objects that are reached from the root."""
    seen: set[int] = set()
    stack: list[Any] = [references.document]
    stack += [
        place.schema for place in references.locations if place.draft == 2020 and "$dynamicAnchor" in place.schema
    ]
    while stack:
        schema = stack.pop()
        if not isinstance(schema, dict) or id(schema) in seen:
            continue
        seen.add(id(schema))
        for _, text in references.in_schema(schema):
            if (target := references.find(schema, text)) is not None:
                stack += [target.schema, references.resource_around(target)]
        draft = references.location_of(schema).draft
        ignoring = draft < 2019 and isinstance(schema.get("$ref"), str)
        for step, item in children(schema, draft):
            if is_applied(step[0], schema) and (not ignoring or step[0] in FORGOTTEN):
                stack.append(item)
    return seen
