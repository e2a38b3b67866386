"""docs/reference/values.md says what the library's contract says."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
from generate_values import PAGE, page

from helpers.charts.scenarios import documented


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python docs/generate_values.py`"


def test_it_names_every_documented_key() -> None:
    text = page()
    missing = [key for _, key in documented() if f"{key}`" not in text]
    assert missing == []
