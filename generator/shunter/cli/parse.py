"""From a command line to its meaning: one scan by one table, for the commit hook's fast path and for all else.

Imports nothing, since every hook passes here. A mistake is no exception but part of the result: it can be printed in
the colour that the rest of the line asks for, and `--help` behind it is still answered.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Literal

    Takes = Literal["nothing", "one", "optional", "many"]


class Option:
    """One argument of a command: an option if it has flags, else an operand, which stands at its place.

    `name` is its attribute in `Arguments`. It `takes` nothing (a switch, which is true or false), one value, one that
    may be left out, or many: an option of many is repeated. `default` is the value where it is not given, `kind` the
    type of a value; `metavar` stands for a value in texts.
    """

    def __init__(
        self,
        *flags: str,
        help: str,  # noqa: A002 - the field's own word
        name: str = "",
        takes: Takes = "one",
        choices: tuple[str, ...] = (),
        default: str | int | bool = "",
        kind: type[str | int] = str,
        metavar: str = "",
    ) -> None:
        word = flags[-1].lstrip("-").replace("-", "_")
        self.flags = flags if flags[0].startswith("-") else ()
        self.name = name or word
        self.metavar = metavar or "|".join(choices) or word.upper()
        self.help = help
        self.takes: Takes = takes
        self.choices = choices
        self.default = False if takes == "nothing" else default
        self.kind = kind


class Command:
    """One verb of one or two words, the function `module:name` that runs it, and its options and operands."""

    def __init__(
        self,
        words: tuple[str, ...],
        summary: str,
        run: str,
        options: tuple[Option, ...] = (),
        examples: tuple[str, ...] = (),
        aliases: tuple[str, ...] = (),
    ) -> None:
        self.words = words
        self.name = " ".join(words)
        self.summary = summary
        self.run = run
        self.options = options
        self.examples = examples
        self.aliases = aliases

    @property
    def usage(self) -> str:
        """How the command is called, in one line."""
        shapes = {"one": "{}", "optional": "[{}]", "many": "[{} ...]"}
        operands = [shapes[option.takes].format(option.metavar) for option in self.options if not option.flags]
        return " ".join(("shunter", *self.words, *operands, "[OPTION ...]"))


HELP = Option("-h", "--help", takes="nothing", help="print this help")
VERSION = Option("-V", "--version", takes="nothing", help="print the version (before the command)")


class Table:
    """All commands, and the options that each of them takes besides its own."""

    def __init__(self, commands: tuple[Command, ...], everywhere: tuple[Option, ...]) -> None:
        self.commands = commands
        self.everywhere = everywhere
        self.by_words = {command.words: command for command in commands}
        self.by_words |= {(alias,): command for command in commands for alias in command.aliases}
        self.families = {command.words[0] for command in commands if len(command.words) > 1}


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
    of one letter may be bundled, flags are not abbreviated, and behind `--` there are operands only.
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
        elif self.options_ended:
            self.lost = True
            self.wrong("no command stands before `--`", "behind `--` nothing is a command or an option")
        elif argument == "help":
            self.line.help = True
        else:
            self.command_word(argument)

    def command_word(self, argument: str) -> None:
        words = (*self.line.words, argument)
        command = self.table.by_words.get(words)
        if command is not None:
            self.line.words, self.line.command = words, command
            for flag in VERSION.flags:
                del self.flags[flag]
            self.know(command.options)
        elif len(words) == 1 and argument in self.table.families:
            self.line.words = words
        else:
            self.lost = True
            self.wrong(*_no_command(words, self.table))

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
            self.wrong(*_no_option(flag, self.line, self.flags, self.table))
        elif option.takes != "nothing":
            value = self.following() if attached is None else attached
            if value is None:
                self.wrong(f"`{flag}` needs a value", _value_hint(option, flag, self.waiting))
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
        if "" in (text.split(",") if "," in option.metavar else (text,)):
            empty = "has an empty name" if text else "is empty"
            hint = f"leave it out, or give {option.metavar}; perhaps a variable is not set"
            self.wrong(f"{_quoted(shown)} {empty}", hint)
        elif option.choices and text not in option.choices:
            self.wrong(f"{_quoted(shown)} cannot be `{text}`", _choices_hint(text, option.choices))
        elif option.kind is int and not (text.isascii() and text.isdecimal() and len(text) < 10):
            self.wrong(f"{_quoted(shown)} cannot be `{text}`", f"it takes a whole number: {shown} {option.metavar}")
        elif option.takes == "many":
            self.values[option.name].append(text)
        elif option.name in self.line.given:
            self.wrong(f"`{shown}` is given twice", _once_hint(option, shown, self.values[option.name], text))
        else:
            self.values[option.name] = option.kind(text)
        self.line.given.add(option.name)

    def finish(self, *, empty: bool) -> None:
        line = self.line
        if line.command is not None:
            self.place_operands(line.command)
        elif line.words:
            names = [command.name for command in self.table.commands if command.words[0] == line.words[0]]
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


def _quoted(shown: str) -> str:
    return f"`{shown}`" if shown.startswith("-") else shown


def _near(word: str, known: Iterable[str]) -> str:
    """The known word that was perhaps meant, compared without dashes in front; empty if none is near."""
    import difflib

    by_text = {name.lstrip("-"): name for name in sorted(known)}
    text = word.lstrip("-")
    starts = [name for name in by_text if name.startswith(text) and len(text) > 2]
    near = starts or difflib.get_close_matches(text, by_text, n=1)
    return by_text[near[0]] if near else ""


def _no_command(words: tuple[str, ...], table: Table) -> tuple[str, str]:
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


def _no_option(flag: str, line: CommandLine, flags: Iterable[str], table: Table) -> tuple[str, str]:
    """What is wrong with a flag that is not known here, and a hint."""
    if line.command is not None:
        near = "shunter --version" if flag in VERSION.flags else _near(flag, flags)
        hint = f"did you mean `{near}`?" if near else f"shunter {line.command.name} --help lists its options"
        return f"`shunter {line.command.name}` has no option `{flag}`", hint
    if any(flag in option.flags for command in table.commands for option in command.options):
        place = " ".join((*line.words, "COMMAND"))
        return f"`{flag}` stands before the command it belongs to", f"shunter {place} {flag}"
    near = _near(flag, flags)
    return f"there is no option `{flag}`", f"did you mean `{near}`?" if near else "shunter --help lists the commands"


def _value_hint(option: Option, flag: str, waiting: Sequence[str]) -> str:
    hint = f"{flag} {option.metavar}"
    return f"{hint}; a value that starts with a dash is attached: {flag}={waiting[-1]}" if waiting else hint


def _choices_hint(text: str, choices: Sequence[str]) -> str:
    near = _near(text, choices)
    return f"did you mean `{near}`?" if near else f"one of: {', '.join(choices)}"


def _once_hint(option: Option, flag: str, first: object, second: str) -> str:
    if "," in option.metavar:
        return f"several names are separated by commas: {flag} {first},{second}"
    return f"give it once: {flag} {first}, or {flag} {second}"
