"""What a person is told of a mistake in the command line: a message and a hint."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from shunter.cli.options import VERSION, Command, Option, Table


def _quoted(shown: str) -> str:
    return f"`{shown}`" if shown.startswith("-") else shown


def _near(word: str, known: Iterable[str]) -> str:
    """The known word that was perhaps meant, compared without dashes in front; empty if none is near."""
    by_text = {name.lstrip("-"): name for name in sorted(known)}
    text = word.lstrip("-")
    starts = [name for name in by_text if name.startswith(text) and len(text) > 2]
    near = starts or difflib.get_close_matches(text, by_text, n=1)
    return by_text[near[0]] if near else ""


def no_command(words: tuple[str, ...], table: Table) -> tuple[str, str]:
    """What is wrong with words that name no command, and a hint."""
    if not words[-1]:
        return "the command is an empty word", "shunter --help lists the commands; perhaps a variable is not set"
    wanted = " ".join(words)
    family = {command.words[-1]: command.name for command in table.commands if command.words[0] == words[0]}
    called = {word: command.name for command in table.commands for word in (command.words[-1], *command.aliases)}
    called |= {command.words[0]: command.words[0] for command in table.commands} | family
    near = _near(words[-1], family or called)
    if near:
        return f"`{wanted}` is not a command", f"did you mean `shunter {called[near]}`?"
    known = f"one of: {', '.join(family.values())}" if family else "shunter --help lists the commands"
    return f"`{wanted}` is not a command", known


def no_option(
    flag: str, command: Command | None, words: tuple[str, ...], flags: Iterable[str], table: Table
) -> tuple[str, str]:
    """What is wrong with a flag that is not known here, and a hint."""
    if command is not None:
        near = "shunter --version" if flag in VERSION.flags else _near(flag, flags)
        hint = f"did you mean `{near}`?" if near else f"shunter {command.name} --help lists its options"
        return f"`shunter {command.name}` has no option `{flag}`", hint
    if any(flag in option.flags for known in table.commands for option in known.options):
        place = " ".join((*words, "COMMAND"))
        return f"`{flag}` stands before the command it belongs to", f"shunter {place} {flag}"
    near = _near(flag, flags)
    return f"there is no option `{flag}`", f"did you mean `{near}`?" if near else "shunter --help lists the commands"


def no_value(option: Option, flag: str, waiting: Sequence[str]) -> tuple[str, str]:
    """Of a flag that the last of the arguments `waiting`, if there is one, cannot be the value of."""
    hint = f"{flag} {option.metavar}"
    if waiting:
        hint += f"; a value that starts with a dash is attached: {flag}={waiting[-1]}"
    return f"`{flag}` needs a value", hint


def bad_value(option: Option, shown: str, text: str) -> tuple[str, str]:
    """Of a text that the option, which a person calls `shown`, does not take."""
    if not text or ("," in option.metavar and "" in text.split(",")):
        empty = "has an empty name" if text else "is empty"
        return f"{_quoted(shown)} {empty}", f"leave it out, or give {option.metavar}; perhaps a variable is not set"
    if not option.choices:
        return f"{_quoted(shown)} cannot be `{text}`", f"it takes a whole number: {shown} {option.metavar}"
    near = _near(text, option.choices)
    hint = f"did you mean `{near}`?" if near else f"one of: {', '.join(option.choices)}"
    return f"{_quoted(shown)} cannot be `{text}`", hint


def twice(option: Option, shown: str, first: object, second: str) -> tuple[str, str]:
    """Of an option that takes one value and is given two."""
    if "," in option.metavar:
        return f"`{shown}` is given twice", f"several names are separated by commas: {shown} {first},{second}"
    return f"`{shown}` is given twice", f"give it once: {shown} {first}, or {shown} {second}"
