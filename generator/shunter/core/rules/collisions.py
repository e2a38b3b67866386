"""Named templates that several charts of a release define differently: names are global, and one body wins.

Helm's engine parses the deepest files first and of these the alphabetically last (sortTemplates in
pkg/engine/engine.go); a later definition replaces an earlier one, unless it is empty (text/template).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import join

from shunter.core.charts.defines import defining, shared_names
from shunter.core.charts.load import Chart
from shunter.core.charts.templates import parsed
from shunter.core.gotemplate.tree import Define, Template
from shunter.core.goyaml.document import Document
from shunter.core.packaging.publish import compiled_folder, compiled_library, library_folders
from shunter.core.packaging.vendoring import CARRIER_VERSION
from shunter.core.values.coalesce import Slice, coalesce
from shunter.model.data import dataclass
from shunter.model.findings import Finding, Kind, Severity, Span


@dataclass(frozen=True, slots=True, eq=False)
class _Definition:
    """One body of a name: where it stands on disk, and in Helm's order (`rank`, the lowest wins; an empty one last)."""

    part: Slice
    place: str
    rank: tuple[bool, int, str]
    define: Define

    def differs(self, winner: _Definition) -> bool:
        """Whether the two do not print the same, and should; of two that print nothing, none replaces the other."""
        if self.define.text == winner.define.text or winner.define.empty:
            return False
        return not self._is_of_the_library_of(winner.part.chart)

    def _is_of_the_library_of(self, app: Chart) -> bool:
        """Whether this is the library that the app was published with, vendored: what the app overrides is its own."""
        inside = library_folders(app.definition.value or {})
        return bool(inside) and self.part.chart.version == CARRIER_VERSION and self.path.startswith(inside)

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
        alias = f" (as {path[0]})" if len(path) == 1 and path[0] != chart.name else ""
        return f"{chart.name} {chart.version}{inside or alias}"


def define_collisions(slices: Sequence[Slice]) -> Iterator[Finding]:
    """A finding for each chart whose named templates lose to other bodies of another chart; `slices` are deployed."""
    yield from _found(
        (loser, ranked[0])
        for ranked in _by_name(slices).values()
        for loser in ranked[1:]
        if loser.differs(ranked[0]) and not loser.define.empty and loser.part.chart is not ranked[0].part.chart
    )


def car_collisions(slices: Sequence[Slice]) -> Iterator[Finding]:
    """A finding for each car that does not render as it does alone, since a named template of another car wins.

    `slices` are those of an umbrella. A chart below a car that collides with another one there does so alone, too.
    """
    yield from _found(
        (own, ranked[0])
        for ranked in _by_name(slices).values()
        for own in {item.part.path[:1]: item for item in reversed(ranked)}.values()
        if own.differs(ranked[0])
    )


def umbrella_of(cars: Mapping[str, Chart]) -> tuple[Slice, ...]:
    """The slices of an umbrella of these charts by alias, each with its default values; broken ones are left out."""
    root = Slice((), _nothing(), {})
    below = (
        Slice((alias, *part.path), part.chart, part.values)
        for alias, chart in cars.items()
        if not chart.findings
        for part in coalesce(chart, []).slices
    )
    return root, *below


def _nothing() -> Chart:
    return Chart("umbrella", "0.0.0", "", "", Document("Chart.yaml", {}), Document("values.yaml", {}))


def _found(pairs: Iterable[tuple[_Definition, _Definition]]) -> Iterator[Finding]:
    """The findings for definitions and those that win over them, one for each two charts."""
    lost: dict[tuple[str, str, str], list[tuple[_Definition, _Definition]]] = {}
    for loser, winner in pairs:
        key = (winner.part.chart.folder, loser.part.chart.name, loser.part.chart.version)
        lost.setdefault(key, []).append((loser, winner))
    for group in lost.values():
        yield _finding(group)


def _by_name(slices: Sequence[Slice]) -> dict[str, list[_Definition]]:
    """The definitions of each name that has several, the one that wins first."""
    defined = defining(part.chart for part in slices)
    shared = shared_names(defined)
    found: dict[str, list[_Definition]] = {}
    for part in slices:
        above = join(slices[0].chart.name, *(f"charts/{step}" for step in part.path))
        for inside, (data, names) in defined[id(part.chart)].items():
            template = parsed(data) if names & shared else None
            path, place = join(above, inside), join(part.chart.folder, inside)
            for name, define in _effective(template).items():
                rank = (define.empty, path.count("/"), path)
                found.setdefault(name, []).append(_Definition(part, place, rank, define))
    groups = {name: group for name, group in found.items() if len(group) > 1}
    return {name: sorted(group, key=lambda item: item.rank) for name, group in groups.items()}


def _effective(template: Template | None) -> dict[str, Define]:
    """The definitions of a file: the last of each name, and an empty one only where there is no other."""
    defines = template.defines if template else ()
    return {define.name: define for define in sorted(defines, key=lambda define: not define.empty)}


def _finding(pairs: Sequence[tuple[_Definition, _Definition]]) -> Finding:
    loser, winner = pairs[0]
    names = list(dict.fromkeys(f"`{item.define.name}`" for item, _ in pairs))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    losers = list(dict.fromkeys(item.title for item, _ in pairs))
    message = f"{winner.title} replaces {shown} of {', '.join(losers)}: named templates are global"
    return Finding(
        "define-collision",
        message,
        _span(loser),
        Kind.LINT,
        Severity.ERROR,
        related=(("the one that wins", _span(winner)),),
        hint=_hint(loser, winner),
    )


def _hint(loser: _Definition, winner: _Definition) -> str:
    if loser.part.chart.name == winner.part.chart.name or (loser.library[0] and loser.library[0] == winner.library[0]):
        return "bring both to one version, or leave one of the two out: Helm has one body for both"
    return "give one of the two another name, or pin versions that define it alike: Helm has one body for both"


def _span(item: _Definition) -> Span:
    text = (item.part.chart.read(item.path) or b"").decode("utf-8", "replace").split("\n")[item.define.line - 1]
    return Span(item.place, item.define.line, 1, len(text) + 1, text)
