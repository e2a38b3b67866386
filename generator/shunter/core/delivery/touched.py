"""Which projects a change touches: by the folders that it changed, and by what depends on what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from shunter.model.data import dataclass

CODE, CHART, ENVIRONMENT = "service", "chart", "environment"


@dataclass(frozen=True, slots=True)
class Place:
    """A project in its repository: `kind` is one of the words above, `path` its folder, `files` further files of it."""

    kind: str
    name: str
    path: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """Names of projects, each kind in the order in which they were given."""

    services: tuple[str, ...]
    charts: tuple[str, ...]
    environments: tuple[str, ...]


Range = tuple[tuple[Place, ...], tuple[str, ...]]
"""The projects of one repository, and the paths that changed in it."""


def touched(ranges: Iterable[Range], depends: Mapping[str, Set[str]]) -> Touched:
    """What the changed paths of repositories touch.

    `depends` names, by chart, the charts that it depends on. A service and the chart beside its code are touched
    together: the chart that is published for a commit names the image of that commit.
    """
    ranges = tuple(ranges)
    found = {(place.kind, place.name) for places, paths in ranges for place in _changed(places, paths)}
    pairs = _beside(ranges)
    grown = True
    while grown:
        more = {(CHART, chart) for chart, needed in depends.items() if any((CHART, name) in found for name in needed)}
        more |= {pair[1 - side] for pair in pairs for side in (0, 1) if pair[side] in found}
        grown = not more <= found
        found |= more
    named = {
        kind: tuple(
            dict.fromkeys(p.name for places, _ in ranges for p in places if p.kind == kind and (kind, p.name) in found)
        )
        for kind in (CODE, CHART, ENVIRONMENT)
    }
    return Touched(named[CODE], named[CHART], named[ENVIRONMENT])


def _changed(places: tuple[Place, ...], paths: Iterable[str]) -> Iterable[Place]:
    """The places that changed paths belong to: each to the innermost folder, and to all that have it as a file."""
    files: dict[str, list[Place]] = {}
    for place in places:
        for file in place.files:
            files.setdefault(file, []).append(place)
    folders = {place.path: place for place in places}
    for path in paths:
        yield from files.get(path, ())
        steps = path.split("/")
        inner = next(
            (folder for end in range(len(steps) - 1, 0, -1) if (folder := "/".join(steps[:end])) in folders), ""
        )
        if inner:
            yield folders[inner]


def _beside(ranges: Iterable[Range]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Code and the chart of the same name in the same repository."""
    pairs = []
    for places, _ in ranges:
        charts = {place.name for place in places if place.kind == CHART}
        pairs += [((CODE, p.name), (CHART, p.name)) for p in places if p.kind == CODE and p.name in charts]
    return pairs
