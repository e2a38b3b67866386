"""Where every environment stands: the board, what is next, and the history of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shunter.adapters.git.moves import REMOVED, removed
from shunter.adapters.system.regular import is_checkout
from shunter.core.charts.pins import Pin
from shunter.core.trains.order import compare_versions
from shunter.core.trains.places import Here, Place, label, place_of
from shunter.core.trains.rows import rows
from shunter.core.trains.state import State
from shunter.core.workspace.layout import promotion_order
from shunter.core.workspace.model import Workspace
from shunter.flows.trains.broken import broken_records
from shunter.flows.trains.target import recorded
from shunter.flows.trains.way import Way, declared
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.drift import drift
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.flows.workspace.records import records
from shunter.flows.workspace.trains import Trains, trains_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


@dataclass(frozen=True, slots=True)
class Cell:
    """One app in one environment: its version, empty where it does not run, and how it stands there."""

    version: str
    place: Place


@dataclass(frozen=True, slots=True)
class Column:
    """One environment: what it promotes from, what it runs in words, and the promotion to type next, if any."""

    environment: str
    promotes_from: tuple[str, ...]
    runs: str
    advice: str


@dataclass(frozen=True, slots=True)
class Board:
    """Rows are apps, columns are environments in the order of promotion; `newest` is the newest train."""

    columns: tuple[Column, ...]
    rows: Mapping[str, tuple[Cell, ...]]
    newest: str


def board_of(context: Context) -> Board:
    """The board of the context's workspace."""
    return _board(Way(context, trains_of(context), generated_now()[:10], records(context)))


def _board(way: Way) -> Board:
    workspace, states, trains = way.context.require_workspace(), way.states, way.trains
    environments = promotion_order(workspace.environments)
    heres = {each.name: Here(each.name, states.get(each.name), declared(each)) for each in environments}
    aliases = _aliases(workspace, states)
    columns, cells = [], []
    for each in environments:
        here, sources = heres[each.name], [heres[name] for name in each.promotes_from]
        runs = "?" if here.state is None else label(here.state, _base_cars(here.state, trains))
        columns.append(Column(each.name, each.promotes_from, runs, str(way.next(each) or "")))
        cells.append([_cell(alias, here, sources) for alias in aliases])
    found = {alias: tuple(column[number] for column in cells) for number, alias in enumerate(aliases)}
    return Board(tuple(columns), found, trains.versions[-1] if trains.versions else "")


def _aliases(workspace: Workspace, states: Mapping[str, State | None]) -> list[str]:
    """The services, and what runs somewhere without being one any more."""
    services = [service.name for service in workspace.services]
    running = {alias for state in states.values() if state for alias in state.cars}
    return [*services, *sorted(running - set(services))]


def _base_cars(state: State, trains: Trains) -> Mapping[str, Pin] | None:
    return trains.cars.get(state.base.train) if state.base and not state.train else None


def _cell(alias: str, here: Here, sources: Sequence[Here]) -> Cell:
    car = here.car(alias)
    return Cell(car.pin.version if car else "", place_of(alias, here, sources))


def status(context: Context) -> tuple[Board, Report]:
    """The board, and a report with its data, what drifts from shunter.yaml, and the next command."""
    workspace, trains, files = context.require_workspace(), trains_of(context), _files(context)
    states = {name: found.record if found else None for name, found in files.items()}
    board = _board(Way(context, trains, generated_now()[:10], states))
    data = {
        "workspace": workspace.name,
        "newest": board.newest,
        "environments": [
            {"name": c.environment, "promotes-from": list(c.promotes_from), "runs": c.runs, "next": c.advice}
            for c in board.columns
        ],
        "apps": {
            app: {
                c.environment: {"version": cell.version, "place": cell.place.value}
                for c, cell in zip(board.columns, cells, strict=True)
            }
            for app, cells in board.rows.items()
        },
    }
    broken = [*broken_records(context, {name: each for name, each in files.items() if each}, trains)]
    step = next((column.advice for column in board.columns if column.advice), "")
    step = broken[0].command if broken else step
    notices = (*(each.notice for each in broken), *_notes(context, states, trains), *drift(context), *_removed(context))
    return board, Report(data=data, notices=notices, next_step=step)


def _files(context: Context) -> dict[str, ProjectFiles | None]:
    """The files of every environment; None where its repository is not checked out."""
    sites = context.sites("environment", missing_ok=True)
    return {site.name: files_of(context, site) if is_checkout(site.root) else None for site in sites}


def _notes(context: Context, states: Mapping[str, State | None], trains: Trains) -> Iterator[str]:
    today = generated_now()[:10]
    newest, services = _newest_library(context), {each.name for each in context.require_workspace().services}
    for name, state in states.items():
        for alias, car in state.cars.items() if state else ():
            if car.hold:
                over = " (over: unhold it, or hold it again)" if car.hold.expired(today) else ""
                until = f" until {car.hold.until}" if car.hold.until else ""
                gone = "" if alias in services else " (no service any more, and no train takes it away: unhold it)"
                yield f"{alias} is held in {name}{until}: {car.hold.why}{over}{gone}"
        if state:
            yield from _yanked(name, state, trains)
            yield from _old_libraries(name, state, newest)


def _yanked(name: str, state: State, trains: Trains) -> Iterator[str]:
    for version in sorted({car.train for car in state.cars.values()} & trains.yanked.keys()):
        cars = ", ".join(alias for alias, car in state.cars.items() if car.train == version)
        yield f"{name} runs {cars} of train {version}, which is yanked: {trains.yanked[version]}"


def _newest_library(context: Context) -> tuple[str, str]:
    name = context.require_workspace().library
    try:
        return name, open_archives(context).newest(name)
    except ShunterError:
        return name, ""


def _old_libraries(name: str, state: State, newest: tuple[str, str]) -> Iterator[str]:
    library, version = newest
    found = [alias for alias, car in state.cars.items() if version and _is_older(car.pin.library, library, version)]
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        yield f"{name} runs {', '.join(found[:3])}{more} with an older {library} than {version}: shunter bump --all"


def _is_older(text: str, library: str, newest: str) -> bool:
    name, version = (*text.split(), "", "")[:2]
    return name == library and compare_versions(version, newest) < 0


def _removed(context: Context) -> tuple[str, ...]:
    """One line where the workspace keeps checkouts that it no longer has."""
    count = len(removed(context.root))
    return (f"{count} removed checkout{'' if count == 1 else 's'} in {REMOVED}",) if count else ()


def history(context: Context, name: str, alias: str = "") -> Report:
    """What changed in an environment, oldest first; of one car only what changed it."""
    files = files_of(context, context.site("environment", name))
    state = recorded(files)
    found = rows(files.entries, alias, context.require_workspace().renamed)
    if alias and not found and alias not in state.cars:
        known = ", ".join(state.cars) or "none"
        raise ShunterError(f"there never was a car `{alias}` in {name}", hint=f"cars: {known}")
    return Report(data=found, next_step="" if found else f"shunter promote TRAIN --to {name}")
