"""train cut, yank, list, show and diff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import on_remote, open_session, split
from shunter.core.trains.cut import Said
from shunter.flows.checkouts import behind
from shunter.flows.trains import cut as cutting
from shunter.flows.trains import list as listing
from shunter.flows.trains import yank as yanking
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def cut(arguments: Arguments) -> Report:
    """`shunter train cut [VERSION]`."""
    context, only = open_session(arguments), split(arguments.only)
    said = Said(
        _pairs("--car", "SERVICE=VERSION", "orders=1.4.2", arguments.car),
        only,
        split(arguments.drop),
        split(arguments.lower),
        _pairs("--replace", "OLD=NEW", "orders=sales", arguments.replace),
        bool(arguments.hotfix),
    )
    asked = cutting.Cut(
        arguments.version,
        arguments.bump,
        arguments.hotfix,
        arguments.source,
        arguments.line,
        said,
        images=not arguments.no_images,
        automatic=arguments.auto,
    )
    _require_one_version(asked)

    if arguments.push or arguments.pr:
        return _on_remote(arguments, context, asked)

    def run() -> Report:
        return cutting.cut(context, asked, dry_run=arguments.dry_run, diff=arguments.diff)

    return _aware(arguments, context, behind.roots_of(context, ("app",), only), run)


def _on_remote(arguments: Arguments, context: Context, asked: cutting.Cut) -> Report:
    from shunter.flows.promotions import trains

    return trains.cut(context, asked, on_remote(arguments, context))


def _require_one_version(asked: cutting.Cut) -> None:
    if [bool(asked.version), asked.bump, bool(asked.hotfix), asked.automatic].count(True) != 1:
        hint = "shunter train cut 1.5.0, --bump, --auto, or --hotfix 1.4.0"
        raise ShunterError("train cut takes one of VERSION, --bump, --auto and --hotfix TRAIN", hint=hint)
    if asked.automatic and asked.source:
        raise ShunterError("--auto goes on from the newest train of its line", hint="leave --from out")
    others = asked.source or asked.line or asked.said.only or asked.said.drops or asked.said.replaces
    if asked.hotfix and others:
        hint = "--hotfix is its train and --car; cut a VERSION --from a train for more"
        raise ShunterError("--hotfix takes --car and --lower only", hint=hint)


def _aware(arguments: Arguments, context: Context, roots: list[Path], run: Callable[[], Report]) -> Report:
    """The report of `run`, which says or refuses where one of these checkouts is behind."""
    writes = not (arguments.dry_run or arguments.diff)
    return behind.aware(context, roots, run, fetch=arguments.fetch, writes=writes)


def _pairs(flag: str, form: str, example: str, texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not (name and value):
            raise ShunterError(f"`{text}` is not {form}", hint=f"such as {flag} {example}")
        if found.setdefault(name, value) != value:
            raise ShunterError(f"{flag} names {name} twice: {found[name]} and {value}", hint="leave one out")
    return found


def yank(arguments: Arguments) -> Report:
    """`shunter train yank VERSION --why REASON`."""
    context, version, why = open_session(arguments), arguments.version, arguments.why
    return yanking.yank(context, version, why, dry_run=arguments.dry_run, diff=arguments.diff)


def list_trains(arguments: Arguments) -> Report:
    """`shunter train list`."""
    report = listing.overview(open_session(arguments))
    header = ("TRAIN", "LINE", "BASE", "CUT", "CARS", "IN", "YANKED")
    rows = [
        (
            row["train"],
            row["line"] or "-",
            row["base"] or "-",
            row["cut"],
            str(row["cars"]),
            ", ".join(row["environments"]) or "-",
            row["yanked"],
        )
        for row in report.data
    ]
    text = table(rows, header) if rows else ""
    return replace(report, product=text, notices=() if rows else ("no train yet",))


def show(arguments: Arguments) -> Report:
    """`shunter train show VERSION`."""
    found = listing.shown(open_session(arguments), arguments.version)
    return Report(product=_shown(found), data=found)


def _shown(found: dict[str, Any]) -> str:
    """A train as a table of its cars, and below what else it says."""
    header = ("APP", "CHART", "VERSION", "APP VERSION", "LIBRARY", "DIGEST")
    rows = [
        (alias, car["name"], car["version"], car.get("appVersion", "-"), _library(car), car.get("digest", "-"))
        for alias, car in found["cars"].items()
    ]
    texts = {
        "line": found["line"],
        "base": found["base"],
        "drops": ", ".join(found["drops"]),
        "lowers": ", ".join(f"{alias} from {version}" for alias, version in found["lower"].items()),
        "replaces": ", ".join(f"{old} by {new}" for old, new in found["replaces"].items()),
        "runs in": ", ".join(found["environments"]),
        "yanked": found["yanked"],
    }
    return table(rows, header) + "".join(f"{name}: {text}\n" for name, text in texts.items() if text)


def _library(car: dict[str, str]) -> str:
    library = " ".join(car.get("library", "-").split(" ")[:2])
    return f"{library} ({car['note']})" if "note" in car else library


def images(arguments: Arguments) -> Report:
    """`shunter train images VERSION|ENV`."""
    from shunter.flows.trains.images import Images

    report = Images(open_session(arguments), not arguments.offline).listed(arguments.name)
    exists = {True: "yes", False: "no", None: "?"}
    rows = [
        (row["app"] or "-", row["repository"], row["tag"] or "-", row["digest"] or "-", exists[row["exists"]])
        for row in report.data or ()
    ]
    shown = table(rows, ("APP", "REPOSITORY", "TAG", "DIGEST", "EXISTS")) if rows else ""
    return replace(report, product=shown)


def compare(arguments: Arguments) -> Report:
    """`shunter train diff A B`."""
    trains = trains_of(open_session(arguments))
    first, second = (trains.find(version) for version in (arguments.first, arguments.second))
    rows = listing.compare(first, second)
    header = ("APP", first.version, second.version)
    text = table([(row["app"], row[first.version], row[second.version]) for row in rows], header) if rows else ""
    return Report(product=text, data=rows, answer=not rows, notices=() if rows else ("the trains are equal",))
