"""Cars that go up and take an image down with them, or its digest away: what is refused without a word, and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.trains.cut import Composition, Said
from shunter.core.trains.images import ImageChange, image_changes, may_differ
from shunter.core.trains.order import Order
from shunter.core.trains.plan import Asked, Freight, Move, Plan, lowering_word
from shunter.flows.trains.target import Arrival
from shunter.flows.validation.report import levelled
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import RECORD_FILE
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity, Span

Changes = Mapping[str, list[ImageChange]]


def changes_of(moves: Iterable[Move], archives: Archives) -> Changes:
    """What becomes worse of the images of each car that goes up, by alias.

    A chart that was and that nobody has any more says nothing.
    """
    found: dict[str, list[ImageChange]] = {}
    for move in moves:
        if move.was and move.now and move.order in (Order.UP, Order.CHANGED):
            changes = list(_changes(archives, move.was.pin, move.now.pin))
            found |= {move.alias: changes} if changes else {}
    return found


def _changes(archives: Archives, was: Pin, now: Pin) -> Iterator[ImageChange]:
    try:
        if may_differ(_metadata(archives, was), _metadata(archives, now)):
            yield from image_changes(_chart(archives, was), _chart(archives, now))
    except ShunterError:
        return


def _metadata(archives: Archives, pin: Pin) -> Mapping[str, Any]:
    entry = archives.directory.index.get(pin.name, pin.version)
    return entry.metadata if entry else _chart(archives, pin).metadata


def _chart(archives: Archives, pin: Pin) -> PackedChart:
    archives.expect([pin])
    return archives.fetch(pin.name, pin.version)


def lowered(made: Composition, changes: Changes, said: Said) -> Composition:
    """A train that says of the cars whose images go down that this is meant, where a person has said so."""
    down = {alias for alias, found in changes.items() if any(each.down for each in found)} & {*said.lower}
    moves = tuple(replace(move, word="--lower") if move.alias in down else move for move in made.moves)
    lower = {move.alias: move.was.pin.version for move in moves if move.alias in down and move.was}
    return replace(made, moves=moves, lower={**made.lower, **lower})


def with_words(planned: Plan, freight: Freight, asked: Asked, archives: Archives) -> Plan:
    """A plan with the word for each car that takes an image down, which is the same as for one that goes down."""
    found = changes_of(planned.moves, archives)
    down = {alias for alias, changes in found.items() if any(each.down for each in changes)}
    words = {move.alias: lowering_word(move, freight, asked) for move in planned.moves if move.alias in down}
    moves = tuple(replace(move, word=words.get(move.alias, move.word)) for move in planned.moves)
    return replace(planned, moves=moves) if words else planned


def checked(context: Context, arrival: Arrival, archives: Archives) -> Arrival:
    """An arrival that is refused where an image would go down without a word; what is no error is told."""
    if arrival.findings:
        return arrival
    moves, name = arrival.plan.moves, arrival.target.name
    place = Span(f"{arrival.target.files.label}/{RECORD_FILE}")
    found = findings(changes_of(moves, archives), moves, place, "--allow-downgrade")
    levels = [replace(each, message=f"{name}: {each.message}") for each in levelled(context, found)]
    errors = tuple(each for each in levels if each.severity is Severity.ERROR)
    told = tuple(each.message for each in levels if each not in errors)
    return replace(arrival, findings=errors, notices=(*arrival.notices, *told))


def findings(changes: Changes, moves: Iterable[Move], place: Span, flag: str) -> Iterator[Finding]:
    """What is to be said of images of these moves; `flag` is the word for a car that goes down."""
    for move in moves:
        what = str(replace(move, word=""))
        for change in changes.get(move.alias, ()):
            pin = f"shunter package {move.alias} --image REPOSITORY:TAG, under a new version"
            if change.down and not move.word:
                hint = f"{pin}; or {flag} {move.alias}"
                yield Finding("image-down", f"{what} takes an image down: {change}", place, Kind.LINT, hint=hint)
            if change.unpinned:
                said = f"{what} runs an image without the digest that it had: {change}"
                yield Finding("image-unpinned", said, place, Kind.LINT, Severity.WARNING, hint=pin)
