"""recover."""

from __future__ import annotations

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import writing_of
from shunter.flows.workspace import recover as recovering
from shunter.flows.workspace.context import open_context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def recover(arguments: Arguments) -> Report:
    """`shunter recover`."""
    if arguments.undo and arguments.finish:
        raise ShunterError("--undo and --finish exclude each other", hint="shunter recover says how far the run came")
    context = open_context(arguments.directory)
    if arguments.undo:
        return recovering.undo(context)
    if arguments.finish:
        return recovering.finish(context, writing_of(arguments))
    report = recovering.show(context)
    rows = [(row["repository"], row["state"], ", ".join(row["foreign"]) or row["revert"]) for row in report.data]
    return replace(report, product=table(rows, ("REPOSITORY", "STATE", "NOTE")) if rows else "")
