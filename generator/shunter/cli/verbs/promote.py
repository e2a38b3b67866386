"""promote, rollback, hold and unhold; status and history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from shunter.adapters.system.regular import read_regular
from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import on_remote, open_session, split
from shunter.core.trains.places import Place
from shunter.core.trains.plan import ALL, Asked
from shunter.core.trains.state import Hold
from shunter.flows.checkouts import behind
from shunter.flows.trains import hold as holding
from shunter.flows.trains import promote as promotion
from shunter.flows.trains import rollback as returning
from shunter.flows.trains import status as board
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

_MOST_CHANGES: Final = 4
"""Changes of one row of a history that are printed."""
_UNMARKED: Final = {Place.SAME, Place.ABSENT, Place.UNDECLARED, Place.UNKNOWN}


def promote(arguments: Arguments) -> Report:
    """`shunter promote`."""
    if arguments.plan:
        return _apply_plan(arguments)
    if arguments.auto or arguments.refresh:
        return _unnamed(arguments)
    if bool(arguments.train) == bool(arguments.source):
        raise ShunterError("promote takes a train or --from ENV", hint="shunter promote 1.0.0 --to tst")
    if not arguments.target:
        raise ShunterError("promote needs --to ENV", hint="shunter promote 1.0.0 --to tst")
    context = open_session(arguments)
    if arguments.source:
        context.site("environment", arguments.source)
    said = Asked(
        split(arguments.only),
        split(arguments.without),
        _words(arguments.allow_downgrade),
        _words(arguments.allow_remove),
        arguments.force,
    )
    to = split(arguments.target)
    values, images = not arguments.no_values, not arguments.no_images
    asked = promotion.Promotion(to, arguments.train, arguments.source, said, arguments.why, values, images)

    if arguments.push or arguments.pr:
        from shunter.flows.promotions import bring

        return bring.promote(context, asked, on_remote(arguments, context))

    def run() -> Report:
        return promotion.promote(context, asked, dry_run=arguments.dry_run, diff=arguments.diff)

    return _aware(arguments, context, behind.promotion_roots(context, *to, arguments.source), run)


def _unnamed(arguments: Arguments) -> Report:
    """Promotions that nobody names: what is next, or open ones again."""
    from shunter.flows.promotions import automatic

    said = (arguments.train, arguments.source, arguments.only, arguments.without, arguments.force, arguments.why)
    if any(said) or arguments.allow_downgrade or arguments.allow_remove or (arguments.auto and arguments.refresh):
        flag = "--auto" if arguments.auto else "--refresh"
        raise ShunterError(
            f"{flag} says itself what moves where", hint=f"shunter promote {flag} --push, with --to or not"
        )
    if arguments.auto and not (arguments.push or arguments.pr):
        raise ShunterError("--auto promotes on the remote", hint="shunter promote --auto --push")
    run = automatic.promote_next if arguments.auto else automatic.refresh
    context, images = open_session(arguments), not arguments.no_images
    return run(context, split(arguments.target), on_remote(arguments, context), images=images)


def _words(names: str) -> frozenset[str]:
    return frozenset(ALL if name == "all" else name for name in split(names))


def _apply_plan(arguments: Arguments) -> Report:
    said = (arguments.train, arguments.source, arguments.target, arguments.only, arguments.without, arguments.force)
    others = (arguments.auto, arguments.refresh, arguments.push, arguments.pr)
    if any((*said, *others)) or arguments.allow_downgrade or arguments.allow_remove:
        raise ShunterError("a plan says itself what moves where", hint="--plan FILE, and perhaps --why REASON")
    context, path = open_session(arguments), arguments.plan
    data = read_regular(str(context.start / path))
    values, images = not arguments.no_values, not arguments.no_images

    def run() -> Report:
        why, dry_run, diff = arguments.why, arguments.dry_run, arguments.diff
        return promotion.apply_plan(context, data, path, why, dry_run=dry_run, diff=diff, values=values, images=images)

    return _aware(arguments, context, behind.promotion_roots(context), run)


def _aware(arguments: Arguments, context: Context, roots: list[Path], run: Callable[[], Report]) -> Report:
    """The report of `run`, which says or refuses where one of these checkouts is behind."""
    writes = not (arguments.dry_run or arguments.diff)
    return behind.aware(context, roots, run, fetch=arguments.fetch, writes=writes)


def rollback(arguments: Arguments) -> Report:
    """`shunter rollback ENV [TO]`."""
    if arguments.to and arguments.train:
        raise ShunterError("a rollback goes to one entry", hint="name it once: --to ENTRY, or the train behind ENV")
    context, environment = open_session(arguments), arguments.environment
    asked = returning.Return(
        environment,
        _healthy(arguments, context) if arguments.healthy else arguments.to or arguments.train,
        split(arguments.only),
        arguments.old_values,
        arguments.force,
        arguments.why,
        not arguments.no_values,
        not arguments.no_images,
    )

    if arguments.push or arguments.pr:
        from shunter.flows.promotions import bring

        return bring.rollback(context, asked, on_remote(arguments, context))

    def run() -> Report:
        return returning.rollback(context, asked, dry_run=arguments.dry_run, diff=arguments.diff)

    return _aware(arguments, context, behind.promotion_roots(context, environment), run)


def _healthy(arguments: Arguments, context: Context) -> str:
    if arguments.to or arguments.train:
        raise ShunterError("a rollback goes to one entry", hint="leave out --healthy, or the entry")
    from shunter.flows.deploying.healthy import last_healthy

    return last_healthy(context, arguments.environment, arguments.context)


def hold(arguments: Arguments) -> Report:
    """`shunter hold ENV APP --why REASON`."""
    context, held_as = open_session(arguments), Hold(arguments.why, arguments.until)

    def run() -> Report:
        environment, app, dry_run, diff = arguments.environment, arguments.app, arguments.dry_run, arguments.diff
        return holding.hold(context, environment, app, held_as, dry_run=dry_run, diff=diff)

    return _aware(arguments, context, behind.promotion_roots(context, arguments.environment), run)


def unhold(arguments: Arguments) -> Report:
    """`shunter unhold ENV APP`."""
    context, environment, app = open_session(arguments), arguments.environment, arguments.app

    def run() -> Report:
        why, dry_run, diff = arguments.why, arguments.dry_run, arguments.diff
        return holding.unhold(context, environment, app, why, dry_run=dry_run, diff=diff)

    return _aware(arguments, context, behind.promotion_roots(context, environment), run)


def status(arguments: Arguments) -> Report:
    """`shunter status`."""
    if arguments.tell:
        from shunter.flows.promotions.tell import tell

        return tell(open_session(arguments))
    if arguments.cluster:
        from shunter.flows.deploying.state import cluster_status, states_of

        report = cluster_status(open_session(arguments), (), arguments.context)
        header = ("ENVIRONMENT", "RELEASE", "APP", "PROMOTED", "DEPLOYED", "HEALTH")
        return replace(report, product=table(list(states_of(report)), header))
    found, report = board.status(open_session(arguments))
    return replace(report, product=board_text(found))


def board_text(found: board.Board) -> str:
    """The board as a table: each version, and how it stands to what it would be promoted from."""
    header = ("APP", *(column.environment for column in found.columns))
    rows = [(app, *map(_cell, cells)) for app, cells in found.rows.items()]
    return table([*rows, ("train", *(column.runs for column in found.columns))], header)


def _cell(cell: board.Cell) -> str:
    if cell.place is Place.UNKNOWN:
        return "?"
    if not cell.version:
        return "" if cell.place is Place.UNDECLARED else "-"
    return cell.version if cell.place in _UNMARKED else f"{cell.version} {cell.place.value}"


def history(arguments: Arguments) -> Report:
    """`shunter history ENV [APP]`."""
    report = board.history(open_session(arguments), arguments.environment, arguments.app)
    text = table([_line(row) for row in report.data], ("AT", "ENTRY", "WHAT", "CHANGES", "BY", "WHY"))
    notices = () if report.data else ("nothing changed here yet",)
    return replace(report, product=text if report.data else "", notices=notices)


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    places = (f"{word} {row[word]}" for word in ("from", "to") if row[word])
    words = (row["verb"], row["train"], *places)
    said = (row["why"], f"forced: {', '.join(row['forced'])}" if row["forced"] else "")
    what, why = " ".join(filter(None, words)), "; ".join(filter(None, said))
    return row["at"], row["entry"], what, _listed(row["changes"]), row["by"].partition(" <")[0], why


def _listed(changes: Sequence[str]) -> str:
    """Some of many changes, so that a row stays one: JSON has all, and `history ENV APP` those of a car."""
    shown, more = changes[:_MOST_CHANGES], len(changes) - _MOST_CHANGES
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
