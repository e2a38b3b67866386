"""What makes a cut automatic: builds of the main branch count, nothing new is no commit, and old trains are pruned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shunter.adapters.system.regular import is_checkout
from shunter.core.charts.pins import Pin
from shunter.core.trains.automatic import (
    Known,
    named,
    next_version,
    offered,
    overtaken,
    shunned_by,
    superseded,
    with_words,
)
from shunter.core.trains.cut import Composition, Offer, Said, differences
from shunter.core.trains.file import path_of
from shunter.flows.trains.asked import promotions_to
from shunter.flows.trains.bases import Base, automatic_of, label_of, newest_of
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.flows.workspace.trains import Trains
from shunter.model.data import dataclass
from shunter.model.findings import Outcome, Report, Status


@dataclass(frozen=True, slots=True)
class Automatic:
    """An automatic cut of a workspace with these trains: `label` is the word in its version, such as `main`."""

    context: Context
    trains: Trains
    label: str

    def offers(self, offers: Mapping[str, Offer], base: Base) -> tuple[dict[str, Offer], tuple[str, ...]]:
        """What it may take, and a line for each service that has published nothing yet, or nothing that counts."""
        shunned = shunned_by(self.trains.yanked, self.trains.by_version)
        found, missing = offered(offers, self.label, base.cars, shunned)
        lines = [f"{alias} has published nothing yet, and is left out" for alias in missing]
        for alias, (build, release) in overtaken(found, base.cars, self.trains.by_version).items():
            said = f"{alias} {build} comes before the release {release}, which is there already"
            lines.append(f"{said}: no train takes it until its version is raised, by `shunter bump {alias} --minor`")
        return found, tuple(lines)

    def unchanged(self, base: Base, made: Composition, notices: tuple[str, ...]) -> Report | None:
        """The report of a cut that has nothing to do; None where something is new."""
        if made.refusals or made.moves:
            return None
        said = f"nothing is newer than {base.called}" if base.version else "nothing is published yet"
        outcome = Outcome(self.context.root.name, Status.NOOP, said)
        data = {"train": base.version, "line": base.line, "base": base.version, "moves": []}
        return Report(outcomes=(outcome,), notices=notices, data=data)

    def version(self, base: Base, line: str, cars: Mapping[str, Pin], said: Said) -> str:
        """What the train is called that has these cars."""
        release = newest_of(self.trains, line, label=self.label, automatic=False)
        moves = differences(self.trains.cars[release], cars, said) if release else ()
        return next_version(Known(self.label, release, base.version, self.trains.versions), moves)

    def said(self, base: Base, made: Composition) -> Composition:
        """The composition, with the words of the trains before it."""
        trains = self.trains.by_version
        return with_words(made, trains.get(base.version), trains)

    def pruned(self, line: str) -> tuple[str, ...]:
        """The paths of the automatic trains that go now, since nothing names them; see `trains: keep:`.

        None where an environment is not checked out: nobody knows what that names.
        """
        keep = self.context.require_workspace().keep_trains
        versions = [*automatic_of(self.trains, line, self.label)] if keep else []
        if len(versions) < keep or not versions:
            return ()
        sites = self.context.sites("environment", missing_ok=True)
        if not all(is_checkout(site.root) for site in sites):
            return ()
        files = [each for site in sites for each in (files_of(self.context, site), *promotions_to(site))]
        states = [each.record for each in files if each.record]
        kept = named(states, (each.entries for each in files)) | {*self.trains.yanked}
        return tuple(path_of(version) for version in superseded(versions, keep - 1, kept))


def automatic_cut(context: Context, trains: Trains) -> Automatic:
    """The automatic cut of a workspace."""
    return Automatic(context, trains, label_of(context))


def pruned_lines(paths: tuple[str, ...]) -> Iterator[str]:
    """What the commit says of trains that go."""
    if paths:
        yield f"  no more: {', '.join(path.partition('/')[2].removesuffix('.yaml') for path in paths)}"
