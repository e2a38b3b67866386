"""From a command line to its meaning: one scan by one table, for the commit hook's fast path and for all else.

Every hook passes here, so that what only a mistake needs is imported by it. A mistake is no exception but part of the
result: it can be printed in the colour that the rest of the line asks for, and `--help` behind it is still answered.
"""

from __future__ import annotations

from shunter.cli.options import HELP, VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from shunter.cli.options import Command, Option, Table


class Arguments:
    """The values of a command's options and operands, by their names in the table."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class CommandLine:
    """What a command line says.

    `words` name the `command`: none, or one of two, where it is None. `arguments` has a value for every option and
    operand of the command, `given` the names of those that the line gives. `help` and `version` were asked for.
    `problem` is the first mistake, a message and a hint; a line that has one must not be run.
    """

    def __init__(self) -> None:
        self.command: Command | None = None
        self.words: tuple[str, ...] = ()
        self.arguments = Arguments({})
        self.given: set[str] = set()
        self.help = False
        self.version = False
        self.problem: tuple[str, str] | None = None


def parse(argv: Sequence[str], table: Table) -> CommandLine:
    """The meaning of the command line `argv`, without the program's name. Raises nothing: see `CommandLine.problem`.

    An option that every command takes may stand anywhere, a command's own options behind its words. A value follows its
    flag or is attached: `--only A`, `--only=A`, `-oA`, `-o=A`; one that starts with a dash has to be attached. Switches
    of one letter may be bundled, flags are not abbreviated, and behind `--` nothing is an option.
    """
    return _Scan(argv, table).line


class _Scan:
    """One pass over a command line, from left to right."""

    def __init__(self, argv: Sequence[str], table: Table) -> None:
        self.line = CommandLine()
        self.table = table
        self.waiting = list(reversed(argv))
        self.operands: list[str] = []
        self.values: dict[str, Any] = {}
        self.flags: dict[str, Option] = {}
        self.called: list[Command] = []  # what the first word may mean
        self.lost = False  # the words name no command
        self.options_ended = False
        self.know(table.everywhere)
        self.flags |= dict.fromkeys(HELP.flags, HELP) | dict.fromkeys(VERSION.flags, VERSION)
        while self.waiting:
            self.argument(self.waiting.pop())
        self.finish(empty=not argv)

    def know(self, options: Iterable[Option]) -> None:
        """Take these options from here on."""
        for option in options:
            for flag in option.flags:
                self.flags[flag] = option
            self.values[option.name] = [] if option.takes == "many" else option.default

    def wrong(self, message: str, hint: str) -> None:
        """Note the first mistake."""
        if self.line.problem is None:
            self.line.problem = (message, hint)

    def argument(self, argument: str) -> None:
        if self.options_ended or argument == "-" or not argument.startswith("-"):
            self.word(argument)
        elif argument == "--":
            self.options_ended = True
        elif argument.startswith("--"):
            flag, equals, value = argument.partition("=")
            self.option(flag, value if equals else None)
        else:
            self.letters(argument)

    def word(self, argument: str) -> None:
        if self.lost or self.line.command is not None:
            self.operands.append(argument)
        elif argument == "help":
            self.line.help = True
        else:
            self.command_word(argument)

    def command_word(self, argument: str) -> None:
        words = (*self.line.words, argument)
        if not self.line.words:
            self.called = self.table.named(argument)
        command = next((known for known in self.called if words in (known.words, *known.other_words)), None)
        if command is not None:
            self.line.words, self.line.command = words, command
            for flag in VERSION.flags:
                del self.flags[flag]
            self.know(command.options)
        elif self.called and len(words) == 1:
            self.line.words = words
        else:
            from shunter.cli.mistakes import no_command

            self.lost = True
            self.wrong(*no_command(words, self.table))

    def letters(self, argument: str) -> None:
        """`-q`, `-qv`, `-oA`: switches of one letter, and at the end perhaps an option with its value."""
        if len(argument) > 2 and f"-{argument}".partition("=")[0] in self.flags:
            self.wrong(f"`{argument}` is not an option", f"did you mean `-{argument}`?")
            return
        for at in range(1, len(argument)):
            flag, rest = f"-{argument[at]}", argument[at + 1 :]
            option = self.flags.get(flag)
            if option is None or option.takes != "nothing" or rest[:1] in ("", "="):
                self.option(flag, rest.removeprefix("=") if rest else None)
                return
            self.switch(option)

    def option(self, flag: str, attached: str | None) -> None:
        option = self.flags.get(flag)
        if option is None:
            from shunter.cli.mistakes import no_option

            self.wrong(*no_option(flag, self.line.command, self.line.words, self.flags, self.table))
        elif option.takes != "nothing":
            value = self.following() if attached is None else attached
            if value is None:
                from shunter.cli.mistakes import no_value

                self.wrong(*no_value(option, flag, self.waiting))
            else:
                self.value(option, flag, value)
        elif attached is not None:
            self.wrong(f"`{flag}` takes no value", f"write `{flag}` alone")
        else:
            self.switch(option)

    def following(self) -> str | None:
        """The next argument, if it can be the value of an option."""
        if not self.waiting or (self.waiting[-1].startswith("-") and self.waiting[-1] != "-"):
            return None
        return self.waiting.pop()

    def switch(self, option: Option) -> None:
        if option is HELP:
            self.line.help = True
        elif option is VERSION:
            self.line.version = True
        else:
            self.values[option.name] = True
            self.line.given.add(option.name)

    def value(self, option: Option, shown: str, text: str) -> None:
        """Note a value of an option, or of an operand; `shown` is what a person calls it."""
        if not option.takes_text(text):
            from shunter.cli.mistakes import bad_value

            self.wrong(*bad_value(option, shown, text))
        elif option.takes == "many":
            self.values[option.name].append(text)
        elif option.name in self.line.given:
            from shunter.cli.mistakes import twice

            self.wrong(*twice(option, shown, self.values[option.name], text))
        else:
            self.values[option.name] = option.kind(text)
        self.line.given.add(option.name)

    def finish(self, *, empty: bool) -> None:
        line = self.line
        if line.command is not None:
            self.place_operands(line.command)
        elif line.words:
            names = [command.name for command in self.called]
            self.wrong(f"`{line.words[0]}` needs a second word", f"one of: {', '.join(names)}")
        elif not (empty or line.help or line.version):
            self.wrong("no command is named", "shunter --help lists the commands")
        line.help = line.help and not self.lost
        line.arguments = Arguments(self.values)

    def place_operands(self, command: Command) -> None:
        waiting = self.operands[::-1]
        for operand in command.options:
            if operand.flags:
                continue
            if operand.takes == "one" and not waiting:
                self.wrong(f"`shunter {command.name}` needs {operand.metavar}", f"usage: {command.usage}")
            while waiting:
                self.value(operand, operand.metavar, waiting.pop())
                if operand.takes != "many":
                    break
        if waiting:
            self.wrong(f"`{waiting[-1]}` is one argument too many", f"usage: {command.usage}")
