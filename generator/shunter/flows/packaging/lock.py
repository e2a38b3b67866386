"""Locking: what shunter owns in app charts and environments, derived again from what they pin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from shunter.adapters.git.repository import Repository
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.packaging.editor_schema import EXTRA
from shunter.core.packaging.record import TrainRecord
from shunter.core.packaging.vendoring import assembled
from shunter.flows.packaging.derive import Changes, app_files, environment_files
from shunter.flows.packaging.merge import (
    Choice,
    Merges,
    archives_with,
    listed_again,
    merged_record,
    merged_trains,
    next_step,
)
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.plans import carry_out, inputs_of, plan_changes, read_now
from shunter.flows.workspace.projects import ANSWERS_FILE, RECORD_FILE, ProjectFiles, files_of
from shunter.flows.workspace.trains import Trains
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import Input, SubTree
from shunter.model.findings import Finding, Kind, Report, Span, Status

SOURCES = ("Chart.yaml", EXTRA, ".helmignore")
"""A person's files from which what shunter derives in a chart follows."""
_SHARED = ".helmignore"


def lock(
    context: Context, names: Sequence[str], choice: Choice | None = None, *, check: bool, dry_run: bool, diff: bool
) -> Report:
    """Derive again everything that shunter owns in app charts and environments, and what the registry's index lists.

    In a repository in a merge or rebase, what both sides made of the records decides; files are staged then, and the
    commit is the person's. `choice` says which side is right where both changed a car.
    """
    merges = Merges()
    by_root: dict[Path, Changes] = {}
    inputs: dict[Path, list[Input]] = {}
    read: dict[Path, str | None] = {}
    own = listed_again(context, merges.at(context.root)) | merged_trains(context, merges.at(context.root))
    if own:
        by_root[context.root] = dict(own)
    deriving = Deriving(context, archives_with(context, own), merges, choice, own)
    for site in lockable(context, names):
        inputs.setdefault(site.root, []).extend(inputs_of(site.tree(), site.folder, SOURCES))
        read |= {} if merges.at(site.root).operation else read_now(site.path, site.tree(), (RECORD_FILE, ANSWERS_FILE))
        by_root.setdefault(site.root, {}).update(_below(site.folder, deriving.site(site)))
    deriving.require_used()
    plans = [
        plan_changes(
            root,
            changes,
            "Lock derived files",
            inputs=inputs.get(root, ()),
            shared=[path for path in changes if path.rpartition("/")[2] == _SHARED],
            unmerged=merges.at(root).unmerged,
        )
        for root, changes in sorted(by_root.items())
    ]
    report = carry_out(plans, context, dry_run=dry_run, diff=diff, check=check, during=True, read=read)
    if check:
        stale = any(outcome.status is Status.PLANNED for outcome in report.outcomes)
        return replace(report, answer=not stale, next_step="shunter lock" if stale else report.next_step)
    step, notices = next_step(merges, {root: list(changes) for root, changes in by_root.items()})
    return replace(report, next_step=step or report.next_step, notices=(*report.notices, *notices))


def _below(folder: str, changes: Changes) -> Changes:
    return changes if folder == "." else {f"{folder}/{path}": state for path, state in changes.items()}


def lockable(context: Context, names: Sequence[str]) -> list[Site]:
    """The app charts and environments of that name, or all; `env/NAME` and `chart/NAME` tell two of one name apart."""
    sites = [site for site in context.sites(missing_ok=bool(names)) if site.kind in ("app", "environment")]
    for name in names:
        if not any(name == site.name for site in sites):
            known = ", ".join(dict.fromkeys(site.name for site in sites))
            raise ShunterError(f"there is no chart or environment `{name}`", hint=f"known: {known}")
    return chosen(context, sites, names)


def chosen(context: Context, sites: Sequence[Site], names: Sequence[str]) -> list[Site]:
    """The sites of these names, or all; a `ShunterError` where the repository of one is not checked out."""
    found = [site for site in sites if not names or site.name in names]
    for site in found:
        context.require_checkout(site)
    return found


class Deriving:
    """One run that derives projects again; the archives and trains that it needs are read once.

    `own` are changes of the workspace's repository that are made along: trains that a merge left in conflict.
    """

    def __init__(
        self,
        context: Context,
        archives: Archives,
        merges: Merges | None = None,
        choice: Choice | None = None,
        own: Changes | None = None,
    ) -> None:
        self._context, self._archives = context, archives
        self._merges, self._choice = merges or Merges(), choice or Choice()
        self._trains = Trains(context.root, changed=own or {})
        self._used: set[str] = set()

    def site(self, site: Site) -> Changes:
        """What shunter owns in one app chart or environment, as its Chart.yaml or record pins it."""
        files = files_of(self._context, site)
        if site.kind == "app":
            return app_files(files, replace(self._archives, fallback=carrier(files, ())))
        record = self._record(site, files)
        known = replace(self._archives, fallback=self._carried(site, files, record))
        if self._choice.follow == "chart" and differing(files, record):
            record = self._repinned(files, record, known)
        return environment_files(files.tree, files.answers, record, known)

    def require_used(self) -> None:
        """Raise ShunterError where a person chose a side for something that no merge is about."""
        for alias in self._choice.sides:
            if alias not in self._used:
                known = ", ".join(sorted(self._used)) or "there is no merge in progress that a record is a part of"
                raise ShunterError(f"there is nothing to choose for `{alias}`", hint=f"cars in a merge: {known}")

    def _record(self, site: Site, files: ProjectFiles) -> TrainRecord:
        """What an environment pins: the record, as a merge makes it, and not what Chart.yaml says."""
        merge = self._merges.at(site.root)
        merged = merged_record(merge, site, files.label, self._choice, self._trains)
        if merged is not None:
            self._used |= merged.aliases
            return merged.record
        record = files.record
        if record is None:
            raise ShunterError(f"{files.label} has no train record", hint="restore .shunter/train.yaml from git")
        if not self._choice.follow and "Chart.yaml" not in merge.below(site.folder):
            for finding in pins_differ(site.name, files, record):
                raise ShunterError(
                    finding.message,
                    hint=finding.hint,
                    span=finding.span,
                    notes=finding.notes,
                    rule=finding.rule,
                    exit_code=1,
                )
        return record

    def _carried(
        self, site: Site, files: ProjectFiles, record: TrainRecord
    ) -> Callable[[], Mapping[tuple[str, str], PackedChart]]:
        """Where charts may be carried: on disk, and in a merge in what is merged."""
        pins = tuple(record.cars.values())
        merge = self._merges.at(site.root)
        if RECORD_FILE not in merge.below(site.folder):
            return carrier(files, pins)

        def everywhere() -> Mapping[tuple[str, str], PackedChart]:
            repository = Repository(site.root)
            sides = [ProjectFiles(SubTree(repository.tree(c), site.folder), files.label) for c in merge.commits]
            return {key: chart for side in sides for key, chart in carried(side, pins).items()}

        return cache(everywhere)

    def _repinned(self, files: ProjectFiles, record: TrainRecord, archives: Archives) -> TrainRecord:
        """The record with the pins that Chart.yaml lists."""
        cars = {}
        for dependency in files.packed.dependencies:
            if dependency.name != files.library:
                old = record.cars.get(dependency.key)
                same = old is not None and (old.name, old.version) == (dependency.name, dependency.version)
                pin = old if same and old is not None else archives.pin(dependency.name, dependency.version)
                cars[dependency.key] = pin
        return replace(record, train=self._train_of(cars), cars=cars)

    def _train_of(self, cars: Mapping[str, Pin]) -> str | None:
        same = (train.version for train in self._trains.all if dict(train.cars) == cars)
        return next(same, None)


def differing(files: ProjectFiles, record: TrainRecord) -> list[str]:
    """One line for each chart that Chart.yaml pins in another way than the record does."""
    dependencies = (item for item in files.packed.dependencies if item.name != files.library)
    listed = {item.key: f"{item.name} {item.version}" for item in dependencies}
    pinned = {alias: f"{pin.name} {pin.version}" for alias, pin in record.cars.items()}
    return [
        f"{alias}: {listed.get(alias, 'nothing')} in Chart.yaml, {pinned.get(alias, 'nothing')} in the record"
        for alias in sorted({*listed, *pinned})
        if listed.get(alias) != pinned.get(alias)
    ]


def pins_differ(name: str, files: ProjectFiles, record: TrainRecord) -> Iterator[Finding]:
    """The finding for an environment whose Chart.yaml pins something else than its record."""
    lines = differing(files, record)
    if lines:
        message = f"Chart.yaml of {name} and its record pin other charts"
        hint = f"the record decides: shunter lock {name} --follow record\nafter an edit of Chart.yaml: --follow chart"
        span = Span(f"{files.label}/{RECORD_FILE}")
        yield Finding("pins-differ", message, span, Kind.LINT, notes=tuple(lines), hint=hint)


def carrier(files: ProjectFiles, pins: Sequence[Pin]) -> Callable[[], Mapping[tuple[str, str], PackedChart]]:
    """`carried`, once somebody asks: a workspace's registry has what it pins."""
    return cache(lambda: carried(files, pins))


def carried(files: ProjectFiles, pins: Sequence[Pin]) -> dict[tuple[str, str], PackedChart]:
    """Archives of the charts that are vendored; where `pins` are given, only of those that match them."""
    contents = {(pin.name, pin.version): pin.content for pin in pins}
    return {
        chart.key: chart if chart.archive else chart.packed()
        for chart in assembled(files.packed).values()
        if not pins or contents.get(chart.key) == chart.content
    }
