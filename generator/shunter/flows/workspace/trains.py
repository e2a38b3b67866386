"""The trains of a workspace, as its files have them."""

from __future__ import annotations

from pathlib import Path

from shunter.core.charts.versions import is_exact, newest_first
from shunter.core.trains.file import FOLDER, parse_train, path_of
from shunter.core.trains.model import Train
from shunter.flows.workspace.clock import generated_at
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError


def all_trains(root: Path) -> tuple[Train, ...]:
    """Every train of the workspace at `root`, in order of versions. An empty tuple where there is none."""
    folder = root / FOLDER
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    trains = {file.stem: parse_train(file.read_bytes(), f"{FOLDER}/{file.name}") for file in files}
    return tuple(trains[version] for version in reversed(newest_first(trains)))


def find_train(context: Context, version: str) -> Train:
    """The train of that version, or an error that names the newest ones."""
    path = context.root / path_of(version)
    context.require_workspace()
    if is_exact(version) and path.is_file():
        return parse_train(path.read_bytes(), path_of(version))
    known = [train.version for train in all_trains(context.root)][-5:]
    hint = f"known: {', '.join(known)}" if known else "shunter train cut VERSION makes one"
    raise ShunterError(f"there is no train `{version}`", hint=hint)


def lock_time(context: Context, version: str | None) -> str:
    """The time for a new Chart.lock of an environment with that train (None: with a mixture)."""
    path = context.root / path_of(version or "")
    found = parse_train(path.read_bytes(), path_of(version)).cut if version and path.is_file() else ""
    return generated_at(found)
