"""From argv to a command and its arguments. Only the named command's parser is built, so help stays cheap."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn, cast

from shunter.cli.options import COMMANDS, GLOBAL, Command, Option
from shunter.model.errors import ShunterError

if TYPE_CHECKING:
    import argparse


def overview() -> str:
    """The text of `shunter --help`."""
    width = max(len(" ".join(command.words)) for command in COMMANDS)
    lines = [f"  {' '.join(command.words):<{width}}  {command.summary}" for command in COMMANDS]
    usage = "usage: shunter COMMAND [options]\n\nMakes up release trains: Helm workspaces from one file.\n\ncommands:\n"
    return (
        usage + "\n".join(lines) + "\n\n`shunter COMMAND --help` says more; `shunter --version` prints the version.\n"
    )


def parse(argv: list[str]) -> tuple[Command, argparse.Namespace]:
    """The command that `argv` names, and its arguments. A usage error raises ShunterError; --help exits with 0."""
    words = _words(argv)
    command = _find(words)
    rest = list(argv)
    for word in words[: len(command.words)]:
        rest.remove(word)
    return command, _switches_only(command, rest) or build_parser(command).parse_intermixed_args(rest)


def _switches_only(command: Command, argv: list[str]) -> argparse.Namespace | None:
    """The arguments of a line of known switches and names alone, as a hook's is; argparse would take it 8 ms longer."""
    values: dict[str, Any] = {}
    switches: dict[str, str] = {}
    names: list[str] | None = None
    for option in (*command.options, *GLOBAL):
        if option.keywords.get("action") == "store_true":
            switches |= dict.fromkeys(option.flags, _destination(option))
            values[_destination(option)] = False
        elif option.flags[0].startswith("-"):
            values[_destination(option)] = option.keywords["default"]
        elif option.keywords.get("nargs") == "*" and names is None:
            names = values[option.flags[0]] = []
        else:
            return None
    for argument in argv:
        if argument in switches:
            values[switches[argument]] = True
        elif argument.startswith("-") or names is None:
            return None
        else:
            names.append(argument)
    return cast("argparse.Namespace", SimpleNamespace(**values))


def _destination(option: Option) -> str:
    long = next((flag for flag in option.flags if flag.startswith("--")), option.flags[0])
    return str(option.keywords.get("dest", long.lstrip("-").replace("-", "_")))


def build_parser(command: Command) -> argparse.ArgumentParser:
    """The parser of one command, with the global options."""
    import argparse

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            raise ShunterError(message, hint=f"see {self.prog} --help")

    parser = Parser(
        prog=f"shunter {' '.join(command.words)}",
        description=command.summary[0].upper() + command.summary[1:] + ".",
        epilog="\n".join(("examples:", *(f"  {line}" for line in command.examples))) if command.examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for option in command.options:
        parser.add_argument(*option.flags, **option.keywords)
    group = parser.add_argument_group("everywhere")
    for option in GLOBAL:
        group.add_argument(*option.flags, **option.keywords)
    return parser


def _words(argv: list[str]) -> list[str]:
    words, skip = [], False
    for argument in argv:
        if skip:
            skip = False
        elif argument in ("-C", "--color"):
            skip = True
        elif not argument.startswith("-"):
            words.append(argument)
            if len(words) == 2:
                break
    return words


def _find(words: list[str]) -> Command:
    for command in COMMANDS:
        if tuple(words[: len(command.words)]) == command.words or words[:1] == list(command.aliases[:1]) != []:
            return command
    family = [" ".join(command.words) for command in COMMANDS if command.words[0] == words[0]]
    if family:
        raise ShunterError(f"`{words[0]}` needs a second word", hint=f"one of: {', '.join(family)}")
    import difflib

    near = difflib.get_close_matches(words[0], [command.words[0] for command in COMMANDS], n=1)
    raise ShunterError(
        f"`{words[0]}` is not a command",
        hint=f"did you mean `shunter {near[0]}`?" if near else "shunter --help lists the commands",
    )
