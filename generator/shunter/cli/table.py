"""What a table of commands is made of. Imports nothing, since every hook passes here."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

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

    def takes_text(self, text: str) -> bool:
        """Whether this can be a value: one that is empty, or has an empty name in a list of names, never is."""
        if "" in (text.split(",") if "," in self.metavar else (text,)):
            return False
        if self.kind is int and not (text.isascii() and text.isdecimal() and len(text) < 10):
            return False
        return not self.choices or text in self.choices


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
        self.other_words = tuple((alias,) for alias in aliases)
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
    """All commands, family by family, and the options that each of them takes besides its own.

    `families` names, for each family that `load` gives the commands of, first words that no other family has, separated
    by spaces. Nothing is loaded before it is asked for.
    """

    def __init__(
        self, everywhere: tuple[Option, ...], families: dict[str, str], load: Callable[[str], tuple[Command, ...]]
    ) -> None:
        self.everywhere = everywhere
        self.families = families
        self.load = load

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands of every family."""
        return tuple(command for family in self.families for command in self.load(family))

    def named(self, word: str) -> list[Command]:
        """The commands that this first word may mean, which are several if it needs a second; none if it means none."""
        family = next((family for family, words in self.families.items() if word in words.split()), None)
        commands = self.commands if family is None else self.load(family)
        return [command for command in commands if command.words[0] == word or word in command.aliases]
