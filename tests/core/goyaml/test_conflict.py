"""Markers of a merge are found where they are, and nowhere else."""

from __future__ import annotations

import pytest

from shunter.core.goyaml.conflict import MESSAGE, marker_span
from shunter.core.goyaml.document import read

CONFLICT = b"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n"


@pytest.mark.parametrize("data", [CONFLICT, CONFLICT.replace(b"\n", b"\r\n"), CONFLICT.replace(b"a: 1", b"---")])
def test_a_conflict_is_named_as_such_at_its_first_line(data: bytes) -> None:
    [finding] = read(data, "values.yaml").findings
    assert (finding.rule, finding.message, finding.span.path) == ("merge-conflict", MESSAGE, "values.yaml")
    assert (finding.span.line, finding.span.text) == (2, "<<<<<<< HEAD")


@pytest.mark.parametrize(
    "data",
    [b"", b"a: |\n  <<<<<<< HEAD\n  >>>>>>> other\n", b"<<<<<<< HEAD\n", b"# <<<<<<< a\n>>>>>>> b\n", b"<<<<<<<<\n"],
)
def test_other_text_is_no_conflict(data: bytes) -> None:
    assert marker_span("values.yaml", data) is None
