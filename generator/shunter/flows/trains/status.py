"""Where every environment stands: records, board, history."""

from __future__ import annotations

from shunter.adapters.system.files import DiskTree
from shunter.core.trains.board import Board, make_board, next_promotion
from shunter.flows.fleet.reconcile import outdated, recorded
from shunter.flows.trains.cut import all_trains
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import record_of
from shunter.model.chart import TrainRecord
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def records(context: Context) -> dict[str, TrainRecord | None]:
    """The record of every environment; None where its repository is not checked out."""
    found: dict[str, TrainRecord | None] = {}
    for site in context.sites("environment", missing_ok=True):
        checked_out = (site.root / ".git").exists()
        found[site.name] = record_of(site.tree(), site.folder) if checked_out else None
    return found


def board_of(context: Context) -> Board:
    """The board of the context's workspace."""
    return make_board(context.require_workspace(), records(context), all_trains(context.root))


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
    return board, Report(data=data, notices=drift(context), next_step=next_promotion(board))


def drift(context: Context) -> tuple[str, ...]:
    """One line for each project that differs from what shunter.yaml says, or is missing."""
    workspace = context.require_workspace()
    lines = []
    for spec in context.specs():
        root = context.root / spec.folder
        if not (root / ".git").exists():
            lines.append(f"missing: {spec.name} is not checked out (shunter clone)")
            continue
        tree = DiskTree(root)
        for project in spec.projects:
            was = recorded(tree, project.path)
            if outdated(project, was, workspace.templates_source, workspace.templates_release):
                what = (
                    "is missing" if was is None else _difference(project.answers, was.answers) or f"is at {was.release}"
                )
                lines.append(f"drift: {spec.name}/{project.path} {what} (shunter update)")
    return tuple(lines)


def _difference(desired: object, answers: object) -> str:
    assert isinstance(desired, dict) and isinstance(answers, dict)  # noqa: PT018
    keys = [key for key, value in desired.items() if answers.get(key) != value]
    return f"has other answers than shunter.yaml: {', '.join(keys)}" if keys else ""


def history(context: Context, name: str) -> Report:
    """The trains that came through an environment, oldest first."""
    site: Site = context.site("environment", name)
    record = record_of(site.tree(), site.folder)
    if record is None:
        raise ShunterError(f"{name} has no train record", hint=f"shunter lock {name}")
    rows = [{"train": p.train, "from": p.source, "at": p.at, "forced": p.forced} for p in record.history]
    return Report(data=rows, next_step="" if rows else f"shunter promote TRAIN --to {name}")
