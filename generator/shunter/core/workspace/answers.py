"""Answers, three ways: what was carried out last, what a repository records, what `shunter.yaml` says now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.core.charts.contents import read_once
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError


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


def read_answers(data: bytes) -> tuple[str, str, dict[str, Any]]:
    """Template source, its recorded commit (a tag such as `v1.2.0`) and the answers, from an answers file's bytes."""
    document = read_once(data, ".copier-answers.yml")
    for finding in (finding for finding in document.findings if finding.rule != "yaml-root"):
        message = f"an answers file is not YAML: {finding.message.removeprefix('this is no YAML: ')}"
        raise ShunterError(message, span=finding.span, hint=finding.hint)
    value = document.value or {}
    if not all(isinstance(value.get(key), str) for key in ("_src_path", "_commit")):
        raise ShunterError(
            "an answers file lacks `_src_path` or `_commit`", hint="restore .copier-answers.yml from git"
        )
    answers = {key: item for key, item in value.items() if not key.startswith("_")}
    return value["_src_path"], value["_commit"], answers
