"""A block that lost its indentation is one finding, and one fix moves all of it."""

from __future__ import annotations

from typing import Any, Final

from helpers.charts.judged import judged
from shunter.core.rules.fixes import fixed

SCHEMA: Final[dict[str, Any]] = {
    "additionalProperties": False,
    "properties": {"i": {"additionalProperties": False, "properties": {"t": {}, "u": {}}}},
}


def test_comments_move_with_the_block_that_lost_its_indentation() -> None:
    text = "i:\n# of t\nt:\n  x: 1\nu: |\n  # text\n"
    (finding,) = judged(SCHEMA, text)
    assert finding.message == "`i` is empty, and t, u (lines 3-5) belong below it"
    wanted = "i:\n  # of t\n  t:\n    x: 1\n  u: |\n    # text\n"
    assert fixed(text.encode(), [finding], "v.yaml")[0].decode() == wanted


def test_what_does_not_belong_below_the_empty_key_is_told_apart() -> None:
    found = judged(SCHEMA, "i:\nt: 1\nother: 2\n")
    assert sorted(finding.rule for finding in found) == ["indentation", "unknown-key"]
    assert [finding.rule for finding in judged(SCHEMA, "i: {u: 1}\nt: 1\n")] == ["unknown-key"]
