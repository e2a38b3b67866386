"""`templates/cases.yaml`: the projects that a test of templates makes and updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.versions import parse
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.data import dataclass, field

FILE: Final = "templates/cases.yaml"
CASES: Final = OwnFile("cases", "the cases of templates")


@dataclass(frozen=True, slots=True)
class Case:
    """One project: its answers, and the first release that can render it (empty: every one)."""

    name: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    since: str = ""


def read_cases(data: bytes, path: str, schema: bytes) -> tuple[Case, ...]:
    """The cases in these bytes; `path` names the file in errors. Raises ShunterError with all problems as findings."""
    value = checked(read_once(data, path), CASES, schema)
    return tuple(Case(each["name"], each["answers"], each.get("since", "")) for each in value["cases"])


def updates(case: Case, releases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every release that can render a case with every later one; `releases` are versions, the oldest first."""
    first = parse(case.since)
    able = [each for each in releases if (version := parse(each)) and (first is None or version >= first)]
    for at, old in enumerate(able):
        for new in able[at + 1 :]:
            yield old, new
