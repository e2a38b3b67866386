"""Opening a run: what an interrupted run left behind is told, and taken back before something new is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shunter.adapters.verdicts.memory import Memory
    from shunter.cli.parse import Arguments
    from shunter.flows.promotions.bring import How


from shunter.adapters.system.paths import may_be_unfinished
from shunter.adapters.system.regular import read_input
from shunter.cli import output, progress
from shunter.cli.options import SETS
from shunter.flows.workspace.context import Context, open_context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import Writing
from shunter.model.progress import unseen


def open_session(arguments: Arguments) -> Context:
    """The context of a command. One that writes first takes back what a killed run left; others say that it is there.

    Raises ShunterError where there is no such folder, or its shunter.yaml cannot be read.
    """
    context = open_context(arguments.directory)
    if may_be_unfinished(str(context.root)):
        if _writes(arguments):
            _recover(context)
            context = open_context(arguments.directory)
        else:
            _tell_pending(context)
    stdin = read_input() if "-" in getattr(arguments, "values", ()) else b""
    return replace(context, writing=writing_of(arguments), stdin=stdin)


def memory_of(arguments: Arguments, context: Context) -> Memory | None:
    """What is remembered of the context's workspace; None where there is none, or all is to be judged again."""
    if context.workspace is None or arguments.no_cache:
        return None
    known: Memory | None = arguments.memory
    if known is not None and known.workspace == context.text:
        return known
    from shunter.adapters.verdicts.memory import Memory

    return Memory(str(context.root), str(context.start), context.text)


def sets_of(arguments: Arguments) -> tuple[str, ...]:
    """What `--set` and its relatives give, each with its flag, in Helm's order."""
    given = {option.flags[0]: getattr(arguments, option.name) for option in SETS}
    if not any(given.values()):
        return ()
    from shunter.core.values.strvals import in_helms_order

    return in_helms_order(given)


def _writes(arguments: Arguments) -> bool:
    """Whether this command line changes repositories."""
    shows = any(getattr(arguments, name, False) for name in ("dry_run", "check"))
    return (hasattr(arguments, "no_commit") or hasattr(arguments, "pr")) and not shows


def _recover(context: Context) -> None:
    from shunter.adapters.git.recovery import recover
    from shunter.adapters.system.process import inside_run

    if not inside_run() and (done := recover(context.root)):
        for line in (done.line, *done.notes):
            output.say(f"notice: {line}")


def _tell_pending(context: Context) -> None:
    from shunter.adapters.git.recovery import pending
    from shunter.adapters.system.process import inside_run

    if not inside_run() and (line := pending(context.root)):
        output.say(f"notice: {line}")


def writing_of(arguments: Arguments) -> Writing:
    """How a command line wants its changes written."""
    there = sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()
    return Writing(
        branch=getattr(arguments, "branch", ""),
        commit=not getattr(arguments, "no_commit", False),
        verify=not getattr(arguments, "no_verify", False),
        tell=_silent if arguments.quiet else _tell,
        ask=_ask if there else None,
        progress=progress.line_for(arguments) or unseen,
        trust=getattr(arguments, "trust", False),
    )


def _silent(line: str) -> None:
    """Say nothing: --quiet."""


def _tell(line: str) -> None:
    """Progress is for who watches."""
    if sys.stderr is not None and sys.stderr.isatty():
        output.say(line)


def _ask(question: str) -> bool:
    with progress.away():
        sys.stderr.write(f"{question} [Y/n] ")
        sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def on_remote(arguments: Arguments, context: Context) -> How:
    """How a change is made on the remote's newest commit; see `_refuse_here`."""
    from shunter.flows.promotions.bring import How
    from shunter.flows.promotions.forge import logins

    _refuse_here(arguments)
    return How(always=arguments.pr, dry_run=arguments.dry_run, diff=arguments.diff, logins=logins(context))


def _refuse_here(arguments: Arguments) -> None:
    """A `ShunterError` for options that say how to write into a checkout, where the change is made on the remote."""
    for name in ("branch", "no_commit", "no_values", "fetch"):
        if getattr(arguments, name, False):
            flag = f"--{name.replace('_', '-')}"
            hint = "leave one out: with --push and --pr the remote's newest commit counts, and no checkout"
            raise ShunterError(f"{flag} is about this checkout, and does not go with a change on the remote", hint=hint)


def split(names: str) -> tuple[str, ...]:
    """`a,b` as names; none for an option that is not given."""
    return tuple(names.split(",")) if names else ()
