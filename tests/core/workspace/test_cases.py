"""The cases of a template set, and which updates each of them makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.copier_templates import ROOT
from shunter.core.workspace.answers import KINDS
from shunter.core.workspace.cases import FILE, Case, read_cases, updates
from shunter.model.errors import ShunterError

SCHEMA = (Path(ROOT) / "schemas/cases.schema.json").read_bytes()


def test_a_case_goes_from_every_release_to_every_later_one() -> None:
    releases = ["0.1.0", "0.2.0", "1.0.0-rc.1", "1.0.0"]
    assert [*updates(Case("a", {}, "0.2.0"), releases)] == [
        ("0.2.0", "1.0.0-rc.1"),
        ("0.2.0", "1.0.0"),
        ("1.0.0-rc.1", "1.0.0"),
    ]
    assert len([*updates(Case("a"), releases)]) == 6


def test_our_own_cases_have_every_kind() -> None:
    cases = read_cases((ROOT / FILE).read_bytes(), FILE, SCHEMA)
    assert {case.answers["kind"] for case in cases} == {*KINDS}
    assert len({case.name for case in cases}) == len(cases)


def test_what_is_wrong_has_a_place() -> None:
    text = b"cases:\n  - name: a\n    since: new\n    answers: {}\n  - name: b\n"
    with pytest.raises(ShunterError) as error:
        read_cases(text, FILE, SCHEMA)
    assert {(each.span.path, each.span.line) for each in error.value.findings} == {(FILE, 3), (FILE, 5)}
