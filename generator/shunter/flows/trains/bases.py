"""What a train is cut from: a train, or what an environment runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from shunter.core.charts.pins import Pin
from shunter.core.delivery.style import style_of
from shunter.core.trains.automatic import number_of
from shunter.core.trains.cut import base_of
from shunter.core.trains.model import Train
from shunter.core.workspace.model import Environment
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.plans import read_now
from shunter.flows.workspace.projects import RECORD_FILE, files_of
from shunter.flows.workspace.trains import Trains
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Base:
    """What a train is cut from: a train, or what an environment runs, whose last whole train is `version`.

    `below` says that it is that of a hotfix, so that what follows may be older than what runs elsewhere.
    """

    called: str = ""
    version: str = ""
    line: str = ""
    cars: Mapping[str, Pin] = field(default_factory=dict)
    below: bool = False
    read: Mapping[Path, str | None] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def label_of(context: Context) -> str:
    """The word in the versions of automatic trains, and of the builds that they take: `main`, as `shunter version`."""
    workspace = context.require_workspace()
    return style_of(workspace.development, workspace.versions).main_label


def newest_of(trains: Trains, line: str, *, label: str, automatic: bool, below: str = "") -> str:
    """The newest train of a line that is not yanked, older than `below`; empty where there is none.

    Without `automatic` one that a person cut: of an automatic train nobody said that it is to be released.
    """
    others = () if automatic else [version for version in trains.versions if number_of(version, label) is not None]
    return base_of(trains.versions, lambda each: trains.find(each).line, line, {*trains.yanked, *others}, below)


def of_train(train: Train, trains: Trains, *, below: bool = False) -> Base:
    """A train as a base; `below` as in `Base`."""
    why = trains.yanked.get(train.version)
    notices = (f"train {train.version} is yanked ({why}), and this one has its cars",) if why else ()
    return Base(f"train {train.version}", train.version, train.line, train.cars, below, notices=notices)


def of_environment(context: Context, environment: Environment) -> Base:
    """What an environment runs as a base. Raises ShunterError where it runs nothing."""
    site = context.site("environment", environment.name)
    files = files_of(context, site)
    read = read_now(site.path, files.tree, [RECORD_FILE])
    state = files.record
    if state is None or not state.cars:
        raise ShunterError(f"{environment.name} runs nothing yet", hint="--from TRAIN, or leave --from out")
    version = state.base.train if state.base else ""
    return Base(f"what {environment.name} runs", version, environment.line, state.pins, read=read)


def automatic_of(trains: Trains, line: str, label: str) -> Iterator[str]:
    """The automatic trains of a line."""
    for version in trains.versions:
        if number_of(version, label) is not None and trains.find(version).line == line:
            yield version
