"""Trains listed, shown and compared."""

from __future__ import annotations

from typing import Any

from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import pin_data
from shunter.core.trains.libraries import library_note
from shunter.core.trains.model import Train
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.trains import trains_of
from shunter.model.findings import Report


def overview(context: Context) -> Report:
    """All trains: version, line, base, when it was cut, how many cars, where each one is now, and why it is yanked."""
    trains, places = trains_of(context), runs(context)
    rows = [
        {
            "train": train.version,
            "line": train.line,
            "base": train.base,
            "cut": train.cut,
            "cars": len(train.cars),
            "environments": places.get(train.version, []),
            "yanked": trains.yanked.get(train.version, ""),
        }
        for train in trains.all
    ]
    return Report(data=rows, next_step="" if rows else "shunter train cut VERSION")


def runs(context: Context) -> dict[str, list[str]]:
    """The environments that run each train whole, by the train's version."""
    from shunter.flows.workspace.records import records

    places: dict[str, list[str]] = {}
    for environment, record in records(context).items():
        if record and record.train:
            places.setdefault(record.train, []).append(environment)
    return places


def shown(context: Context, version: str) -> dict[str, Any]:
    """A train with all that it says, where it runs, and for each car what is to say of its library."""
    trains, index = trains_of(context), open_archives(context).directory.index
    train = trains.find(version)
    cars = {}
    for alias in sorted(train.cars):
        pin = train.cars[alias]
        note = library_note(pin.library, index.versions(pin.library.partition(" ")[0]))
        cars[alias] = pin_data(pin) | ({"note": note} if note else {})
    said = {"drops": list(train.drops), "lower": dict(train.lower), "replaces": dict(train.replaces)}
    return {
        "version": train.version,
        "cut": train.cut,
        "line": train.line,
        "base": train.base,
        **said,
        "environments": runs(context).get(train.version, []),
        "yanked": trains.yanked.get(train.version, ""),
        "cars": cars,
    }


def compare(first: Train, second: Train) -> list[dict[str, str]]:
    """The differences of two trains: one row per alias whose pin differs."""
    rows = []
    pins = [train.cars for train in (first, second)]
    for alias in sorted({*pins[0], *pins[1]}):
        old, new = pins[0].get(alias), pins[1].get(alias)
        if old != new:
            rows.append({"app": alias, first.version: _shown(old), second.version: _shown(new)})
    return rows


def _shown(pin: Pin | None) -> str:
    return "-" if pin is None else f"{pin.version} ({pin.app_version})" if pin.app_version else pin.version
