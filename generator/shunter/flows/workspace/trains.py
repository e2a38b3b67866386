"""The trains of a workspace, as its files have them."""

from __future__ import annotations

from pathlib import Path

from shunter.adapters.system.files import DiskTree
from shunter.core.charts.files import follow
from shunter.core.charts.versions import is_exact, newest_first
from shunter.core.trains.file import FOLDER, parse_train, path_of
from shunter.core.trains.model import Train
from shunter.flows.workspace.clock import generated_at
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError


def all_trains(root: Path) -> tuple[Train, ...]:
    """Every train of the workspace at `root`, in order of versions. An empty tuple where there is none."""
    paths = [path for path in DiskTree(root).paths(FOLDER) if path.endswith(".yaml") and path.count("/") == 1]
    trains = [train for path in paths if (train := _train_at(root, path)) is not None]
    by_version = {train.version: train for train in trains}
    return tuple(by_version[version] for version in reversed(newest_first(by_version)))


def _train_at(root: Path, path: str) -> Train | None:
    state = follow(DiskTree(root), path)
    return parse_train(state.data, path) if state else None


def find_train(context: Context, version: str) -> Train:
    """The train of that version, or an error that names the newest ones."""
    context.require_workspace()
    if is_exact(version) and (train := _train_at(context.root, path_of(version))):
        return train
    known = [train.version for train in all_trains(context.root)][-5:]
    hint = f"known: {', '.join(known)}" if known else "shunter train cut VERSION makes one"
    raise ShunterError(f"there is no train `{version}`", hint=hint)


def lock_time(context: Context, version: str | None) -> str:
    """The time for a new Chart.lock of an environment with that train (None: with a mixture)."""
    train = _train_at(context.root, path_of(version)) if version else None
    return generated_at(train.cut if train else "")
