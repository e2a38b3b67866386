"""The command line as data: help, parsing, completion and the reference are all made from these tables.

Here is what tables are made of, and what several verbs take. Each family of verbs has a module, whose COMMANDS declare
them; a command line loads only the family of its first word. Imports nothing, since every hook passes here.
"""

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
        default: str | int | bool | None = "",
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


def switch(*flags: str, help: str) -> Option:  # noqa: A002 - the field's own word
    """An option that takes no value: true where it is given."""
    return Option(*flags, help=help, takes="nothing")


DRY_RUN = switch("--dry-run", help="write nothing; say what would be done")
DIFF = switch("--diff", help="write nothing; print the changes as a unified diff")
FETCH = switch("--fetch", help="first ask the remotes whether the checkouts concerned are behind them")
DONE = Option("-o", "--output", choices=("text", "json"), default="text", help="format of what was done")
RESULT = Option(
    "-o", "--output", choices=("text", "json", "markdown", "junit"), default="text", help="format of what was done"
)
WRITES = (
    Option(
        "--branch", metavar="NAME", help="make this branch first, in every repository that changes and is not on it"
    ),
    switch("--no-commit", help="write and stage only; print the commands that commit"),
    switch("--no-verify", help="skip git hooks that may refuse a commit (nothing else is judged less)"),
    DONE,
)
CHANGES = (DRY_RUN, DIFF, *WRITES)
MERGE = Option(
    "--merge",
    choices=("safe", "copier"),
    default="safe",
    metavar="HOW",
    help="safe: as git merges, renames followed; copier: the bytes of `copier update`",
)
TRUST = switch("--trust", help="let the templates run programs: Copier's tasks, migrations and extensions")
OUTPUT = Option("-o", "--output", choices=("table", "json", "yaml"), default="table", help="format of the result")
_FORMATS = ("text", "json", "sarif", "github", "junit")
FINDINGS = Option("-o", "--output", choices=_FORMATS, default="text", help="format of the findings")
VALUES = Option("-f", "--values", takes="many", metavar="FILE", help="a further values file, last wins; - is stdin")
SETS = (
    Option("--set", takes="many", metavar="KEY=VALUE", help="set one value, as Helm does"),
    Option("--set-string", takes="many", metavar="KEY=TEXT", help="the same, as text whatever it looks like"),
    Option("--set-json", takes="many", metavar="KEY=JSON", help="set one value by JSON, or many by one JSON object"),
    Option("--set-file", takes="many", metavar="KEY=FILE", help="set one value to the text of a file"),
    Option("--set-literal", takes="many", metavar="KEY=TEXT", help="set one value to all that follows, as it is"),
)
RULE = Option(
    "--rule", takes="many", metavar="NAME=LEVEL", help="level of a lint in this run: error, warning, note or off"
)
NO_CACHE = switch("--no-cache", help="judge again what was judged before")
FORCE = switch("--force", help="go on although a rule refuses; the history says so")
NO_VALUES = switch("--no-values", help="judge and commit with the committed values files; yours stay as they are")
ENGINE = Option("--helm", metavar="PATH", help="use this helm binary instead of the embedded Helm")

_EVERYWHERE = (
    Option("-C", name="directory", metavar="DIR", default=".", help="run as if started in DIR"),
    switch("-q", "--quiet", help="print the product and errors only"),
    switch("-v", "--verbose", help="say what is done, and show timings"),
    Option("--color", choices=("auto", "always", "never"), default="auto", help="colour on a terminal (default: auto)"),
)

_FAMILIES = {
    "fleet": "new add remove rename update",
    "validation": "validate lint upgrade-check render template values diff",
    "trains": "train promote rollback hold unhold status history",
    "packaging": "package push bump lock registry schema",
    "delivery": "version changed image",
    "deploying": "deploy rights",
    "maintenance": "recover sync templates clone completion",
}
"""Module to first words that it alone has, in the order of the overview; a word that is missing here loads them all."""


def _load(family: str) -> tuple[Command, ...]:
    # The import statement's own function: importlib is more than a hook needs.
    commands: tuple[Command, ...] = __import__(f"{__name__}.{family}", fromlist=("COMMANDS",)).COMMANDS
    return commands


TABLE = Table(_EVERYWHERE, _FAMILIES, _load)
