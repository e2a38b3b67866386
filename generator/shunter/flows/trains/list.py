"""Trains listed and compared."""

from __future__ import annotations

from shunter.core.charts.pins import Pin
from shunter.core.trains.model import Train
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.trains import trains_of
from shunter.model.findings import Report


def overview(context: Context) -> Report:
    """All trains: version, when it was cut, how many cars, and where each one is now."""
    from shunter.flows.workspace.records import records

    trains = trains_of(context).all
    places: dict[str, list[str]] = {}
    for environment, record in records(context).items():
        if record and record.train:
            places.setdefault(record.train, []).append(environment)
    rows = [
        {
            "train": train.version,
            "cut": train.cut,
            "cars": len(train.cars),
            "environments": places.get(train.version, []),
        }
        for train in trains
    ]
    return Report(data=rows, next_step="" if rows else "shunter train cut VERSION")


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
