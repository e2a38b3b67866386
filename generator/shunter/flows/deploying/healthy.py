"""The last entry of an environment's history that got well in its cluster, before the one that is wanted now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shunter.core.deployment.revision import ENTRY_LABEL, Revision
from shunter.core.trains.history import ordered, state_at
from shunter.flows.deploying.place import Place, place_of
from shunter.flows.deploying.targets import targets_of
from shunter.flows.release.parts import part_called
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError


def last_healthy(context: Context, environment: str, cluster: str = "") -> str:
    """The newest entry that a revision is of which Helm saw ready, and which is not what the environment pins now.

    Where each app is a release of its own, all of them must have been ready then, in the versions of the entry: one
    that was refused, or not begun, has left no trace. Raises ShunterError where the cluster remembers none.
    """
    (target,) = targets_of(context, [environment] if environment else [], cluster)
    record = target.release.files.record
    now = record.entry if record else ""
    place = place_of(target)
    found = _by_app(place) if target.is_by_app else _whole(place.revisions())
    for entry in found:
        if entry != now:
            return entry
    raise ShunterError(
        f"{place.label} has no revision of another entry of {target.name} that was healthy",
        hint=f"shunter history {target.name} lists all: shunter rollback {target.name} --to ENTRY",
        exit_code=1,
    )


def _whole(revisions: Sequence[Revision]) -> Iterator[str]:
    for revision in reversed(revisions):
        if (entry := revision.labels.get(ENTRY_LABEL, "")) and revision.got_ready:
            yield entry


def _by_app(place: Place) -> Iterator[str]:
    """The same of several releases: an app that an entry did not change runs what an earlier one had brought."""
    entries = place.target.release.files.entries
    order = {entry: number for number, entry in enumerate(ordered(entries))}
    found = {
        name: {order.get(each.labels.get(ENTRY_LABEL, ""), -1): each for each in place.revisions(name)}
        for name in place.parts()
    }
    for entry, number in reversed(order.items()):
        if any(number in of for of in found.values()):
            known = {name: [each for each in of if 0 <= each <= number] for name, of in found.items()}
            then = {name: found[name][max(numbers)] for name, numbers in known.items() if numbers}
            if all(each.got_ready for each in then.values()) and _is_as_pinned(place, entry, then):
                yield entry


def _is_as_pinned(place: Place, entry: str, then: Mapping[str, Revision]) -> bool:
    """Whether the releases were of the versions that an entry of the history pins."""
    release = place.target.release
    record = release.files.record
    cars = state_at(release.files.entries, record, entry).cars if record else {}
    charts = {part_called(release.name, alias): f"{alias} {car.pin.version}" for alias, car in cars.items()}
    return all(charts.get(name, each.chart) == each.chart for name, each in then.items())
