"""The command line as data: help, parsing, completion and the reference are all made from these tables.

Each family of verbs has a module, whose COMMANDS declare them. A command line loads only the family of its first word.
"""

from __future__ import annotations

from shunter.cli.options.shared import switch
from shunter.cli.table import Command, Option, Table

_EVERYWHERE = (
    Option("-C", name="directory", metavar="DIR", default=".", help="run as if started in DIR"),
    switch("-q", "--quiet", help="print the product and errors only"),
    switch("-v", "--verbose", help="say what is done, and show timings"),
    Option("--color", choices=("auto", "always", "never"), default="auto", help="colour on a terminal (default: auto)"),
)

_FAMILIES = {
    "fleet": "new add remove update",
    "validation": "validate lint render template values diff",
    "trains": "train promote rollback status history",
    "packaging": "package lock schema",
    "maintenance": "recover sync templates clone completion",
}
"""Module to first words that it alone has, in the order of the overview; a word that is missing here loads them all."""


def _load(family: str) -> tuple[Command, ...]:
    # The import statement's own function: importlib is more than a hook needs.
    commands: tuple[Command, ...] = __import__(f"{__name__}.{family}", fromlist=("COMMANDS",)).COMMANDS
    return commands


TABLE = Table(_EVERYWHERE, _FAMILIES, _load)
