"""The short way through a command line gives what argparse gives."""

from __future__ import annotations

from itertools import product

import pytest

from shunter.cli.options import COMMANDS, GLOBAL, Command
from shunter.cli.parse import _switches_only, build_parser

SHORT = [command for command in COMMANDS if _switches_only(command, []) is not None]


def test_the_hooks_take_the_short_way() -> None:
    assert {"validate", "lint", "lock", "update"} <= {command.words[0] for command in SHORT}


@pytest.mark.parametrize("command", SHORT, ids=lambda command: "-".join(command.words))
def test_like_argparse(command: Command) -> None:
    options = (*command.options, *GLOBAL)
    switches = [flag for option in options if option.keywords.get("action") == "store_true" for flag in option.flags]
    takes_names = any(option.keywords.get("nargs") == "*" for option in command.options)
    names = ["a.yaml", "b/c", "ä"] if takes_names else []
    for words in [[], *([switch] for switch in switches), *product([*switches[:3], *names], repeat=3)]:
        short = _switches_only(command, list(words))
        assert short is not None
        assert vars(short) == vars(build_parser(command).parse_intermixed_args(list(words)))


@pytest.mark.parametrize(
    "words", [["-h"], ["-C", "x"], ["-o", "json"], ["--unknown"], ["--set=a=b"], ["--", "x"], ["-qv"]]
)
def test_all_else_is_left_to_argparse(words: list[str]) -> None:
    assert all(_switches_only(command, words) is None for command in SHORT)
