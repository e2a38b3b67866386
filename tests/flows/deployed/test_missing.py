"""What is wrong is a finding where it stands, and what is elsewhere a note; other errors go on."""

from __future__ import annotations

import pytest

from shunter.flows.deployed.missing import ElsewhereError, Missing
from shunter.model.errors import ShunterError
from shunter.model.findings import Severity, Span


def test_what_is_wrong_is_told_where_it_stands_and_what_is_elsewhere_once() -> None:
    missing = Missing(Span("app.yaml", 3))
    with missing.noting(Span("app.yaml", 7)):
        raise ShunterError("there is no file a.yaml", hint="check the name")
    for _ in range(2):
        with missing.noting():
            raise ElsewhereError("the chart is at oci://x.example/web", "--fetch")
    with missing.noting():
        raise ElsewhereError("no ConfigMap `a` is in this repository")
    wrong, note = missing.findings()
    assert (wrong.rule, wrong.span.line, wrong.severity) == ("stray-values", 7, Severity.ERROR)
    assert note.message == ("not judged: the chart is at oci://x.example/web; no ConfigMap `a` is in this repository")
    assert (note.rule, note.span.line, note.severity, note.hint) == ("unjudged-values", 3, Severity.NOTE, "--fetch")
    assert missing.keys


def test_nothing_is_told_of_nothing_and_other_errors_go_on() -> None:
    missing = Missing(Span("app.yaml"))
    with missing.noting():
        pass
    assert [*missing.findings()] == []
    with pytest.raises(ValueError, match="else"), missing.noting():
        raise ValueError("else")
