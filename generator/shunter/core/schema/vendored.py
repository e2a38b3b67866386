"""Documents that a schema refers to by URL, laid into it: one compound document, in which Helm would fetch nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from shunter.core.schema.links import leaving
from shunter.core.schema.walk import draft_of

_BOM: Final = b"\xef\xbb\xbf"
_LATEST: Final = "https://json-schema.org/draft/2020-12/schema"
Fetch = Callable[[str], "bytes | None"]


def with_documents(schema: bytes, fetch: Fetch) -> bytes:
    """The JSON text `schema` with each document that it refers to by http or https, directly or through others.

    `fetch` gives the text of the document at a URL, or None where there is none: that reference stays as it is. The
    schema's own lines stay where they are. A text that is no JSON object, or refers to nothing else, is given back.
    """
    try:
        document = json.loads(schema.removeprefix(_BOM))
    except (ValueError, RecursionError):
        return schema
    found = _documents(document, fetch) if isinstance(document, dict) else {}
    return _laid_into(schema.removeprefix(_BOM).decode("utf-8", "replace"), document, found) if found else schema


def _documents(document: dict[str, Any], fetch: Fetch) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [document]
    while waiting:
        for reference in leaving(waiting.pop()):
            url = reference.target
            if reference.dangling or url in found or not url.startswith(("http://", "https://")):
                continue
            fetched = _read(fetch(url), url)
            if fetched is not None:
                found[url] = fetched
                waiting.append(fetched)
    return found


def _read(text: bytes | None, url: str) -> dict[str, Any] | None:
    """The document at a URL, called by it; where it names no draft it has the newest one, as Helm compiles it."""
    try:
        document = json.loads(text.removeprefix(_BOM)) if text is not None else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    return {"$schema": _LATEST, **document, "id" if draft_of(document) == 4 else "$id": url}


def _laid_into(text: str, document: dict[str, Any], found: dict[str, Any]) -> bytes:
    places = ("definitions", "$defs") if draft_of(document) >= 2019 else ("definitions",)
    place = next((place for place in places if place not in document), None)
    if place is None:
        return json.dumps({**document, places[0]: {**document[places[0]], **found}}).encode()
    head = text.rstrip().removesuffix("}").rstrip()
    comma = "," if document else ""
    return f"{head}{comma}\n{json.dumps(place)}:{json.dumps(found)}}}".encode()
