"""Named templates that several charts of a release define differently: names are global, and one body wins.

Helm's engine parses the deepest files first and of these the alphabetically last (sortTemplates in
pkg/engine/engine.go); a later definition replaces an earlier one, unless it is empty (text/template).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import join

from shunter.core.charts.templates import release_of
from shunter.core.charts.versions import parse
from shunter.core.gotemplate.tree import Define
from shunter.core.packaging.publish import compiled_folder, compiled_library
from shunter.core.values.coalesce import Slice
from shunter.model.findings import Finding, Kind, Severity, Span


@dataclass(frozen=True, slots=True, eq=False)
class _Definition:
    """One body of a name: where it stands on disk, and in Helm's order (`rank`, the lowest wins)."""

    part: Slice
    place: str
    rank: tuple[int, str]
    define: Define

    @property
    def library(self) -> tuple[str, str]:
        """Name and version of the library chart that it comes from, compiled in or not; else two empty texts."""
        metadata = self.part.chart.definition.value or {}
        if metadata.get("type") == "library":
            return self.part.chart.name, self.part.chart.version
        name, version = compiled_library(metadata)
        return (name, version) if name and self.path.startswith(compiled_folder(name)) else ("", "")

    @property
    def path(self) -> str:
        """Where it stands in its chart."""
        return self.place.removeprefix(self.part.chart.folder).lstrip("/")

    @property
    def title(self) -> str:
        """The chart that it comes from, for a person."""
        chart, path = self.part.chart, self.part.path
        name, version = self.library
        if name and name != chart.name:
            return f"{name} {version} (in {'/'.join(path) or chart.name})"
        if not path:
            return f"the umbrella {chart.name} {chart.version}"
        inside = f" (in {'/'.join(path[:-1])})" if len(path) > 1 else ""
        return f"{chart.name} {chart.version}{inside}"


def define_collisions(slices: Sequence[Slice]) -> Iterator[Finding]:
    """A finding for each chart whose named templates lose to other bodies of another chart; `slices` are deployed."""
    lost: dict[tuple[str, str, str], list[tuple[_Definition, _Definition]]] = {}
    for group in _by_name(slices).values():
        ranked = sorted(group, key=lambda item: item.rank)
        winner = ranked[0]
        for loser in ranked[1:]:
            if loser.define.text != winner.define.text and loser.part.chart is not winner.part.chart:
                key = (winner.part.chart.folder, loser.part.chart.name, loser.part.chart.version)
                lost.setdefault(key, []).append((loser, winner))
    for pairs in lost.values():
        yield _finding(pairs)


def _by_name(slices: Sequence[Slice]) -> dict[str, list[_Definition]]:
    """The definitions of each name that has several; per file the last one that is not empty."""
    release = release_of(slices[0].chart)
    found: dict[str, list[_Definition]] = {}
    for part in slices:
        above = join(slices[0].chart.name, *(f"charts/{step}" for step in part.path))
        for place, template in release.files[id(part.chart)].items():
            path = join(above, place.removeprefix(part.chart.folder).lstrip("/"))
            last = {define.name: define for define in template.defines if not define.empty}
            for name, define in last.items():
                found.setdefault(name, []).append(_Definition(part, place, (path.count("/"), path), define))
    return {name: group for name, group in found.items() if len(group) > 1}


def _finding(pairs: Sequence[tuple[_Definition, _Definition]]) -> Finding:
    loser, winner = pairs[0]
    names = list(dict.fromkeys(f"`{item.define.name}`" for item, _ in pairs))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    losers = list(dict.fromkeys(item.title for item, _ in pairs))
    planned = _is_planned(loser, winner)
    message = f"{winner.title} replaces {shown} of {', '.join(losers)}: named templates are global"
    hint = "give one of the two other names, or bring both charts to the same version"
    if planned:
        message = f"{winner.title} of the umbrella renders what was built with {', '.join(losers)}"
        hint = "nothing to do: the umbrella's library renders every app"
    return Finding(
        "define-collision",
        message,
        _span(loser),
        Kind.LINT,
        Severity.NOTE if planned else Severity.ERROR,
        related=(("the one that wins", _span(winner)),),
        hint=hint,
    )


def _is_planned(loser: _Definition, winner: _Definition) -> bool:
    """Whether this is the umbrella's own library in place of an older copy of it that an app carries."""
    (mine, version), (theirs, older) = winner.library, loser.library
    at_hand, built = parse(version), parse(older)
    newer = at_hand is not None and built is not None and built < at_hand
    return newer and mine == theirs and len(winner.part.path) == 1


def _span(item: _Definition) -> Span:
    text = (item.part.chart.read(item.path) or b"").decode("utf-8", "replace").split("\n")[item.define.line - 1]
    return Span(item.place, item.define.line, 1, len(text) + 1, text)
