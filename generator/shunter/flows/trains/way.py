"""The way into an environment: what is to come, the gate, and what both would do. For promotion and for advice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from shunter.core.trains.cut import freight_from, freight_of, line_of
from shunter.core.trains.gate import Gate, Source, answers, withdrawn
from shunter.core.trains.history import Entries
from shunter.core.trains.model import Train
from shunter.core.trains.places import advised
from shunter.core.trains.plan import Asked, Freight, Plan, plan
from shunter.core.trains.state import State
from shunter.core.workspace.model import Environment
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.flows.workspace.trains import Trains
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Step:
    """One promotion to `name`: exactly one of `train` and `source`, limited to the cars in `only` if there are any.

    `words` is what it needs besides, as it is typed.
    """

    name: str
    train: str
    source: str
    only: tuple[str, ...] = ()
    words: str = ""

    def __str__(self) -> str:
        what, limited = self.train or f"--from {self.source}", f" --only {','.join(self.only)}" if self.only else ""
        return f"shunter promote {what} --to {self.name}{self.words}{limited}"


@dataclass(frozen=True, slots=True)
class Way:
    """The workspace and its trains today (`2026-11-28`), and the record of each environment (None: not checked out)."""

    context: Context
    trains: Trains
    today: str
    states: Mapping[str, State | None]

    def foreseen(self, name: str, source: str | Train, *, force: bool = False) -> Plan | None:
        """What a promotion of a train, or from an environment, would do; None where nobody can say, or nothing moves.

        Histories are read only where something moves. Raises ShunterError where one cannot be read.
        """
        environment = self.context.require_workspace().environment(name)
        state = self.states.get(name)
        if environment is None or state is None:
            return None
        found = self._freight(state, source)
        said = Asked(may_go_down=environment.may_go_down, force=force)
        services = declared(environment)
        bare = Gate(name, state, self.today, services=services, line=environment.line)
        if found is None or not plan(state, found[0], answers(bare, found[0].cars), said).moves:
            return None
        gate = gate_of(self.context, name, state, self.trains, self.today)
        return plan(state, found[0], answers(gate, found[0].cars, found[1]), said)

    def _freight(self, here: State, source: str | Train) -> tuple[Freight, str] | None:
        if isinstance(source, Train):
            return of_train(source, here, self.trains)
        there = self.states.get(source)
        return of_environment(self.context, source, there, here, self.trains) if there and there.cars else None

    def advice(self, name: str, source: str | Train) -> Step | None:
        """The promotion that is next: one that nothing refuses, with nothing that this environment was taken back from.

        None where there is none.
        """
        try:
            found = self.foreseen(name, source)
            left = self._left(name, found) if found else ()
        except ShunterError:
            # A history that cannot be read refuses the promotion, too.
            return None
        return _step(name, source, found, left) if found else None

    def hotfix(self, name: str, train: Train) -> Step | None:
        """The promotion of a hotfix, with the word that it needs where it has run nowhere before; None if refused."""
        if found := self.advice(name, train):
            return found
        try:
            planned = self.foreseen(name, train, force=True)
        except ShunterError:
            return None
        if planned is None or planned.forced != ("stage-skipped",):
            return None
        step = _step(name, train, planned)
        return replace(step, words=" --force --why REASON") if step else None

    def next(self, environment: Environment) -> Step | None:
        """The promotion of the first source, or of the newest train of its line, that brings something."""
        trains = self.trains
        newest = next((v for v in reversed(trains.versions) if self._may_come(v, environment)), "")
        train = [trains.by_version[newest]] if newest and not environment.promotes_from else []
        sources: tuple[str | Train, ...] = (*environment.promotes_from, *train)
        return next((found for source in sources if (found := self.advice(environment.name, source))), None)

    def _may_come(self, version: str, environment: Environment) -> bool:
        return version not in self.trains.yanked and self.trains.by_version[version].line == environment.line

    def _left(self, name: str, found: Plan) -> Collection[str]:
        past = Source(name, files_of(self.context, self.context.site("environment", name)).entries)
        coming = {move.alias: move.now for move in found.moves if move.now}
        return withdrawn(past, coming, self.trains.cars, self.context.require_workspace().renamed)


def _step(name: str, source: str | Train, planned: Plan, left: Collection[str] = ()) -> Step | None:
    only = advised(planned, left)
    if only is None:
        return None
    return Step(name, source.version, "", only) if isinstance(source, Train) else Step(name, "", source, only)


def of_train(train: Train, here: State, trains: Trains) -> tuple[Freight, str]:
    """What a train brings to an environment that runs `here`, and its line."""
    return freight_of(train, trains.by_version, _since(here)), train.line


def of_environment(context: Context, name: str, there: State, here: State, trains: Trains) -> tuple[Freight, str]:
    """What the environment `name`, which runs `there`, brings to one that runs `here`, and the line that it is of."""
    found = context.require_workspace().environment(name)
    freight = freight_from(name, there, declared(found), trains.by_version, _since(here))
    return freight, line_of(there, trains.by_version, found.line if found else "")


def _since(here: State) -> str:
    return here.base.train if here.base else ""


def gate_of(
    context: Context,
    name: str,
    record: State,
    trains: Trains,
    today: str,
    entries: Callable[[str], Entries] | None = None,
) -> Gate:
    """The way into an environment, from what shunter.yaml and the histories before it say.

    `entries` gives the histories where they are others than those on disk.
    """
    workspace = context.require_workspace()
    environment = workspace.environment(name)
    assert environment is not None
    sources = []
    for source in environment.promotes_from:
        known = entries(source) if entries else files_of(context, context.site("environment", source)).entries
        sources.append(Source(source, known, declared(workspace.environment(source))))
    return Gate(
        name,
        record,
        today,
        tuple(sources),
        environment.promotes_from_all,
        declared(environment),
        environment.line,
        trains.cars,
        trains.yanked,
        workspace.renamed,
    )


def declared(environment: Environment | None) -> frozenset[str] | None:
    """The services that an environment declares; None for all."""
    if environment is None or environment.services is None:
        return None
    return frozenset(environment.services)
