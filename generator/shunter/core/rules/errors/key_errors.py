"""Findings for keys that a schema does not know, and for those that it misses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from shunter.core.goyaml.plain import scalar_text
from shunter.core.goyaml.scalars import resolve
from shunter.core.rules.errors.schema_errors import Subject, describe
from shunter.core.rules.paste import REQUIRED_HERE
from shunter.model.findings import Finding, TextEdit
from shunter.model.wording import dotted, in_a_list, is_slip, nearest, quoted, same_letters


def unknown_key(
    subject: Subject,
    key: str,
    known: Sequence[str],
    owner: str,
    elsewhere: Sequence[str],
    fits: Callable[[str], bool],
    missing: str = "",
) -> Finding:
    """The finding for a key that the schema does not know.

    `known` are those that it does, `owner` is whose they are, `elsewhere` the key paths nearby where it knows this
    one; `fits` says whether the value may stand under one that is known; `missing` is a required key that this one can
    be meant for. A fix renames what can be nothing else, or a slip of the pen, and only where the value fits.
    """
    path = (*subject.path, key)
    span = subject.document.span(path, of="key")
    written = span.text[span.column - 1 : span.end - 1]
    more: dict[str, Any] = {"span": span, "key": path, "notes": _read_as(written, key)}
    message = f"`{dotted(path)}` is not a key of {owner}"
    guess = missing or nearest(key, known)
    if missing:
        more["notes"] += (f"`{missing}` {REQUIRED_HERE}",)
    if not missing and elsewhere and (guess is None or not same_letters(guess, key)):
        places = " or ".join(f"`{place}`" for place in elsewhere[:3])
        return subject.finding("unknown-key", message, hint=f"did you mean {places}?", **more)
    if guess is not None:
        quotes = written[:1] if written[:1] in ("'", '"') else ""
        taken = subject.document.has((*subject.path, guess))
        renamed = f"{quotes}{guess}{quotes}" if quotes else scalar_text(guess)
        safe = written == f"{quotes}{key}{quotes}" and not taken and (missing or is_slip(key, guess)) and fits(guess)
        fix = (TextEdit(span, renamed),) if safe else ()
        return subject.finding("unknown-key", message, hint=f"did you mean `{guess}`?", fix=fix, **more)
    some = in_a_list(sorted(known))
    return subject.finding("unknown-key", message, hint=f"delete it; known here: {some or 'no key'}", **more)


def _read_as(written: str, key: str) -> tuple[str, ...]:
    """What Helm makes of an unquoted key that is a boolean or a number to it."""
    value = resolve(written)
    if written == key or isinstance(value, str) or value is None:
        return ()
    reads = f"is the boolean {key}" if isinstance(value, bool) else "is a number"
    return (f"unquoted, the key `{written}` {reads} to Helm, so it becomes {quoted(key)}",)


def may_hold(schema: Any, value: Any) -> bool:
    """Whether a schema's `type`, if it has one, allows a value of this shape: a map, a list, or neither."""
    wanted = schema.get("type") if isinstance(schema, dict) else None
    types = {wanted} if isinstance(wanted, str) else set(wanted or ())
    if isinstance(value, dict | list):
        return not types or ("object" if isinstance(value, dict) else "array") in types
    return not types or not types <= {"object", "array"}


def missing_key(subject: Subject, key: str, schema: Any) -> Finding:
    """The finding for a required key that nobody sets; `schema` is the key's own, if there is one."""
    path = (*subject.path, key)
    wanted = describe(schema)
    message = f"`{dotted(path)}` is required, and nothing sets it"
    return subject.finding(
        "missing-key", message, key=path, notes=(f"wanted: {wanted}",), hint=f"add `{key}:`, {wanted}"
    )


def null_default(subject: Subject, name: str, schema: Any) -> Finding:
    """The finding for a required key that is null in a chart's own values, and that nothing else sets.

    The subject is that null, `name` the key path to print; `schema` is the key's own, if there is one.
    """
    wanted = describe(schema)
    message = f"`{name}` is required, and all that sets it is this null, which Helm drops"
    return subject.finding("missing-key", message, notes=(f"wanted: {wanted}",), hint=f"set it to {wanted}")
