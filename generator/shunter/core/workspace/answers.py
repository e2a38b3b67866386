"""Answers, three ways: what was carried out last, what a repository records, what `shunter.yaml` says now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.goyaml.document import Document
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.data import dataclass, replace
from shunter.model.files import FileState
from shunter.model.wording import nearest

ANSWERS: Final = OwnFile("answers", "an answers file", "shunter and Copier write this file: restore it from git")
NAME: Final = ".copier-answers.yml"
_COMMIT: Final = re.compile(rb"^_commit:.*$", re.MULTILINE)
# Plain words that are text to Copier's YAML, where it writes them, and a truth or a number to Helm's; and numbers that
# are whole to Helm's, or no longer whole, and not to Copier's: 3.0, and more than a float64 holds.
_OTHER_TO_COPIER: Final = re.compile(
    rb"(?<![^\s:\[{,])(?:[yYnN]|[-+]?[0-9._]+[eE][-+]?[0-9]+|0o[0-7]+|[-+]?0[0-9]*[89][0-9]*"
    rb"|[-+]?[0-9_]+\.[0_]*|[-+]?[0-9_]{16,})(?![^\s:\]},])"
)
KINDS: Final = ("workspace", "repository", "service", "library", "app", "environment")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answers to render with; `kept` are the keys where the repository's own answer stays."""

    answers: Mapping[str, Any]
    kept: tuple[str, ...]


def merge_answers(recorded: Mapping[str, Any], desired: Mapping[str, Any], applied: Mapping[str, Any] | None) -> Wanted:
    """The answers that a project gets.

    A key that somebody changed in the repository (`recorded` differs from what was `applied` last) keeps the
    repository's answer; all others follow `desired`. Without `applied` everything follows `desired`. Answers that
    the workspace does not know stay; one that it gave, and gives no more, goes.
    """
    given_up = {
        key for key, value in (applied or {}).items() if key not in desired and recorded.get(key, value) == value
    }
    kept = tuple(
        key
        for key, value in desired.items()
        if applied is not None
        and key in recorded
        and recorded[key] != value
        and recorded[key] != applied.get(key, recorded[key])
    )
    stay = {key: value for key, value in recorded.items() if key not in given_up}
    return Wanted({**stay, **desired, **{key: recorded[key] for key in kept}}, kept)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a project's answers file says: the template's source and release (a tag such as v1.2.0), and the answers."""

    source: str
    release: str
    answers: Mapping[str, Any]


def read_answers(data: bytes, path: str, schema: bytes) -> Recorded:
    """What an answers file says; `path` names it in errors; `schema` is that of answers.

    Raises ShunterError with all problems as findings.
    """
    return _recorded(as_copier(read_once(data, path)), schema)


def own_answers(data: bytes, path: str, schema: bytes) -> Recorded | None:
    """What an answers file says; None if it is that of another template, which somebody else gave to Copier.

    The kind of such a project is none of ours; a file whose kind is one of ours misspelt is ours, and so is one that
    cannot be read. Raises ShunterError as `read_answers` does.
    """
    document = as_copier(read_once(data, path))
    kind = (document.value or {}).get("kind")
    ours = isinstance(kind, str) and (kind in KINDS or nearest(kind, KINDS))
    return _recorded(document, schema) if ours or document.value is None else None


def is_untouched(old: Mapping[str, FileState], new: Mapping[str, FileState]) -> bool:
    """Whether two renders of a project differ in nothing but the release that their answers files name."""
    was, now = old.get(NAME), new.get(NAME)
    if was is None or now is None or old.keys() != new.keys():
        return old == new
    if _COMMIT.sub(b"", was.data, count=1) != _COMMIT.sub(b"", now.data, count=1):
        return False
    return all(new[path] == state for path, state in old.items() if path != NAME)


def as_copier(document: Document) -> Document:
    """An answers file with the values that Copier reads in it: its YAML is Python's, with other truths and numbers.

    What it cannot read, such as a tag of somebody's own or a day that no month has, stays as Helm's has it.
    """
    if document.value is None or not _OTHER_TO_COPIER.search(document.data):
        return document
    import yaml  # few answers files hold such words

    try:
        value = yaml.load(document.data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both safe)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return document  # its constructors convert what a tag or a form promises, and raise what that raises
    return replace(document, value=value) if isinstance(value, dict) else document


def _recorded(document: Document, schema: bytes) -> Recorded:
    value = checked(document, ANSWERS, schema)
    answers = {key: item for key, item in value.items() if not key.startswith("_")}
    return Recorded(value["_src_path"], value["_commit"], answers)
