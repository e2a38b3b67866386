"""Packaging and locking: library first, then apps, then what the environments derive from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from shunter.adapters.git.repository import Repository
from shunter.adapters.helm.registry import HttpRegistry
from shunter.adapters.system.regular import is_folder
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import require_exact
from shunter.core.packaging.editor_schema import EXTRA
from shunter.core.packaging.record import TrainRecord
from shunter.core.workspace.model import Service
from shunter.flows.packaging.derive import Changes, app_files, environment_files
from shunter.flows.workspace.archives import Archives, open_archives, packed_for_publishing
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.plans import carry_out, inputs_of, plan_changes
from shunter.flows.workspace.projects import ProjectFiles, files_in, files_of
from shunter.flows.workspace.trains import Trains
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Input, RepositoryPlan, SubTree
from shunter.model.findings import Finding, Outcome, Report, Span, Status

SOURCES = ("Chart.yaml", EXTRA, ".helmignore")
"""A person's files from which what shunter derives in a chart follows."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Versions put on one chart in the archive only; empty keeps what Chart.yaml says."""

    version: str = ""
    app_version: str = ""


@dataclass
class Batch:
    """What one packaging run has gathered: archives to publish, and changes per repository."""

    archives: Archives
    changes: dict[Path, Changes] = field(default_factory=dict)
    inputs: dict[Path, list[Input]] = field(default_factory=dict)
    packed: list[PackedChart] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def take(self, chart: PackedChart, place: str) -> None:
        """Note an archive for publishing; later charts of this run may depend on it. `place` is its chart's folder."""
        self.archives.pending[chart.key] = chart
        self.packed.append(chart)
        self.labels.append(place)

    @property
    def names(self) -> list[str]:
        """Name and version of each chart."""
        return [f"{chart.name} {chart.version}" for chart in self.packed]


def package(context: Context, names: Sequence[str], stamp: Stamp, *, dry_run: bool) -> Report:
    """Package the library, the app charts and the existing charts, or those named, into the registry directory."""
    if (stamp.version or stamp.app_version) and len(names) != 1:
        raise ShunterError("--version and --app-version stamp one chart", hint="shunter package CHART --version V")
    batch = Batch(open_archives(context))
    for site in _charts(context, names):
        _pack_site(context, batch, site, stamp)
    for service in context.workspace.services if context.workspace else ():
        if service.chart and (not names or service.name in names):
            _pack_existing(context, batch, service)
    published = batch.archives.directory.plan_publish(batch.packed)
    if published.findings:
        return Report(findings=_located(batch) or published.findings)
    directory = context.registries().directory
    registry: Changes = {f"{directory}/{path}": state for path, state in published.edits.items()}
    step = "" if context.workspace is None else "shunter train cut VERSION"
    written = carry_out(_plans(context, batch, registry), context, dry_run=dry_run, diff=False, next_step=step)
    notices = () if batch.names else ("no chart to package here",)
    outcomes = (*_outcomes(batch, published.noop, dry_run=dry_run), *(o for o in written.outcomes if o.paths))
    return Report(outcomes=outcomes, notices=(*written.notices, *notices), next_step=written.next_step or step)


def _located(batch: Batch) -> tuple[Finding, ...]:
    """What refuses each archive, at the Chart.yaml whose version has to be raised."""
    taken = (
        (place, batch.archives.directory.plan_publish([chart]))
        for place, chart in zip(batch.labels, batch.packed, strict=True)
    )
    return tuple(
        replace(f, span=Span(f"{place}/Chart.yaml")) for place, publication in taken for f in publication.findings
    )


def _charts(context: Context, names: Sequence[str]) -> list[Site]:
    order = {"library": 0, "app": 1}
    found = context.sites(missing_ok=bool(names))
    sites = sorted((site for site in found if site.kind in order), key=lambda site: order[site.kind])
    existing = {s.name for s in context.workspace.services if s.chart} if context.workspace else set()
    known = {site.name for site in sites} | existing
    for name in names:
        if name not in known:
            raise ShunterError(f"there is no chart `{name}`", hint=f"known: {', '.join(sorted(known))}")
    return _chosen(context, sites, names)


def _chosen(context: Context, sites: Sequence[Site], names: Sequence[str]) -> list[Site]:
    chosen = [site for site in sites if not names or site.name in names]
    for site in chosen:
        context.require_checkout(site)
    return chosen


def _pack_site(context: Context, batch: Batch, site: Site, stamp: Stamp) -> None:
    files = files_of(context, site)
    batch.inputs.setdefault(site.root, []).extend(inputs_of(files.tree, site.folder, SOURCES))
    if site.kind == "app":
        known = replace(batch.archives, fallback=carrier(files, ()))
        derived = app_files(files, known)
        prefix = f"{site.folder}/" if site.folder != "." else ""
        batch.changes.setdefault(site.root, {}).update({prefix + path: state for path, state in derived.items()})
        files = files.with_changes(derived)
    batch.take(packed_for_publishing(stamped(files, stamp)), files.label)


def stamped(files: ProjectFiles, stamp: Stamp) -> ProjectFiles:
    """The chart with its version and appVersion replaced, every other byte of Chart.yaml kept."""
    if not stamp.version and not stamp.app_version:
        return files
    from shunter.core.goyaml.edit import edit

    if stamp.version:
        require_exact(stamp.version, "--version")
    wanted = (("version", stamp.version), ("appVersion", stamp.app_version))
    data = edit(files.packed.files["Chart.yaml"].data, [([key], value) for key, value in wanted if value])
    return files.with_changes({"Chart.yaml": FileState(data)})


def _pack_existing(context: Context, batch: Batch, service: Service) -> None:
    chart = service.chart
    assert chart is not None
    if chart.path:
        folder = context.root / chart.path
        if not is_folder(folder):
            raise ShunterError(
                f"service {service.name}: there is no folder {chart.path}", hint="correct chart.path in shunter.yaml"
            )
        files = files_in(context, folder)
        batch.take(packed_for_publishing(files), files.label)
    elif not batch.archives.has(chart.name, chart.version):
        batch.take(HttpRegistry(chart.repository).fetch(chart.name, chart.version), chart.repository)


def _plans(context: Context, batch: Batch, registry: Changes) -> list[RepositoryPlan]:
    if registry:
        batch.changes.setdefault(context.root, {}).update(registry)
    message = f"Package {', '.join(batch.names)}" if len(batch.names) < 4 else f"Package {len(batch.names)} charts"
    return [
        plan_changes(root, changes, message, inputs=batch.inputs.get(root, ()))
        for root, changes in sorted(batch.changes.items())
    ]


def _outcomes(batch: Batch, known: Iterable[tuple[str, str]], *, dry_run: bool) -> tuple[Outcome, ...]:
    there = {f"{name} {version}" for name, version in known}
    status, done = (Status.PLANNED, "to be packaged") if dry_run else (Status.DONE, "packaged")
    return tuple(
        Outcome(name, Status.NOOP, "already in the registry") if name in there else Outcome(name, status, done)
        for name in batch.names
    )


def lock(context: Context, names: Sequence[str], *, check: bool, dry_run: bool, diff: bool) -> Report:
    """Derive again everything that shunter owns in app charts and environments, from the pins in their Chart.yaml."""
    deriving = Deriving(context, open_archives(context))
    by_root: dict[Path, Changes] = {}
    inputs: dict[Path, list[Input]] = {}
    for site in lockable(context, names):
        inputs.setdefault(site.root, []).extend(inputs_of(site.tree(), site.folder, SOURCES))
        derived = deriving.site(site)
        prefix = f"{site.folder}/" if site.folder != "." else ""
        by_root.setdefault(site.root, {}).update({prefix + path: state for path, state in derived.items()})
    plans = [
        plan_changes(root, changes, "Lock derived files", inputs=inputs[root])
        for root, changes in sorted(by_root.items())
    ]
    report = carry_out(plans, context, dry_run=dry_run, diff=diff, check=check, during=True)
    stale = check and any(outcome.status is Status.PLANNED for outcome in report.outcomes)
    return replace(report, answer=not stale, next_step="shunter lock" if stale else report.next_step)


def lockable(context: Context, names: Sequence[str]) -> list[Site]:
    """The app charts and environments of that name, or all; `env/NAME` and `chart/NAME` tell two of one name apart."""
    sites = [site for site in context.sites(missing_ok=bool(names)) if site.kind in ("app", "environment")]
    for name in names:
        if not any(name == site.name for site in sites):
            known = ", ".join(dict.fromkeys(site.name for site in sites))
            raise ShunterError(f"there is no chart or environment `{name}`", hint=f"known: {known}")
    return _chosen(context, sites, names)


class Deriving:
    """One run that derives projects again; the archives and trains that it needs are read once."""

    def __init__(self, context: Context, archives: Archives) -> None:
        self._context, self._archives = context, archives
        self._trains = Trains(context.root)

    def site(self, site: Site) -> Changes:
        """What shunter owns in one app chart or environment, as its Chart.yaml pins it."""
        files = files_of(self._context, site)
        if site.kind == "app":
            return app_files(files, replace(self._archives, fallback=carrier(files, ())))
        record = _record(site, files)
        known = replace(self._archives, fallback=carrier(files, (record.library, *record.cars.values())))
        record = self._repinned(files, record, known)
        return environment_files(files.tree, files.answers, record, known)

    def _repinned(self, files: ProjectFiles, record: TrainRecord, archives: Archives) -> TrainRecord:
        """The record with the pins that Chart.yaml lists: a person or a dependency bot may have moved them."""
        library, cars = record.library, {}
        for dependency in files.packed.dependencies:
            old = record.library if dependency.name == library.name else record.cars.get(dependency.key)
            same = old is not None and (old.name, old.version) == (dependency.name, dependency.version)
            pin = old if same and old is not None else archives.pin(dependency.name, dependency.version)
            if dependency.name == record.library.name:
                library = pin
            else:
                cars[dependency.key] = pin
        if (library, cars) == (record.library, dict(record.cars)):
            return record
        return replace(record, train=self._train_of(library, cars), library=library, cars=cars)

    def _train_of(self, library: Pin, cars: Mapping[str, Pin]) -> str | None:
        same = (train.version for train in self._trains.all if (train.library, dict(train.cars)) == (library, cars))
        return next(same, None)


def _record(site: Site, files: ProjectFiles) -> TrainRecord:
    """The environment's record; the committed one where a merge left markers in the file."""
    try:
        record = files.record
    except ShunterError:
        repository = Repository(site.root)
        head = repository.head()
        committed = ProjectFiles(SubTree(repository.tree(head), site.folder), files.label) if head else None
        record = committed.record if committed else None
    if record is None:
        raise ShunterError(f"{files.label} has no train record", hint="restore .shunter/train.yaml from git")
    return record


def carrier(files: ProjectFiles, pins: Sequence[Pin]) -> Callable[[], Mapping[tuple[str, str], PackedChart]]:
    """`carried`, once somebody asks: a workspace's registry has what it pins."""
    return cache(lambda: carried(files, pins))


def carried(files: ProjectFiles, pins: Sequence[Pin]) -> dict[tuple[str, str], PackedChart]:
    """Archives of the charts that are vendored; where `pins` are given, only of those that match them."""
    contents = {(pin.name, pin.version): pin.content for pin in pins}
    return {
        chart.key: chart if chart.archive else chart.packed()
        for chart in files.packed.subcharts.values()
        if not pins or contents.get(chart.key) == chart.content
    }
