"""What a promotion or a rollback moves, car by car, and what it refuses without a word."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final

from shunter.core.charts.versions import parse
from shunter.core.trains.entry import Entry, Why, advance
from shunter.core.trains.gate import WHOLE, Answer, Verdict
from shunter.core.trains.order import Order, compare, compare_versions, rewritten
from shunter.core.trains.state import Base, Car, State, cars_hash
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError

ALL: Final = "*"
"""In `Asked.downgrade` and `Asked.remove`: every car."""
MAY_GO_DOWN: Final = "the environment may go down"
"""The word of a car that goes down because shunter.yaml lets the environment do so."""
UNDECLARED: Final = "shunter.yaml does not declare it"
"""The word of a car that the environment no longer has among its services."""
_OPEN: Final = Answer()


@dataclass(frozen=True, slots=True)
class Freight:
    """The cars that are to come, from a train or from the environment `source`.

    `covers` are the aliases that it speaks about (None: all): what it covers and does not bring is to go. `drops`,
    `lower` (alias to the version that it goes down from: not one that was newer) and `replaces` (old alias to new one)
    is what the train says of cars, so that nobody has to say it again.
    """

    cars: Mapping[str, Car]
    train: str = ""
    source: str = ""
    covers: frozenset[str] | None = None
    drops: frozenset[str] = frozenset()
    lower: Mapping[str, str] = field(default_factory=dict)
    replaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said: the cars to limit it to, those to leave out, and the words for what goes down or away.

    `may_go_down` is what shunter.yaml says of the environment, such as one for feature builds.
    """

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    downgrade: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    force: bool = False
    may_go_down: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One car that moves. `word` is what lets it go down or away."""

    alias: str
    was: Car | None
    now: Car | None
    order: Order
    word: str = ""

    def __str__(self) -> str:
        word = f" ({self.word})" if self.word else ""
        return f"{self.alias} {_arrow(self.was, self.now)}{_MARKS[self.order]}{word}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the versions of the charts do not show."""
        if self.was is None or self.now is None or self.order is not Order.UP:
            return ()
        old, new = self.was.pin.app_version, self.now.pin.app_version
        if parse(old) and parse(new) and compare_versions(old, new) > 0:
            return (f"the appVersion of {self.alias} goes down: {old} → {new}",)
        return ()


_MARKS: Final = {
    Order.SAME: "",
    Order.UP: "",
    Order.DOWN: " DOWN",
    Order.CHANGED: " changed",
    Order.REPLACED: " replaced",
    Order.NEW: " new",
    Order.REMOVED: " removed",
}


def _arrow(was: Car | None, now: Car | None) -> str:
    named = was is not None and now is not None and was.pin.name != now.pin.name
    texts = [f"{car.pin.name} {car.pin.version}" if named else car.pin.version for car in (was, now) if car]
    return " → ".join(texts)


@dataclass(frozen=True, slots=True)
class Stay:
    """A car that does not move although another pin was to come, or it was to go; and why."""

    alias: str
    was: Car | None
    now: Car | None
    reason: str

    def __str__(self) -> str:
        would = f"{self.now.pin.version} would come" if self.now else "it would go"
        return f"{self.alias} {self.was.pin.version if self.was else 'absent'} stays, {would}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a car may not move (of an empty alias: why nothing may), and the flag or command that opens the way."""

    alias: str
    rule: str
    reason: str
    opens: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to happen, or why not: nothing does while there are refusals."""

    moves: tuple[Move, ...] = ()
    stays: tuple[Stay, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    cars: Mapping[str, Car] = field(default_factory=dict)
    base: Base | None = None
    forced: tuple[str, ...] = ()

    @property
    def allowed(self) -> dict[str, str]:
        """The words that let cars go down or away, by alias."""
        return {move.alias: move.word for move in self.moves if move.word}

    @property
    def commits(self) -> tuple[tuple[str, str, str], ...]:
        """Alias, source commit that runs and source commit that comes, where both are known and differ."""
        sides = ((move.alias, move.was.pin, move.now.pin) for move in self.moves if move.was and move.now)
        pairs = ((alias, was.revision, now.revision) for alias, was, now in sides)
        return tuple((alias, was, now) for alias, was, now in pairs if was and now and was != now)


def chosen(names: Iterable[str], known: Iterable[str], flag: str) -> tuple[str, ...]:
    """The cars that a flag names, each once. Raises ShunterError for an empty name and for one that nobody knows."""
    known, found = sorted(known), tuple(dict.fromkeys(names))
    for name in found:
        if not name.strip():
            raise ShunterError(f"{flag} names no car", hint="is a variable unset? leave the flag out to take all cars")
        if name not in known:
            raise ShunterError(f"there is no car `{name}`, which {flag} names", hint=f"cars: {', '.join(known)}")
    return found


def plan(state: State, freight: Freight, answers: Mapping[str, Answer], asked: Asked) -> Plan:
    """What `freight` moves in an environment whose record is `state`. `answers` are the gate's, by alias.

    Raises ShunterError where `asked` names a car that is neither here nor there.
    """
    aliases = sorted({*state.cars, *freight.cars})
    only, without = chosen(asked.only, aliases, "--only"), chosen(asked.without, aliases, "--except")
    if both := [alias for alias in only if alias in without]:
        raise ShunterError(f"--only and --except both name {', '.join(both)}", hint="name a car in one of them")
    steps = [
        step
        for alias in only or aliases
        if (step := _step(alias, state, freight, answers.get(alias, _OPEN), left_out=alias in without))
    ]
    going = tuple(step for step in steps if isinstance(step, Move))
    here = {*state.cars, *(move.alias for move in going if move.now)}
    moves = tuple(replace(move, word=_word(move, freight, asked, answers, here)) for move in going)
    refusals = (
        *denied(WHOLE, answers.get(WHOLE, _OPEN), lambda _: asked.force),
        *(found for move in moves for found in _refusals(move, answers.get(move.alias, _OPEN), asked)),
    )
    forced = {rule for alias in (WHOLE, *(move.alias for move in moves)) for rule in answers.get(alias, _OPEN).rules}
    cars = moved(state.cars, moves)
    stays = tuple(step for step in steps if isinstance(step, Stay))
    return Plan(moves, stays, refusals, cars, _base(state, freight, answers, cars), tuple(sorted(forced)))


def _step(alias: str, state: State, freight: Freight, answer: Answer, *, left_out: bool) -> Move | Stay | None:
    was, now = state.cars.get(alias), freight.cars.get(alias)
    if answer.verdict is Verdict.ABSENT:
        now = None
    elif now is None and freight.covers is not None and alias not in freight.covers:
        return None
    order = compare(was.pin if was else None, now.pin if now else None)
    if order is Order.SAME:
        return None
    if left_out or answer.verdict is Verdict.HELD:
        return Stay(alias, was, now, "left out by --except" if left_out else answer.reason)
    return Move(alias, was, now, order)


def moved(cars: Mapping[str, Car], moves: Iterable[Move]) -> dict[str, Car]:
    """The cars after the moves; a hold stays with its alias."""
    found = dict(cars)
    for move in moves:
        found.pop(move.alias, None)
        if move.now:
            found[move.alias] = replace(move.now, hold=move.was.hold if move.was else None)
    return {alias: found[alias] for alias in sorted(found)}


def _word(move: Move, freight: Freight, asked: Asked, answers: Mapping[str, Answer], here: Collection[str]) -> str:
    """What lets a car go down or away; empty where nothing does, or nothing has to."""
    alias, says = move.alias, f"train {freight.train}" if freight.train else "its train"
    if move.order is Order.DOWN:
        return lowering_word(move, freight, asked)
    if move.order in (Order.REMOVED, Order.REPLACED):
        new = freight.replaces.get(alias)
        words = {
            UNDECLARED: answers.get(alias, _OPEN).verdict is Verdict.ABSENT,
            "--allow-remove": bool(asked.remove & {ALL, alias}),
            f"{says} drops it": alias in freight.drops and move.order is Order.REMOVED,
            f"{says} replaces it by {new}": (new or "") in here and (new == alias) is (move.order is Order.REPLACED),
        }
    else:
        return ""
    return next((word for word, said in words.items() if said), "")


def lowering_word(move: Move, freight: Freight, asked: Asked) -> str:
    """What lets a car go down, or its images; empty where nothing does."""
    words = {
        "--allow-downgrade": bool(asked.downgrade & {ALL, move.alias}),
        f"train {freight.train} lowers it" if freight.train else "its train lowers it": _lowered(move, freight),
        MAY_GO_DOWN: asked.may_go_down,
    }
    return next((word for word, said in words.items() if said), "")


def _lowered(move: Move, freight: Freight) -> bool:
    known = freight.lower.get(move.alias)
    return bool(known and move.was and compare_versions(move.was.pin.version, known) <= 0)


_UNSAID: Final = {
    Order.DOWN: ("car-down", "would go down", "--allow-downgrade"),
    Order.REMOVED: ("car-removed", "would be removed", "--allow-remove"),
    Order.REPLACED: ("car-replaced", "would become another chart", "--allow-remove"),
}


def _refusals(move: Move, answer: Answer, asked: Asked) -> Iterator[Refusal]:
    yield from denied(move.alias, answer, lambda _: asked.force)
    if found := unsaid(move):
        yield found


def denied(alias: str, answer: Answer, passed: Callable[[Answer], bool]) -> Iterator[Refusal]:
    """All that the gate has against a car, but for what is `passed` over."""
    for each in answer.refusing(passed):
        yield Refusal(alias, each.rule, each.reason, each.opens)


def unsaid(move: Move) -> Refusal | None:
    """Why a move may not happen without a word that it does not have, or whatever is said; None where it may."""
    alias = move.alias
    if move.was and move.now and rewritten(move.was.pin, move.now.pin):
        reason = f"{alias} {move.now.pin.version} is another archive than the one that runs under this version"
        return Refusal(alias, "version-rewritten", reason, "publish it under a new version")
    if move.order in _UNSAID and not move.word:
        rule, what, flag = _UNSAID[move.order]
        return Refusal(alias, rule, f"{alias} {what}: {_arrow(move.was, move.now)}", f"{flag} {alias}")
    return None


def _base(state: State, freight: Freight, answers: Mapping[str, Answer], cars: Mapping[str, Car]) -> Base | None:
    """The train where it arrives whole: all that is declared here, and nothing else."""
    wanted = {a: car.pin for a, car in freight.cars.items() if answers.get(a, _OPEN).verdict is not Verdict.ABSENT}
    pins = {alias: car.pin for alias, car in cars.items()}
    whole = wanted.keys() == pins.keys() and all(compare(pins[a], wanted[a]) is Order.SAME for a in pins)
    return Base(freight.train, cars_hash(pins)) if freight.train and pins and whole else state.base


def carried_out(planned: Plan, state: State, why: Why) -> tuple[State, Entry | None]:
    """The state after a plan, and its entry, which keeps every word; no entry where nothing moves.

    Raises ShunterError where the plan is refused.
    """
    for refused in planned.refusals:
        raise ShunterError(refused.reason, hint=refused.opens, rule=refused.rule, exit_code=1)
    return advance(state, planned.cars, planned.base, replace(why, forced=planned.forced, allowed=planned.allowed))
