"""A new train: a base, what was published since, and what a person says of single cars."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from shunter.adapters.helm.registry import INDEX
from shunter.adapters.system.files import DiskTree
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import is_dirty
from shunter.core.trains.cut import (
    Composition,
    Offer,
    Said,
    bumped,
    compose,
    differences,
    hotfix_of,
    require_train_version,
)
from shunter.core.trains.file import path_of, render_train
from shunter.core.trains.gate import yanked_with
from shunter.core.trains.model import Train
from shunter.core.trains.order import compare_versions
from shunter.core.workspace.layout import promotion_order
from shunter.core.workspace.publishing import PACKAGE
from shunter.flows.trains import older
from shunter.flows.trains.automatic import automatic_cut, pruned_lines
from shunter.flows.trains.bases import Base, label_of, newest_of, of_environment, of_train
from shunter.flows.trains.images import Images
from shunter.flows.trains.offers import Market
from shunter.flows.trains.pinned import Pinned, pinned, same_cars
from shunter.flows.trains.way import Way
from shunter.flows.validation.collisions import collisions_of
from shunter.flows.validation.report import levelled
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.own_files import train_from
from shunter.flows.workspace.plans import alone, carry_out, plan_changes, read_now
from shunter.flows.workspace.records import records
from shunter.flows.workspace.trains import Trains, trains_of
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Finding, Kind, Report, Severity, Span
from shunter.model.progress import NOTHING, when_interrupted
from shunter.model.wording import counted


@dataclass(frozen=True, slots=True)
class Cut:
    """What a person asks for: a `version`, the one that follows (`bump`), or the next patch of the train `hotfix`.

    Or an `automatic` train, if there is anything new.

    `source` is the train or the environment to start from (empty: the newest train of the line), `line` the line of
    trains (empty: that of the base). Without `images` no registry is asked whether they exist.
    """

    version: str = ""
    bump: bool = False
    hotfix: str = ""
    source: str = ""
    line: str = ""
    said: Said = field(default_factory=Said)
    images: bool = True
    automatic: bool = False


_STEPS = 4


def cut(context: Context, asked: Cut, *, dry_run: bool, diff: bool) -> Report:
    """Make a train of exact versions and digests, and say how it differs from its base.

    A train that exists with the same cars is left alone, and with other cars refused. What goes down or away without a
    word is refused, and so is a service without a release. Charts with changes that nobody published are told.
    An automatic cut leaves a service without anything out, tells what the registry has alone, and does nothing where
    nothing is new; one run at a time makes trains.
    """
    if dry_run or diff:
        return _cut(context, asked, dry_run=dry_run, diff=diff)
    with alone(context.root):
        return _cut(context, asked, dry_run=dry_run, diff=diff)


def _cut(context: Context, asked: Cut, *, dry_run: bool, diff: bool) -> Report:
    trains, archives = trains_of(context), open_archives(context)
    market, registry = Market(context, archives), archives.directory.root
    read = read_now(registry, DiskTree(registry), [INDEX])
    base, progress = _base(context, asked, trains), context.writing.progress
    progress("look for newer charts", 0, _STEPS)
    with when_interrupted(NOTHING):
        offers = market.offers(asked.said.cars, _asked_about(asked.said))
    automatic = automatic_cut(context, trains) if asked.automatic else None
    offers, absent = automatic.offers(offers, base) if automatic else (offers, ())
    said = _renamed(context, base, offers, asked.said)
    made = compose(base.cars, offers, said)
    if automatic and (nothing := automatic.unchanged(base, made, absent)):
        return nothing
    findings = [*_refusals(asked, base, made, market), *_rewritten(market, made)]
    progress("read charts", 1, _STEPS)
    with when_interrupted(NOTHING):
        cars = Pinned({}) if findings else pinned(archives, made.cars, context.registries().url)
    if not findings:
        made = replace(made, cars=cars.cars)
        progress("judge the train", 2, _STEPS)
        findings = [*cars.findings, *_unfit(context, archives, made.cars), *_yanked(made.cars, asked.said, trains)]
    if findings:
        return Report(findings=tuple(findings))
    worse = older.changes_of(made.moves, archives)
    made = older.lowered(made, worse, said)
    made = automatic.said(base, made) if automatic else made
    if not made.cars:
        raise ShunterError("the workspace has no service to put into a train", hint="shunter add service NAME")
    train = Train(
        "",
        made.cars,
        generated_now(),
        asked.line or base.line,
        base.version,
        made.drops,
        made.lower,
        made.replaces,
    )
    version = automatic.version(base, train.line, made.cars, said) if automatic else ""
    train = replace(train, version=version or _version(asked, base, made, said, trains))
    progress("ask for images", 3, _STEPS)
    images = Images(context, asked.images).in_train(archives, train.cars, train.version)
    lesser = older.findings(worse, made.moves, Span(path_of(train.version)), "--lower")
    unpublished = () if automatic else market.unpublished(_asked_about(asked.said))
    told = tuple(levelled(context, (*unpublished, *lesser, *images)))
    if any(finding.severity is Severity.ERROR for finding in told):
        return Report(findings=told)
    pruned = automatic.pruned(train.line) if automatic else ()
    report = _record(context, train, base, made, pruned, {**read, **base.read}, dry_run=dry_run, diff=diff)
    why = trains.yanked.get(train.version)
    yanked = (f"train {train.version} is yanked: {why}",) if why else ()
    notices = (*base.notices, *absent, *cars.notices, *report.notices, *yanked)
    return replace(report, findings=(*report.findings, *told), notices=notices)


def _asked_about(said: Said) -> Collection[str] | None:
    """The services of which a newer version may come; None: all."""
    return {*said.cars, *said.only} if said.hotfix or said.only else None


def _base(context: Context, asked: Cut, trains: Trains) -> Base:
    if asked.hotfix:
        return of_train(trains.find(asked.hotfix), trains, below=True)
    environment = context.require_workspace().environment(asked.source)
    if environment:
        return of_environment(context, environment)
    label, below = label_of(context), asked.version
    version = asked.source or newest_of(trains, asked.line, label=label, automatic=asked.automatic, below=below)
    return of_train(trains.find(version), trains) if version else Base()


def _renamed(context: Context, base: Base, offers: Mapping[str, Offer], said: Said) -> Said:
    """`said`, and which services have a chart that takes the place of one that was called otherwise before."""
    moved = {
        service.name: was.name
        for service in context.require_workspace().services
        if (was := base.cars.get(service.name)) and was.name in service.formerly
        if offers[service.name].chart == service.name
    }
    return replace(said, renamed=moved)


def _refusals(asked: Cut, base: Base, made: Composition, market: Market) -> Iterator[Finding]:
    place = path_of(base.version) if base.version else "shunter.yaml"
    start = f" --from {asked.source}" if asked.source else ""
    command = f"shunter train cut {asked.version or '--bump'}{start}"
    for refused in made.refusals:
        hint = refused.opens
        if hint == f"{PACKAGE} {refused.alias}":
            hint = market.step_for(refused.alias)
        elif refused.rule == "not-published":
            hint = f"{command} {hint}"
        yield Finding(refused.rule, refused.reason, Span(place), Kind.LINT, hint=hint)


def _rewritten(market: Market, made: Composition) -> Iterator[Finding]:
    for alias, pin in made.cars.items():
        if market.rewritten(pin):
            said = f"{alias} {pin.version} in the registry is another archive than the base has"
            place = str(market.context.registries().directory)
            hint = "restore the archive, or publish it under a new version"
            yield Finding("version-rewritten", said, Span(place), Kind.LINT, hint=hint)


def _unfit(context: Context, archives: Archives, cars: Mapping[str, Pin]) -> Iterator[Finding]:
    """What keeps charts out of any train, or apart from one another."""
    yield from (_of_no_commit(pin) for pin in cars.values() if is_dirty(pin.version))
    yield from collisions_of(context, {alias: archives.fetch(pin.name, pin.version) for alias, pin in cars.items()})


def _yanked(cars: Mapping[str, Pin], said: Said, trains: Trains) -> Iterator[Finding]:
    """What only yanked trains have, which a new train must not make good unless somebody names it."""
    for alias, pin in cars.items():
        version = "" if alias in said.cars else yanked_with(alias, pin, trains.cars, trains.yanked)
        if version:
            message = f"{alias} {pin.version} is of train {version}, which is yanked: {trains.yanked[version]}"
            hint = f"publish a newer one, or --car {alias}=VERSION; --car {alias}={pin.version} takes it all the same"
            yield Finding("train-yanked", message, Span(path_of(version)), Kind.LINT, hint=hint)


def _of_no_commit(pin: Pin) -> Finding:
    return Finding(
        "dirty-chart",
        f"{pin.name} {pin.version} was packaged from files that no commit holds",
        Span("shunter.yaml"),
        Kind.LINT,
        hint="commit them, raise `version` in its Chart.yaml, and `shunter package`",
    )


def _version(asked: Cut, base: Base, made: Composition, said: Said, trains: Trains) -> str:
    if asked.hotfix:
        if not made.moves:
            raise ShunterError(f"nothing differs from train {base.version}", hint="--car NAME=VERSION says what is new")
        return hotfix_of(asked.hotfix, trains.versions, asked.said.cars)
    if asked.bump:
        # What an environment runs may differ from the train that it is called after, by a promotion of some cars.
        moves = differences(trains.cars[base.version], made.cars, said) if base.version else made.moves
        if not moves and base.version:
            return base.version
        return _free(bumped(base.version, moves), trains)
    require_train_version(asked.version)
    if base.version and compare_versions(asked.version, base.version) <= 0:
        hint = f"a version above {base.version}, or --bump"
        raise ShunterError(f"train {asked.version} does not come after {base.called}", hint=hint)
    return asked.version


def _free(version: str, trains: Trains) -> str:
    """The version, or the next patch that no train has: one that is yanked is no base, and stays a version."""
    while version in trains.versions:
        head, _, patch = version.rpartition(".")
        version = f"{head}.{int(patch) + 1}"
    return version


def _record(
    context: Context,
    train: Train,
    base: Base,
    made: Composition,
    pruned: tuple[str, ...],
    read: Mapping[Path, str | None],
    *,
    dry_run: bool,
    diff: bool,
) -> Report:
    path = path_of(train.version)
    old = DiskTree(context.root).get(path)
    if old is not None:
        existing = train_from(old.data, path)
        alike = train.version == base.version or same_cars(train, existing)
        train = existing if alike else replace(train, cut=existing.cut)
        if train != existing:
            hint = "a train never changes: cut a new version"
            message = f"train {train.version} was cut before, with other charts"
            return Report(findings=(Finding("train-exists", message, Span(path), Kind.LINT, hint=hint),))
    lines = [*_lines(train, base, made), *pruned_lines(pruned)]
    plan = plan_changes(
        context.root,
        {path: FileState(render_train(train)), **dict.fromkeys(pruned)},
        "\n".join([f"Cut train {train.version}", "", *lines]).strip(),
        before={path: old.object_id() if old else None},
    )
    noop = f"nothing differs from train {train.version}" if train.version == base.version else "it is cut already"
    step = _next(context, train, base)
    report = carry_out([plan], context, dry_run=dry_run, diff=diff, next_step=step, noop=noop, read=read)
    return replace(report, product=report.product if diff else _text(lines), data=_data(train, made))


def _next(context: Context, train: Train, base: Base) -> str:
    """The promotion to type next, into an environment that takes the train; of a hotfix, where its base runs."""
    trains, states = trains_of(context), records(context)
    way = Way(context, trains, generated_now()[:10], states)
    names = [each.name for each in promotion_order(context.require_workspace().environments) if each.line == train.line]
    if train.version in trains.yanked:
        return "shunter status"
    if base.below:
        found = (way.hotfix(name, train) for name in names if (s := states[name]) and s.train == base.version)
    else:
        found = (way.advice(name, train) for name in names)
    return next((str(step) for step in found if step), "shunter status")


def _lines(train: Train, base: Base, made: Composition) -> Iterator[str]:
    line = f" of the line {train.line}" if train.line else ""
    if not base.called:
        yield f"train {train.version}{line}: {counted(len(train.cars), 'car')}"
        return
    yield f"train {train.version}{line}, from {base.called}:"
    yield from (f"  {move}" for move in made.moves)
    if not made.moves:
        yield "  the same cars"


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _data(train: Train, made: Composition) -> dict[str, object]:
    moves = [
        {
            "app": move.alias,
            "was": move.was.pin.version if move.was else "",
            "now": move.now.pin.version if move.now else "",
            "order": move.order.value,
            "word": move.word,
        }
        for move in made.moves
    ]
    return {"train": train.version, "line": train.line, "base": train.base, "moves": moves}
