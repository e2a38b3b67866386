"""The board: what runs where, and what lags behind. Pure in workspace, records and trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.model import Train
from shunter.core.workspace.layout import promotion_order
from shunter.core.workspace.model import Workspace
from shunter.model.data import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One app in one environment. `behind` is set where the source environment runs another version."""

    version: str
    behind: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One environment: the train it runs (empty: none yet; `mixed` for a mixture) and what is waiting for it."""

    environment: str
    promotes_from: str
    train: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Board:
    """Rows are apps, columns are environments in the order of promotion."""

    columns: tuple[Column, ...]
    rows: Mapping[str, tuple[Cell, ...]]
    newest: str


def make_board(workspace: Workspace, records: Mapping[str, TrainRecord | None], trains: Sequence[Train]) -> Board:
    """The board of a workspace. `records` are by environment (None: not checked out); `trains` in order of versions."""
    environments = promotion_order(workspace.environments)
    newest = trains[-1].version if trains else ""
    columns = tuple(
        Column(e.name, source, _train(records.get(e.name)), _waiting(e.name, source, records, newest))
        for e in environments
        for source in (e.promotes_from[0] if e.promotes_from else "",)
    )
    rows = {}
    for app in [service.name for service in workspace.services]:
        rows[app] = tuple(_cell(app, column, records) for column in columns)
    return Board(columns, rows, newest)


def next_promotion(board: Board) -> str:
    """The command that moves the board on: the first environment that something waits for."""
    for column in board.columns:
        if column.waiting:
            source = f"--from {column.promotes_from}" if column.promotes_from else column.waiting
            return f"shunter promote {source} --to {column.environment}"
    return ""


def _train(record: TrainRecord | None) -> str:
    if record is None or not record.cars:
        return ""
    return record.train or "mixed"


def _waiting(name: str, source: str, records: Mapping[str, TrainRecord | None], newest: str) -> str:
    here = _train(records.get(name))
    there = _train(records.get(source)) if source else newest
    return there if there and there != here else ""


def _version(app: str, record: TrainRecord | None) -> str:
    if record is None:
        return "?"
    return record.cars[app].version if app in record.cars else ""


def _cell(app: str, column: Column, records: Mapping[str, TrainRecord | None]) -> Cell:
    version = _version(app, records.get(column.environment))
    source = _version(app, records.get(column.promotes_from)) if column.promotes_from else version
    return Cell(version, bool(source) and source not in ("?", version))
