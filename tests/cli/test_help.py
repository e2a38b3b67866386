"""Help texts name all there is, and fit into the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok
from shunter.cli.options import HELP, TABLE, Command


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("command", TABLE.commands, ids=lambda command: command.name)
def test_help_names_everything(command: Command, columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = ok(*command.words, "--help", cwd=tmp_path).out
    assert text.splitlines()[0] == f"usage: {command.usage}"
    words = " ".join(text.split())
    for option in (*command.options, *TABLE.everywhere, HELP):
        assert f"{', '.join(option.flags)} {'' if option.takes == 'nothing' else option.metavar}".strip() in words
        assert option.help in words
    assert all(example in text for example in command.examples)
    fits = [line for line in text.splitlines() if "  " in line.strip() and line not in command.examples]
    assert [line for line in fits if len(line) > min(columns, 120)] == []


def test_the_overview_wraps_between_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = ok("--help", cwd=tmp_path).out
    assert max(map(len, text.splitlines())) <= 60
    assert all(command.summary in " ".join(text.split()) for command in TABLE.commands)
