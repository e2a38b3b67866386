"""Help texts, made from the table of commands."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence

from shunter.cli.options import HELP, VERSION, Command, Option, Table
from shunter.cli.parse import CommandLine

_WIDEST = 120
_LEFT = 26
"""The longest name, in columns, that has its meaning on the same line."""


def help_text(line: CommandLine, table: Table) -> str:
    """What `--help` prints for a command line: about its command, about its first word, or the overview."""
    if line.command is not None:
        return _about(line.command, table)
    if line.words:
        family = [command for command in table.commands if command.words[0] == line.words[0]]
        return _joined(f"usage: shunter {line.words[0]} COMMAND [OPTION ...]", _commands(family))
    return overview(table)


def overview(table: Table) -> str:
    """Every command in a line, and what all of them take: what `shunter` alone prints."""
    return _joined(
        "usage: shunter COMMAND [OPTION ...]",
        "Makes up release trains: Helm workspaces from one file.",
        _commands(table.commands),
        _options("everywhere", (*table.everywhere, HELP, VERSION)),
        "`shunter COMMAND --help` says more.",
    )


def _about(command: Command, table: Table) -> str:
    return _joined(
        f"usage: {command.usage}",
        f"{command.summary[0].upper()}{command.summary[1:]}.",
        "".join(f"Also: `shunter {alias}`." for alias in command.aliases),
        _options("arguments", [option for option in command.options if not option.flags]),
        _options("options", [option for option in command.options if option.flags]),
        _options("everywhere", (*table.everywhere, HELP)),
        "\n".join(("examples:", *(f"  {example}" for example in command.examples))) if command.examples else "",
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _commands(commands: Iterable[Command]) -> str:
    return _columns("commands", [(command.name, command.summary) for command in commands])


def _options(title: str, options: Sequence[Option]) -> str:
    return _columns(title, [(_written(option), option.help) for option in options]) if options else ""


def _written(option: Option) -> str:
    """An option as it is written, such as `-e, --environment ENV`; the metavar of an operand."""
    value = () if option.takes == "nothing" else (option.metavar,)
    return " ".join((", ".join(option.flags), *value)).strip()


def _columns(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """A block of names and their meanings, no wider than the terminal."""
    columns = max(60, min(shutil.get_terminal_size().columns, _WIDEST))
    left = min(max(len(name) for name, _ in rows), _LEFT)
    lines = [f"{title}:"]
    for name, meaning in rows:
        first, *more = textwrap.wrap(meaning, columns - left - 4)
        if len(name) > left:
            lines.append(f"  {name}")
            name = ""
        lines += [f"  {name:<{left}}  {first}", *(f"{'':<{left + 4}}{line}" for line in more)]
    return "\n".join(lines)
