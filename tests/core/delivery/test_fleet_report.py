"""Rows of an update: what is written is read again, what is cut off is not, and people's words are no Markdown."""

from __future__ import annotations

import json

import pytest

from shunter.core.delivery.fleet_report import (
    PHASES,
    PUSH,
    Row,
    line_of,
    markdown,
    read_lines,
    request_text,
    row_of,
    totals,
)
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Status

FULL = Row(
    "shop-tst",
    Status.REFUSED,
    "0.3.0",
    PUSH,
    ("0.1.0", "0.2.0"),
    "pushed; ünï",
    "update/templates",
    "a" * 40,
    ("a", "b\ud800"),
    (("values.yaml", "contents"),),
    True,
    ("opened", "https://x/1"),
    True,
    dict.fromkeys(PHASES, 1.5),
)
SMALL = Row("orders", Status.NOOP, "0.3.0")


@pytest.mark.parametrize("row", [FULL, SMALL])
def test_a_row_is_read_as_it_was_written(row: Row) -> None:
    assert row_of(json.loads(json.dumps(row.data()))) == row
    assert line_of(row).count("\n") == 1


def test_the_last_line_of_a_repository_counts_and_one_that_is_cut_off_does_not() -> None:
    newer = replace(SMALL, status=Status.DONE)
    text = line_of(SMALL) + line_of(FULL) + line_of(newer)
    assert read_lines(text, "r") == {"orders": newer, "shop-tst": FULL}
    assert read_lines(text[:-2], "r") == {"orders": SMALL, "shop-tst": FULL}
    assert read_lines("", "r") == {}


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "[]",
        "{}",
        line_of(SMALL).replace('"format": 1', '"format": 2').strip(),
        line_of(SMALL).replace("noop", "nope").strip(),
        line_of(SMALL).replace('"commit"', '"far"', 1).strip(),
    ],
)
def test_anything_else_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(ShunterError, match=r"^r, line 2: no line of an update's report$"):
        read_lines(f"{line_of(FULL)}{line}\n{line_of(SMALL)}", "r")


def test_seconds_are_summed_by_phase() -> None:
    assert totals([FULL, FULL, SMALL]) == dict.fromkeys(PHASES, 3.0)
    assert totals([SMALL]) == {}


def test_the_table_has_what_is_to_be_looked_at() -> None:
    text = markdown([SMALL, FULL, replace(FULL, repository="a|b", detail="@me <b>\n# x", conflicts=(), left=False)])
    assert "1 noop, 2 refused" in text
    assert "| orders |" not in text
    assert "\n| shop-tst | 0.1.0, 0.2.0 | **refused** | `aaaaaaaa` | [opened](https://x/1) | pushed; ünï |\n" in text
    assert (
        "\n| a\\|b | 0.1.0, 0.2.0 | refused | `aaaaaaaa` | [opened](https://x/1) | @\u200bme \\<b\\> \\# x |\n" in text
    )
    assert "### Conflicts in shop-tst\n\n* `values.yaml` (contents)\n" in text
    assert "plan 3.0 s, render 3.0 s" in text
    assert markdown([]) == "## Templates\n\nnothing to do\n"


def test_a_pull_request_says_what_it_brings() -> None:
    title, body = request_text(replace(FULL, files=tuple(f"f{n}`" for n in range(52))), [("Two", ""), ("*One*", "")])
    assert title == "Update to template release 0.3.0"
    assert body.startswith("Templates 0.1.0, 0.2.0 → 0.3.0.\n\n* Two\n* \\*One\\*\n\n* `f0?`\n")
    assert body.endswith("* `f49?`\n* and 2 more\n")
    assert request_text(SMALL, [("One", "")])[1] == "Templates 0.3.0.\n"
