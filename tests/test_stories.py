"""Every command of docs/releases.md prints what the page shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
