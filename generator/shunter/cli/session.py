"""Opening a run: what an interrupted run left behind is finished first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shunter.cli.parse import Arguments


from shunter.adapters.system.paths import may_be_unfinished
from shunter.cli import output
from shunter.flows.workspace.context import Context, open_context


def open_session(arguments: Arguments) -> Context:
    """The context of a command, after recovering what a killed run left behind.

    Raises ShunterError where there is no such folder, or its shunter.yaml cannot be read.
    """
    context = open_context(arguments.directory)
    if may_be_unfinished(str(context.root)):
        from shunter.adapters.git.apply import recover

        if done := recover(context.root):
            output.say(f"notice: {done}")
            context = open_context(arguments.directory)
    return context


def split(names: str) -> tuple[str, ...]:
    """`a,b` as names; none for an option that is not given."""
    return tuple(names.split(",")) if names else ()
