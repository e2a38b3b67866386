"""Every command of docs/releases.md prints what the page shows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.stories import PAGE, identified, make, stories, told
from helpers.workspaces.workspaces import copy, shared

STORIES = stories(PAGE.read_text("utf-8"))


@pytest.mark.parametrize("title", STORIES)
def test_a_story_is_told_as_it_happens(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest takes seventeen commands, about three seconds.

    `PYTHONPATH=generator:tests .venv/bin/python -m helpers.workspaces.stories` writes the page again.
    """
    for name, text in identified(os.environ).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    root = copy(shared("stories", make) / "shop", tmp_path.resolve() / "shop")
    assert told(STORIES[title], root) == STORIES[title]


def test_a_row_of_a_history_names_some_of_many_cars() -> None:
    root = shared("stories", make) / "shop"
    [line] = [line for line in ok("history", "us", cwd=root).out.splitlines() if " promote " in line]
    assert "auth 1.0.0 new, cart 1.0.0 new, catalog 1.0.0 new, gateway 1.0.0 new and 5 more" in line
    assert len(json.loads(ok("history", "us", "-o", "json", cwd=root).out)[0]["changes"]) == 9
