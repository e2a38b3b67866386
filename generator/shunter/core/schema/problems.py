"""What is wrong with a schema, in words: its text, its draft, its patterns and where its references lead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from shunter.core.schema.engine import jsonschema_rs
from shunter.model.data import dataclass

if TYPE_CHECKING:
    from shunter.core.schema.links import Reference

OLD_DRAFTS: Final = ("draft-04", "draft-06", "draft-07")
_DRAFTS: Final = frozenset(
    [f"http://json-schema.org/{draft}/schema" for draft in OLD_DRAFTS]
    + [f"https://json-schema.org/{draft}/schema" for draft in OLD_DRAFTS]
    + [
        f"{scheme}://json-schema.org/draft/{draft}/schema"
        for scheme in ("http", "https")
        for draft in ("2019-09", "2020-12")
    ]
    + ["http://json-schema.org/schema", "https://json-schema.org/schema"]
)
_WORDS: Final = r'"(?:[^"\\]|\\.)*"|NaN|-?Infinity'
"""Texts, and what Python takes for JSON and Go does not."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a schema, and the path in it. `fatal`: Helm refuses all values because of it.

    `place` is the line and column, from 1, in a text that is no JSON and has no paths.
    """

    message: str
    path: tuple[str | int, ...] = ()
    hint: str = ""
    fatal: bool = True
    rule: str = "schema-broken"
    place: tuple[int, int] = (0, 0)


TOO_DEEP: Final = Problem(
    "the schema nests too deeply to be judged", hint="flatten it", fatal=False, rule="schema-too-complex"
)
"""What is not judged, and not refused."""


def of_text(data: bytes, error: Exception) -> Problem:
    """Why the bytes of a schema are no JSON, by the error of the parser."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem("the schema is UTF-16, and JSON is UTF-8", hint="save the file as UTF-8")
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if "digits" in str(error):
        return Problem("the schema holds a number of more than 4,300 digits", hint="write a number that fits a float")
    if not isinstance(error, json.JSONDecodeError):
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        words = (found for found in re.finditer(_WORDS, text) if found[0][0] != '"')
        error = json.JSONDecodeError(str(error), text, next((found.start() for found in words), 0))
    message = f"the schema is no JSON: {error.msg}"
    return Problem(message, hint="check it with `jq .`", place=(error.lineno, error.colno))


def of_dialect(document: dict[str, Any], known: Mapping[str, Any]) -> Iterator[Problem]:
    """A `$schema` that Helm has to fetch, or cannot load; `known` has copies by URL."""
    dialect = document.get("$schema")
    if not isinstance(dialect, str) or dialect.rstrip("#") in _DRAFTS or dialect.rstrip("#") in known:
        return
    hint = "use http://json-schema.org/draft-07/schema# or https://json-schema.org/draft/2020-12/schema"
    if dialect.startswith(("http://", "https://")):
        message = f"Helm has to fetch the draft `{dialect}`"
        yield Problem(message, ("$schema",), hint, fatal=False, rule="remote-schema")
    else:
        yield Problem(f"`$schema` is `{dialect}`, which Helm cannot load", ("$schema",), hint)


def of_pattern(path: tuple[str | int, ...], fault: str) -> Problem:
    """A pattern, or the name of one, that RE2 does not take."""
    hint = "write it without look-around and back-references: Helm's patterns are RE2"
    return Problem(f"Helm cannot compile the pattern {fault}", path, hint)


def is_remote(reference: Reference) -> bool:
    """Whether Helm fetches what a reference leads to from the network."""
    return not reference.dangling and reference.target.startswith(("http://", "https://"))


def of_references(reference: Reference, *others: Reference) -> Problem:
    """What is wrong with a reference; `others` lead into the same remote document."""
    if reference.dangling:
        return Problem(f"`{reference.text}` leads nowhere in this schema", reference.path, "define it, or correct it")
    if is_remote(reference):
        shown = reference.target if others else reference.text
        message = f"Helm fetches `{shown}` from the network on every run; what it says is not judged here"
        message += f" ({len(others) + 1} references)" if others else ""
        hint = "bundle it into the schema, or give --schema-cache a copy"
        return Problem(message, reference.path, hint, fatal=False, rule="remote-schema")
    message = f"Helm does not find `{reference.text}`: it resolves references against the root of the file system"
    return Problem(message, reference.path, "bundle it into the schema")


def of_compiling(error: Exception) -> Problem:
    """Why jsonschema-rs takes a schema for none."""
    if not isinstance(error, jsonschema_rs.ValidationError):
        return Problem(f"the schema cannot be used: {error}")
    path = tuple(error.instance_path)
    message = error.message.split("\n")[0]
    if "meta-schema" in message:
        return Problem("`$schema` names no draft that Helm knows", ("$schema",), "use draft-07 or 2020-12")
    return Problem(f"the schema is not valid: {message}", path, "look the keyword up in the draft of its `$schema`")
