"""Published charts that no train, environment or history names, open ones too: what retention may delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import newest_first, newest_release
from shunter.core.trains.entry import Entry
from shunter.core.trains.state import State, car_of_brief
from shunter.flows.trains.asked import promotions_to, trains_asked
from shunter.flows.trains.offers import Market
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.flows.workspace.trains import trains_of
from shunter.model.findings import Report

_Key = tuple[str, str]


def unnamed(context: Context) -> Report:
    """One row for each version of a service's chart that nothing names, oldest first; none is deleted.

    What open promotions and trains name counts, as their branches were fetched last. The newest version of a chart and
    its newest release are named by nobody yet, and not among them. Raises ShunterError where an environment is not
    checked out: nobody knows what that names.
    """
    context.require_workspace()
    sites = context.sites("environment")
    environments = [each for site in sites for each in (files_of(context, site), *promotions_to(site))]
    trains = (*trains_of(context).all, *trains_asked(context))
    known = {(pin.name, pin.version) for train in trains for pin in train.cars.values()}
    for files in environments:
        known |= pinned(files.record, files.entries)
    offers = Market(context, open_archives(context)).offers({})
    rows = [
        {"service": service, "chart": offer.chart, "version": version}
        for service, offer in offers.items()
        for version in _old(offer.versions)
        if (offer.chart, version) not in known
    ]
    return Report(data=rows, notices=() if rows else ("everything is named by a train, an environment or a history",))


def _old(versions: Sequence[str]) -> list[str]:
    """All but the newest version and the newest release, oldest first."""
    newest = newest_first(versions)
    return [version for version in reversed(newest) if version not in (newest[0], newest_release(versions))]


def pinned(record: State | None, entries: Mapping[str, Entry]) -> set[_Key]:
    """Name and version of every chart that an environment runs, or has run."""
    changes = (pair for entry in entries.values() for each in entry.changes for pair in each.cars.values())
    past = (car_of_brief(text).pin for pair in changes for text in pair if text)
    return {*_keys(record.pins.values() if record else ()), *_keys(past)}


def _keys(pins: Iterable[Pin]) -> Iterable[_Key]:
    return ((pin.name, pin.version) for pin in pins)
