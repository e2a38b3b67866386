"""shunter's own files read back as they were written, by Helm too, and errors carry their place."""

from __future__ import annotations

from typing import Any

import helm_python
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shunter.core.goyaml import plain
from shunter.core.goyaml.document import read
from shunter.model.errors import ShunterError

TRICKY = [
    "y",
    "No",
    "on",
    "null",
    "~",
    "1.10",
    "0777",
    "0o17",
    "1e3",
    "1_000",
    "0x1f",
    ".5",
    "1:30",
    "2026-01-02",
    "<<",
]
TRICKY += [
    "2026-01-02T03:04:05Z",
    "",
    " a",
    "a ",
    "a: b",
    "a #b",
    "- a",
    "'",
    '"',
    "\\",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeff",
]
TRICKY += [
    "\U0001f600",
    "a\nb",
    "\t",
    "%x",
    "@x",
    "`x",
    "{a}",
    "[a]",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "?",
    "=",
    "08",
    "1.0.0",
    "+1",
]
TEXT = st.sampled_from(TRICKY) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NAMES = TEXT.filter(lambda text: text != "")
VALUES = st.recursive(
    TEXT | st.booleans() | st.none() | st.integers(-5, 5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.slow  # random texts through three readers
@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
def test_everyone_reads_what_was_written(value: Any) -> None:
    data = plain.dump(value, "a comment\n\nof three lines")
    assert data.startswith(b"# a comment\n#\n# of three lines\n")
    assert plain.load(data, "x.yaml").value == value
    assert helm_python.values_from_yaml(data.decode()) == value
    assert yaml.safe_load(data) == value


def test_the_look_of_it() -> None:
    value = {"a": {"b": ["x", {"c": 1, "d": {"e": True}}, ["f"]], "empty": {}, "none": None, "list": []}, "v": "1.10"}
    assert plain.dump(value).decode() == (
        'a:\n  b:\n  - x\n  - c: 1\n    d:\n      e: true\n  - - f\n  empty: {}\n  none: null\n  list: []\nv: "1.10"\n'
    )


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"a: 1\nb: [", 2), (b"a:\n\tb: 2\n", 2), (b"- a\n", 1), (b"a: 1\n<<<<<<< x\nb: 2\n=======\n", 3)],
)
def test_a_broken_file_is_an_error_with_its_place(data: bytes, line: int) -> None:
    with pytest.raises(ShunterError) as caught:
        plain.load(data, "t.yaml")
    assert caught.value.span is not None
    assert (caught.value.span.path, caught.value.span.line) == ("t.yaml", line)


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), ("on", '"on"'), ("1.10", '"1.10"'), ("a b", '"a b"'), (1, "1"), (None, "null")]
)
def test_scalars_are_quoted_where_helm_would_read_something_else(value: Any, text: str) -> None:
    assert plain.scalar_text(value) == text
    assert read(f"x: {text}".encode(), "v").value == {"x": value}
