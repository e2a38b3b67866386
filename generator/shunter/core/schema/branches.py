"""Which of the forms of an `anyOf` or `oneOf` a value is meant to have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jsonschema_rs import ValidationError

from shunter.model.wording import shown


def intended(error: ValidationError) -> list[ValidationError]:
    """What is wrong in every form of an `anyOf` or `oneOf` that the value can be meant to have; empty if that is open.

    A form is out of the question if it wants another type, or another word under a key (`type: secret`).
    """
    depth = len(error.instance_path)
    branches: list[list[ValidationError]] = error.kind.as_dict().get("context") or []
    meant = [branch for branch in branches if branch and not any(_excludes(reason, depth) for reason in branch)]
    others = [{_mark(reason) for reason in branch} for branch in meant[1:]]
    shared = [reason for reason in meant[0] if all(_mark(reason) in other for other in others)] if meant else []
    return shared or _closest(meant, depth)


def _closest(branches: Sequence[list[ValidationError]], depth: int) -> list[ValidationError]:
    """What is wrong in the one form that has the keys of the value; empty if several do, or none."""
    ranked = sorted((sum(_strange_keys(reason, depth) for reason in branch), at) for at, branch in enumerate(branches))
    if len(ranked) < 2 or ranked[0][0] == ranked[1][0]:
        return []
    return branches[ranked[0][1]]


def _strange_keys(error: ValidationError, depth: int) -> int:
    """How many keys of the value itself a form does not know, or misses."""
    details = error.kind.as_dict()
    if len(error.instance_path) > depth:
        return 0
    return len(details["unexpected"]) if "unexpected" in details else 1


def _mark(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    return tuple(error.instance_path), error.message


def _excludes(error: ValidationError, depth: int) -> bool:
    details, below = error.kind.as_dict(), len(error.instance_path) - depth
    if "types" in details:
        return below == 0
    return below <= 1 and ("options" in details or "expected_value" in details)


def distance(branch: Sequence[ValidationError], depth: int) -> tuple[int, int]:
    """How far a value is from a form, as a key to sort by."""
    wrong_type = any("types" in error.kind.as_dict() and len(error.instance_path) == depth for error in branch)
    return int(wrong_type), len(branch)


def telling_key(branches: Sequence[list[ValidationError]], depth: int) -> tuple[str, list[Any]]:
    """The key whose word tells the forms apart (`type: secret`), where it has no form's word; and all their words."""
    words: list[dict[str, list[Any]]] = []
    for branch in branches:
        found: dict[str, list[Any]] = {}
        for error in branch:
            details = error.kind.as_dict()
            options = details.get("options", [details["expected_value"]] if "expected_value" in details else None)
            if options is not None and len(error.instance_path) == depth + 1:
                found[str(error.instance_path[-1])] = options
        words.append(found)
    shared = [key for key in (words[0] if words else ()) if all(key in found for found in words)]
    if not shared:
        return "", []
    return shared[0], list(dict.fromkeys(shown(option) for found in words for option in found[shared[0]]))
