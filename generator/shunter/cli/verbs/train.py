"""train cut, list, show and diff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session, split
from shunter.core.packaging.record import cars_data
from shunter.flows.checkouts import behind
from shunter.flows.trains import cut as cutting
from shunter.flows.trains import list as listing
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def cut(arguments: Arguments) -> Report:
    """`shunter train cut VERSION`."""
    context, only, chosen = open_session(arguments), split(arguments.only), dict(_pair(text) for text in arguments.set)

    def run() -> Report:
        version, dry_run, diff = arguments.version, arguments.dry_run, arguments.diff
        return cutting.cut(context, version, only=only, chosen=chosen, dry_run=dry_run, diff=diff)

    return _aware(arguments, context, behind.roots_of(context, ("app",), only), run)


def _aware(arguments: Arguments, context: Context, roots: list[Path], run: Callable[[], Report]) -> Report:
    """The report of `run`, which says or refuses where one of these checkouts is behind."""
    writes = not (arguments.dry_run or arguments.diff)
    return behind.aware(context, roots, run, fetch=arguments.fetch, writes=writes)


def _pair(text: str) -> tuple[str, str]:
    name, _, version = text.partition("=")
    if not (name and version):
        raise ShunterError(f"`{text}` is not SERVICE=VERSION", hint="such as --set orders=1.4.2")
    return name, version


def list_trains(arguments: Arguments) -> Report:
    """`shunter train list`."""
    report = listing.overview(open_session(arguments))
    rows = [(row["train"], row["cut"], str(row["cars"]), ", ".join(row["environments"]) or "-") for row in report.data]
    text = table(rows, ("TRAIN", "CUT", "CARS", "IN")) if rows else ""
    return replace(report, product=text, notices=() if rows else ("no train yet",))


def show(arguments: Arguments) -> Report:
    """`shunter train show VERSION`."""
    train = trains_of(open_session(arguments)).find(arguments.version)
    rows = [(alias, pin.name, pin.version, pin.app_version or "-", pin.digest) for alias, pin in train.cars.items()]
    data = {"version": train.version, "cut": train.cut, "cars": cars_data(train.cars)}
    return Report(product=table(rows, ("APP", "CHART", "VERSION", "APP VERSION", "DIGEST")), data=data)


def compare(arguments: Arguments) -> Report:
    """`shunter train diff A B`."""
    trains = trains_of(open_session(arguments))
    first, second = (trains.find(version) for version in (arguments.first, arguments.second))
    rows = listing.compare(first, second)
    header = ("APP", first.version, second.version)
    text = table([(row["app"], row[first.version], row[second.version]) for row in rows], header) if rows else ""
    return Report(product=text, data=rows, answer=not rows, notices=() if rows else ("the trains are equal",))
