"""Options that several verbs take."""

from __future__ import annotations

from shunter.cli.table import Option


def switch(*flags: str, help: str) -> Option:  # noqa: A002 - the field's own word
    """An option that takes no value: true where it is given."""
    return Option(*flags, help=help, takes="nothing")


DRY_RUN = switch("--dry-run", help="write nothing; say what would be done")
DIFF = switch("--diff", help="write nothing; print the changes as a unified diff")
FETCH = switch("--fetch", help="first ask the remotes whether the checkouts concerned are behind them")
WRITES = (
    Option("--branch", metavar="NAME", help="make this new branch first, in every repository that changes"),
    switch("--no-commit", help="write and stage only; print the commands that commit"),
    switch("--no-verify", help="skip git hooks that may refuse a commit (nothing else is judged less)"),
    Option("-o", "--output", choices=("text", "json"), default="text", help="format of what was done"),
)
CHANGES = (DRY_RUN, DIFF, *WRITES)
OUTPUT = Option("-o", "--output", choices=("table", "json", "yaml"), default="table", help="format of the result")
_FORMATS = ("text", "json", "sarif", "github", "junit")
FINDINGS = Option("-o", "--output", choices=_FORMATS, default="text", help="format of the findings")
VALUES = Option("-f", "--values", takes="many", metavar="FILE", help="a further values file, last wins")
SET = Option("--set", takes="many", metavar="KEY=VALUE", help="set one value, as Helm does")
FORCE = switch("--force", help="go on although a rule refuses; the history says so")
NO_VALUES = switch("--no-values", help="judge and commit with the committed values files; yours stay as they are")
ENGINE = Option("--helm", metavar="PATH", help="use this helm binary instead of the embedded Helm")
