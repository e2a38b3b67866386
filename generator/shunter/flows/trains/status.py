"""Where every environment stands: records, board, history."""

from __future__ import annotations

from shunter.adapters.git.moves import REMOVED, removed
from shunter.core.trains.board import Board, make_board, next_promotion
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.drift import drift
from shunter.flows.workspace.projects import files_of
from shunter.flows.workspace.records import records
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def board_of(context: Context) -> Board:
    """The board of the context's workspace."""
    return make_board(context.require_workspace(), records(context), trains_of(context).all)


def status(context: Context) -> tuple[Board, Report]:
    """The board, and a report with its data, what drifts from shunter.yaml, and the next command."""
    board = board_of(context)
    data = {
        "workspace": context.require_workspace().name,
        "newest": board.newest,
        "environments": [
            {"name": c.environment, "promotes-from": c.promotes_from, "train": c.train, "waiting": c.waiting}
            for c in board.columns
        ],
        "apps": {
            app: {
                c.environment: {"version": cell.version, "behind": cell.behind}
                for c, cell in zip(board.columns, cells, strict=True)
            }
            for app, cells in board.rows.items()
        },
    }
    notices = (*drift(context), *_removed(context))
    return board, Report(data=data, notices=notices, next_step=next_promotion(board))


def _removed(context: Context) -> tuple[str, ...]:
    """One line where the workspace keeps checkouts that it no longer has."""
    count = len(removed(context.root))
    return (f"{count} removed checkout{'' if count == 1 else 's'} in {REMOVED}",) if count else ()


def history(context: Context, name: str) -> Report:
    """The trains that came through an environment, oldest first."""
    site = context.site("environment", name)
    record = files_of(context, site).record
    if record is None:
        raise ShunterError(f"{name} has no train record", hint=f"shunter lock {name}")
    rows = [{"train": p.train, "from": p.source, "at": p.at, "forced": p.forced} for p in record.history]
    return Report(data=rows, next_step="" if rows else f"shunter promote TRAIN --to {name}")
