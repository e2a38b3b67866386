"""The tables of commands: each has one meaning, and a command line loads what its first word needs."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from shunter.cli.options import HELP, TABLE, VERSION, Command, Option, Table


@pytest.mark.parametrize("command", TABLE.commands, ids=lambda command: command.name)
def test_the_table_has_one_meaning(command: Command) -> None:
    options = (*command.options, *TABLE.everywhere)
    flags = [flag for option in (*options, HELP) for flag in option.flags]
    assert len(flags) == len(set(flags))
    assert len({option.name for option in options}) == len(options)
    order = [["one", "optional", "many"].index(option.takes) for option in command.options if not option.flags]
    assert order == sorted(order), "an operand that may be left out stands before one that must not"
    assert order.count(2) <= 1
    module, _, function = command.run.partition(":")
    assert callable(getattr(import_module(module), function))


def test_one_flag_is_a_switch_here_and_takes_a_value_there() -> None:
    kinds: dict[str, set[bool]] = {}
    for option in (option for command in TABLE.commands for option in (*command.options, *TABLE.everywhere, HELP)):
        for flag in option.flags:
            kinds.setdefault(flag, set()).add(option.takes == "nothing")
    several = {flag for flag, found in kinds.items() if len(found) > 1}
    # `rollback --values` takes no values files, and brings those of then back; `update --plan` makes a plan, and
    # `promote --plan FILE` carries one out.
    assert several == {"--values", "--plan"}
    assert [flag for flag in VERSION.flags if any(flag in option.flags for option in TABLE.everywhere)] == []


LOADED = """
import sys
from shunter.cli.options import TABLE
from shunter.cli.parse import parse
parse(sys.argv[1:], TABLE)
print(*sorted(name for name in sys.modules if name.startswith("shunter.cli.")))
"""


def loaded(*argv: str) -> set[str]:
    """The families, and what mistakes need, that are imported by parsing this command line."""
    done = subprocess.run([sys.executable, "-c", LOADED, *argv], capture_output=True, text=True, check=True)
    always = {f"shunter.cli.{name}" for name in ("options", "parse")}
    return {name.rpartition(".")[2] for name in set(done.stdout.split()) - always}


@pytest.mark.parametrize("family", TABLE.families)
def test_a_command_line_loads_the_family_of_its_first_word(family: str) -> None:
    words = TABLE.families[family].split()
    meant = {word for command in TABLE.load(family) for word in (command.words[0], *command.aliases)}
    assert set(words) <= meant
    assert loaded("-q", words[0], "--help") == {family}


def test_a_word_that_no_family_is_known_for_loads_them_all() -> None:
    assert loaded("frobnicate") == {*TABLE.families, "mistakes"}


def test_a_command_needs_its_family_only() -> None:
    """The index of first words is for speed: a verb that it does not name is found all the same."""
    families = {"old": (Command(("old",), "", ""),), "new": (Command(("brand", "new"), "", "", aliases=("fresh",)),)}
    table = Table((), {"old": "old", "new": ""}, families.__getitem__)
    assert [command.name for word in ("old", "brand", "fresh", "new") for command in table.named(word)] == [
        "old",
        "brand new",
        "brand new",
    ]


@pytest.mark.parametrize(
    ("option", "takes", "refuses"),
    [
        (Option("--port", help="", kind=int), ["0", "80", "999999999"], ["", "-1", "1.0", "many", "\u0661", "1" * 10]),
        (Option("--only", help="", metavar="A,B"), ["a", "a,b"], ["", ",", "a,,b", "a,"]),
        (Option("--set", help=""), ["a,", "x"], [""]),
        (Option("--format", help="", choices=("text", "json")), ["text"], ["", "tex", "TEXT"]),
    ],
)
def test_what_can_be_a_value(option: Option, takes: list[str], refuses: list[str]) -> None:
    assert [text for text in (*takes, *refuses) if option.takes_text(text)] == takes
