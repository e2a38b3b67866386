"""The trains of a workspace, as its files have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from shunter.adapters.system.files import DiskTree
from shunter.core.charts.files import follow
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import is_exact, newest_first
from shunter.core.trains.file import FOLDER, YANKED, path_of
from shunter.core.trains.model import Train, Yank
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.own_files import train_from, yank_from
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

_Found = TypeVar("_Found")


class ByVersion(Mapping[str, _Found]):
    """Something of each train, by version in order; a train is read once somebody asks for it."""

    def __init__(self, trains: Trains, of: Callable[[Train], _Found]) -> None:
        self._trains, self._of = trains, of

    def __getitem__(self, version: str) -> _Found:
        train = self._trains.at(path_of(version)) if version in self else None
        if train is None:
            raise KeyError(version)
        return self._of(train)

    def __contains__(self, version: object) -> bool:
        return version in self._trains.versions

    def __iter__(self) -> Iterator[str]:
        return iter(self._trains.versions)

    def __len__(self) -> int:
        return len(self._trains.versions)


@dataclass(frozen=True, eq=False)
class Trains:
    """The trains of the workspace at `root`, with what is `changed` laid over its files; each file is read once.

    A car that is called as a service was `formerly` has the service's name of today: the files never change.
    """

    root: Path
    formerly: Mapping[str, str] = field(default_factory=dict)
    read: dict[str, Train | None] = field(default_factory=dict)
    changed: Mapping[str, FileState | None] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """Where trains stand, relative to the workspace."""
        return [path for path in DiskTree(self.root).paths(FOLDER) if path.endswith(".yaml") and path.count("/") == 1]

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """The version of every train, in order, as the files are called."""
        names = (path.removeprefix(f"{FOLDER}/").removesuffix(".yaml") for path in self.paths)
        return tuple(reversed(newest_first(name for name in names if is_exact(name))))

    @property
    def by_version(self) -> Mapping[str, Train]:
        """Every train by its version."""
        return ByVersion(self, lambda train: train)

    @property
    def cars(self) -> Mapping[str, Mapping[str, Pin]]:
        """The cars of every train by its version."""
        return ByVersion(self, lambda train: train.cars)

    @cached_property
    def all(self) -> tuple[Train, ...]:
        """Every train, in order of versions. An empty tuple where there is none."""
        by_version = {train.version: train for path in self.paths if (train := self.at(path)) is not None}
        return tuple(by_version[version] for version in reversed(newest_first(by_version)))

    def at(self, path: str) -> Train | None:
        """The train in a file; None if there is none."""
        if path not in self.read:
            state = self.changed.get(path) or follow(DiskTree(self.root), path)
            self.read[path] = self._today(train_from(state.data, path)) if state else None
        return self.read[path]

    @property
    def yank_paths(self) -> list[str]:
        """Where trains are yanked, relative to the workspace."""
        return [path for path in DiskTree(self.root).paths(YANKED) if path.endswith(".yaml")]

    @cached_property
    def yanks(self) -> Mapping[str, Yank]:
        """The yanks of trains, by version."""
        found = (self.yank_at(path) for path in self.yank_paths)
        return {yank.version: yank for yank in found}

    @cached_property
    def yanked(self) -> Mapping[str, str]:
        """Why nobody is to promote a train any more, by the versions of those that are yanked."""
        return {version: yank.why for version, yank in self.yanks.items()}

    def yank_at(self, path: str) -> Yank:
        """The yank in a file."""
        state = follow(DiskTree(self.root), path)
        return yank_from(state.data if state else b"", path)

    def _today(self, train: Train) -> Train:
        if not self.formerly.keys() & train.cars.keys():
            return train
        return replace(train, cars={self.formerly.get(alias, alias): pin for alias, pin in train.cars.items()})

    def find(self, version: str) -> Train:
        """The train of that version, or an error that names the newest ones."""
        if is_exact(version) and (train := self.at(path_of(version))):
            return train
        known = [train.version for train in self.all][-5:]
        hint = f"known: {', '.join(known)}" if known else "shunter train cut VERSION makes one"
        raise ShunterError(f"there is no train `{version}`", hint=hint)


def trains_of(context: Context) -> Trains:
    """The trains of the context's workspace. Raises ShunterError where there is no workspace."""
    return Trains(context.root, context.require_workspace().renamed)
