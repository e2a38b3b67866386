"""Answers, three ways: what was carried out last, what a repository records, what `shunter.yaml` says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answers to render with; `kept` are the keys where the repository's own answer stays."""

    answers: Mapping[str, Any]
    kept: tuple[str, ...]


def merge_answers(recorded: Mapping[str, Any], desired: Mapping[str, Any], applied: Mapping[str, Any] | None) -> Wanted:
    """The answers that a project gets.

    A key that somebody changed in the repository (`recorded` differs from what was `applied` last) keeps the
    repository's answer; all others follow `desired`. Without `applied` everything follows `desired`. Answers that
    the workspace does not know stay.
    """
    kept = tuple(
        key
        for key, value in desired.items()
        if applied is not None
        and key in recorded
        and recorded[key] != value
        and recorded[key] != applied.get(key, recorded[key])
    )
    return Wanted({**recorded, **desired, **{key: recorded[key] for key in kept}}, kept)
