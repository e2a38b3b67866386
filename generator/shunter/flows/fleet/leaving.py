"""Checkouts that a workspace no longer has: deleted where nothing can be lost by that, else kept out of the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.git.moves import place_for, refuse_move
from shunter.adapters.remote.unsaved import unsaved
from shunter.adapters.system.files import remove_folder
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, replace
from shunter.model.files import Move
from shunter.model.findings import Outcome, Report, Status


@dataclass(frozen=True, slots=True)
class Leaving:
    """A checkout that leaves the workspace: its move, and why it is not deleted (empty: it is, after the move)."""

    move: Move
    why: str

    @property
    def name(self) -> str:
        """The checkout's name."""
        return Path(self.move.root).name


def leaving(context: Context, roots: Sequence[Path]) -> tuple[Leaving, ...]:
    """What is to become of these checkouts. Raises ShunterError for one that cannot be moved. Writes nothing."""
    found = tuple(Leaving(Move(str(root), str(place_for(context.root, root.name))), unsaved(root)) for root in roots)
    for each in found:
        refuse_move(each.move)
    return found


def let_go(context: Context, report: Report, gone: Sequence[Leaving], *, dry_run: bool) -> Report:
    """The report with an outcome for each checkout; after the run that moved them, what is certain is deleted.

    That is asked again where the checkout is now: nobody works in it there.
    """
    return replace(report, outcomes=(*report.outcomes, *(_told(context, each, dry_run=dry_run) for each in gone)))


def _told(context: Context, gone: Leaving, *, dry_run: bool) -> Outcome:
    place = Path(gone.move.target)
    why = gone.why if gone.why or dry_run else unsaved(place)
    if not why and not dry_run:
        remove_folder(place)
    where = place.relative_to(context.root).as_posix()
    status = Status.PLANNED if dry_run else Status.DONE
    if why:
        return Outcome(gone.name, status, f"{'move' if dry_run else 'moved'} it to {where}, not deleted: {why}")
    word = "delete" if dry_run else "deleted"
    return Outcome(gone.name, status, f"{word} it: every commit of it is on its remote, as last fetched")
