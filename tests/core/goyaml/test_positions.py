"""Lines and columns: what libyaml counted, as an editor counts it."""

from __future__ import annotations

from random import Random

import pytest

from shunter.core.goyaml.positions import LONGEST_LINE, decode, line_at, line_starts, span_at


def test_only_a_line_feed_ends_a_line() -> None:
    random = Random(103)
    for _ in range(300):
        text = "".join(random.choice("ab\n\r\u2028\x85\u00e9 ") for _ in range(random.randint(0, 12)))
        lines = text.split("\n")
        assert [line_at(text, number) for number in range(len(line_starts(text)))] == lines, f"seed 103: {text!r}"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfa: \xc3\xa9", "a: \u00e9"),
        (b"\xff\xfea\0", "a"),
        (b"\xfe\xff\0a", "a"),
        (b"a\xff", "a\ufffd"),
        (b"", ""),
    ],
)
def test_a_mark_at_the_start_is_no_character(data: bytes, text: str) -> None:
    assert decode(data) == text


def test_a_span_counts_from_one_and_ends_with_its_first_line() -> None:
    text = "a: 1\nbb: \u00e9\u00e9  \nc"
    whole = span_at("v.yaml", text, 10, text.index("bb"), len(text))
    assert (whole.path, whole.line, whole.column, whole.end, whole.text) == ("v.yaml", 12, 1, 7, "bb: \u00e9\u00e9  ")
    start = text.index("\u00e9")
    assert (span_at("v", text, 0, start, start + 1).column, span_at("v", text, 0, start, start + 1).end) == (5, 6)
    assert span_at("v", text, 0, start + 2, start + 2).end == span_at("v", text, 0, start + 2, start + 2).column


def test_the_end_of_the_text_has_a_place() -> None:
    span = span_at("v", "a\n", 0, 2, 3)
    assert (span.line, span.column, span.end, span.text) == (2, 1, 1, "")


def test_a_line_that_nobody_reads_is_left_out() -> None:
    assert span_at("v", "x" * LONGEST_LINE, 0, 0, 1).text
    assert span_at("v", "x" * (LONGEST_LINE + 1), 0, 0, 1).text == ""
