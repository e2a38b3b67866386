"""Packaging: library first, then apps."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from shunter.adapters.git.stages import Merge
from shunter.adapters.helm.registry import INDEX
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_folder
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.versions import marked_dirty
from shunter.core.packaging.images import ImagePin, nowhere, placed
from shunter.core.packaging.stamp import Stamped, kept
from shunter.core.packaging.vendoring import version_taken
from shunter.core.rules.release_size import stray_files
from shunter.core.workspace.model import Service
from shunter.flows.packaging.beside_ci import beside_ci, hint_beside_ci
from shunter.flows.packaging.derive import Changes, app_files
from shunter.flows.packaging.elsewhere import Elsewhere, published_elsewhere
from shunter.flows.packaging.folder import into_folder
from shunter.flows.packaging.images import with_digests
from shunter.flows.packaging.kept import Kept, last_release, told
from shunter.flows.packaging.library import changed_library
from shunter.flows.packaging.lock import SOURCES, carrier, chosen
from shunter.flows.packaging.merge import archives_with, listed_again
from shunter.flows.packaging.origin import DERIVED, Sources, dirty, sources_of
from shunter.flows.packaging.stamp import Stamp, stamped
from shunter.flows.workspace.archives import Archives, open_archives, packed_as_held, packed_for_publishing, server_at
from shunter.flows.workspace.context import Context, Site, repository_root
from shunter.flows.workspace.plans import as_read, carry_out, inputs_of, plan_changes, read_now
from shunter.flows.workspace.projects import ProjectFiles, files_in, files_of
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import Input, RepositoryPlan
from shunter.model.findings import Finding, Outcome, Report, Span, Status

_NONE_HERE = "run it in a checkout of a workspace or of a repository that shunter made; others have `helm package`"


@dataclass
class Batch:
    """What one packaging run has gathered: archives to publish, and changes per repository."""

    archives: Archives
    sources: Sources
    changes: dict[Path, Changes] = field(default_factory=dict)
    inputs: dict[Path, list[Input]] = field(default_factory=dict)
    packed: list[PackedChart] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    allow_dirty: bool = False
    images: tuple[ImagePin, ...] = ()
    pinned: set[ImagePin] = field(default_factory=set)
    read: dict[Path, str | None] = field(default_factory=dict)
    clean: list[tuple[str, Path, str, Sequence[str]]] = field(default_factory=list)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    findings: list[Finding] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def take(self, chart: PackedChart, place: str) -> None:
        """Note an archive for publishing; later charts of this run may depend on it. `place` is its chart's folder."""
        self.archives.pending[chart.key] = chart
        self.packed.append(chart)
        self.labels.append(place)

    def with_images(self, files: ProjectFiles) -> ProjectFiles:
        """A chart with those images to be pinned that its values name."""
        found = placed(files.packed, self.images) if self.images else ()
        self.pinned |= {pin for pin in self.images if any(pin.image == each.image for each in found)}
        return files.with_stamped(replace(files.stamped or Stamped(), images=found)) if found else files

    def with_kept(self, files: ProjectFiles) -> ProjectFiles:
        """A chart with what it keeps of the release before it, where its version is not published yet."""
        key, asked = files.packed.key, files.stamped or Stamped()
        if key in self.elsewhere.charts or self.archives.directory.has(*key):
            return files
        last = last_release(key, self.archives.directory.index, self.elsewhere)
        if last is None:
            return files
        version, metadata = last
        put, lost = kept(files.packed, asked, metadata)
        if put == asked and not lost:
            return files
        self.kept.append(Kept(key, version, put.images, lost))
        return files.with_stamped(put)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know besides."""
        return (
            *self.elsewhere.notices,
            *told(self.kept),
            *self.said,
            *self.strays,
            *(() if self.names or self.failed else ("no chart to package here",)),
        )

    @property
    def strays(self) -> Iterator[str]:
        """Files that nobody meant to ship, most likely: Helm would keep them in each release of their chart."""
        for place, chart in zip(self.labels, self.packed, strict=True):
            for path, size in stray_files({path: state.data for path, state in chart.files.items()}):
                yield f"{place}/{path} has {size:,} bytes, and would be part of each release (name it in .helmignore)"

    @property
    def names(self) -> list[str]:
        """Name and version of each chart."""
        return [f"{chart.name} {chart.version}" for chart in self.packed]


def package(
    context: Context, names: Sequence[str], stamp: Stamp, *, allow_dirty: bool = False, dry_run: bool
) -> Report:
    """Package the library, the app charts and the existing charts, or those named, into the registry directory.

    What is packaged is what git tracks, as its last commit holds it; with `allow_dirty` else too, marked as such.
    """
    _require_registry(context)
    listed = listed_again(context, Merge(context.root))
    batch = _packed(context, names, stamp, archives_with(context, listed), allow_dirty=allow_dirty)
    published = batch.archives.directory.plan_publish(batch.packed)
    if published.findings or batch.findings:
        return Report(findings=(*batch.findings, *(_located(context, batch) or published.findings)))
    directory = context.registries().directory
    registry = listed | {f"{directory}/{path}": state for path, state in published.edits.items()}
    step = "shunter train cut VERSION"
    plans = _plans(context, batch, registry)
    written = carry_out(plans, context, dry_run=dry_run, diff=False, next_step=step, read=batch.read)
    outcomes = (*_outcomes(batch, published.noop, dry_run=dry_run), *(o for o in written.outcomes if o.paths))
    known = {*published.noop, *batch.elsewhere.charts}
    new = [chart for chart in batch.packed if chart.key not in known]
    notices = (*batch.notices, *beside_ci(context, new), *written.notices)
    return Report(outcomes=outcomes, notices=notices, next_step=written.next_step or step)


def package_to(
    context: Context, names: Sequence[str], stamp: Stamp, folder: Path, *, allow_dirty: bool = False, dry_run: bool
) -> Report:
    """Put the archives that `package` makes into `folder`, with an index, and commit nothing: CI pushes them then.

    A repository that stands alone can do this too. What the workspace's own registry holds under the same version, with
    other content, is refused as by `package`.
    """
    batch = _packed(context, names, stamp, open_archives(context), allow_dirty=allow_dirty)
    if found := (*batch.findings, *_located(context, batch)):
        return Report(findings=found)
    if not batch.names and not batch.failed:
        raise ShunterError("there is no chart to package here", hint=_NONE_HERE)
    published = into_folder(batch.packed, folder, dry_run=dry_run)
    if published.findings:
        return Report(findings=published.findings)
    return Report(outcomes=_outcomes(batch, published.noop, dry_run=dry_run), notices=batch.notices)


def _packed(
    context: Context, names: Sequence[str], stamp: Stamp, archives: Archives, *, allow_dirty: bool = False
) -> Batch:
    """The charts of these names, or all, as they are to be published; nothing is written."""
    stamp.require_one_chart(names)
    sites = _charts(context, names)
    services = context.workspace.services if context.workspace else ()
    existing = [service for service in services if service.chart and (not names or service.name in names)]
    batch = Batch(archives, sources_of(context, sites, existing), allow_dirty=allow_dirty)
    batch.images = with_digests(context, stamp.images) if stamp.images else ()
    batch.read |= read_now(batch.archives.directory.root, DiskTree(batch.archives.directory.root), [INDEX])
    # A chart that is given its image keeps none of the release before.
    unsaid = not (stamp.images and len(names) == 1)
    batch.elsewhere = published_elsewhere(context, _unknown(context, batch, sites, existing, stamp), before=unsaid)
    for site in sites:
        _pack_site(context, batch, site, stamp)
    for service in existing:
        _pack_existing(context, batch, service, stamp)
    if left := [pin for pin in batch.images if pin not in batch.pinned]:
        raise nowhere(left[0], batch.packed)
    _require_still_clean(batch)
    if any(site.kind == "app" for site in sites) and (library := changed_library(context, batch.archives)):
        batch.said.append(f"{library.message} ({library.hint})")
    return batch


def unpublished_library(context: Context, site: Site, archives: Archives) -> Batch:
    """The workspace's library chart as `package` would publish it, pending in `archives`; nothing is written.

    Raises ShunterError where no commit holds it.
    """
    batch = Batch(archives, sources_of(context, [site], []))
    _pack_site(context, batch, site, Stamp())
    _require_still_clean(batch)
    return batch


def _located(context: Context, batch: Batch) -> tuple[Finding, ...]:
    """What refuses each archive, at the Chart.yaml whose version has to be raised."""
    found = []
    for place, chart in zip(batch.labels, batch.packed, strict=True):
        directory = context.registries().directory
        for finding in batch.archives.directory.plan_publish([chart], directory).findings:
            hint = hint_beside_ci(context, chart) if chart.key not in batch.elsewhere.charts else ""
            found.append(replace(finding, span=Span(f"{place}/Chart.yaml"), hint=hint or finding.hint))
    return tuple(found)


def _unknown(
    context: Context, batch: Batch, sites: Sequence[Site], existing: Sequence[Service], stamp: Stamp
) -> Iterator[tuple[str, str]]:
    """Names and versions of the charts that the directory does not hold."""
    places = [service.chart.path for service in existing if service.chart and service.chart.path]
    found = [files_of(context, site) for site in sites]
    found += [files_in(context, context.root / path) for path in places if is_folder(context.root / path)]
    keys = ((files.packed.name, stamp.version or files.packed.version) for files in found)
    return (key for key in keys if not batch.archives.directory.has(*key))


def _require_registry(context: Context) -> None:
    """Refuse to publish from a repository that stands alone: the registry is a folder of the workspace's repository."""
    if context.workspace is None:
        raise ShunterError(
            f"{context.root} stands alone, and the chart registry is in the workspace's repository",
            hint="run it in a checkout of the workspace, or: shunter package --to DIR, shunter push DIR/*.tgz --to oci://…",
        )


def _charts(context: Context, names: Sequence[str]) -> list[Site]:
    order = {"library": 0, "app": 1}
    found = context.sites(missing_ok=bool(names))
    sites = sorted((site for site in found if site.kind in order), key=lambda site: order[site.kind])
    existing = {s.name for s in context.workspace.services if s.chart} if context.workspace else set()
    known = {site.name for site in sites} | existing
    for name in names:
        if name not in known:
            listed = f"known: {', '.join(sorted(known))}" if known else _NONE_HERE
            raise ShunterError(f"there is no chart `{name}`", hint=listed)
    return chosen(context, sites, names)


def _pack_site(context: Context, batch: Batch, site: Site, stamp: Stamp) -> None:
    files = files_of(context, site)
    batch.read |= read_now(site.path, files.tree, ["Chart.yaml"])
    batch.inputs.setdefault(site.root, []).extend(inputs_of(files.tree, site.folder, SOURCES))
    if site.kind == "app":
        known = replace(batch.archives, fallback=carrier(files, ()))
        derived = app_files(files, known)
        prefix = f"{site.folder}/" if site.folder != "." else ""
        batch.changes.setdefault(site.root, {}).update({prefix + path: state for path, state in derived.items()})
        files = files.with_changes(derived)
    _publish(batch, stamped(files, stamp), site.root, site.folder, DERIVED if site.kind == "app" else ())


def _publish(batch: Batch, files: ProjectFiles, root: Path, folder: str, derived: Sequence[str] = ()) -> None:
    """Note a chart for publishing, with its origin; git is asked only where the registry does not hold it already."""
    files = batch.with_images(files)
    known = batch.archives.directory.index.get(*files.packed.key)
    if known is not None:
        held = packed_as_held(files, known.metadata)
        if held.digest == known.digest or root not in batch.sources.folders:
            batch.take(held, files.label)
            return
    there = batch.elsewhere.charts.get(files.packed.key)
    if there is not None and _is_published(batch, files, there):
        return
    files = batch.with_kept(files)
    if root not in batch.sources.folders:
        _take_or_refuse(batch, files, there)
        return
    tidy = batch.sources.whole(files, root, folder)
    if known is not None:
        batch.take(packed_as_held(tidy, known.metadata), files.label)
        return
    changed = batch.sources.changed(root, folder, derived)
    if there is not None and not changed:
        _take_or_refuse(batch, tidy, there)
        return
    if changed and not batch.allow_dirty:
        raise dirty(files.packed.name, root, folder, changed)
    if changed:
        tidy = stamped(tidy, Stamp(marked_dirty(files.packed.version)))
    origin = batch.sources.origin(root, folder, derived)
    batch.take(packed_for_publishing(tidy, replace(origin, revision="") if changed else origin), files.label)
    aside = {"Chart.yaml", *derived}
    own = {path: files.packed.files[path] for path in tidy.packed.files if path.partition("/")[0] not in aside}
    batch.read |= as_read(root / folder, own)
    if not changed:
        batch.clean.append((tidy.packed.name, root, folder, derived))


def _is_published(batch: Batch, files: ProjectFiles, there: PackedChart) -> bool:
    """Whether that is the published chart, whose bytes are taken then, of whatever commit somebody made them."""
    same = packed_as_held(files, there.metadata).content == there.content
    if same:
        batch.take(there, files.label)
    return same


def _take_or_refuse(batch: Batch, files: ProjectFiles, there: PackedChart | None) -> None:
    """Note a chart as it is, or that another one of its version is published."""
    if there is None:
        batch.take(packed_for_publishing(files), files.label)
    elif not _is_published(batch, files, there):
        found = version_taken(files.packed, there.label, there.content, packed_as_held(files, there.metadata).content)
        batch.findings.append(replace(found, span=Span(f"{files.label}/Chart.yaml")))


def _require_still_clean(batch: Batch) -> None:
    """Refuse what was edited before it was packed, and after git was asked whether it is clean."""
    now = Sources(batch.sources.folders)
    for name, root, folder, derived in batch.clean:
        if changed := now.changed(root, folder, derived):
            raise dirty(name, root, folder, changed)


def _pack_existing(context: Context, batch: Batch, service: Service, stamp: Stamp) -> None:
    chart = service.chart
    assert chart is not None
    if chart.path:
        folder = context.root / chart.path
        if not is_folder(folder):
            hint = "correct chart.path in shunter.yaml"
            raise ShunterError(f"service {service.name}: there is no folder {chart.path}", hint=hint)
        root, files = repository_root(folder), files_in(context, folder)
        batch.read |= read_now(folder, files.tree, ["Chart.yaml"])
        _publish(batch, stamped(files, stamp), root, os.path.relpath(folder, root))
    elif stamp.version or stamp.app_version:
        raise ShunterError(f"{service.name} is a chart of {chart.repository}", hint="its versions are made there")
    elif not batch.archives.has(chart.name, chart.version):
        server = server_at(chart.repository, context.workspace)
        try:
            batch.take(server.fetch(chart.name, chart.version), chart.repository)
        except ShunterError as error:  # somebody else's chart keeps none of ours from being packaged
            batch.failed.append(Outcome(f"{chart.name} {chart.version}", Status.FAILED, error.on_one_line))


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
    new = (Status.PLANNED, "to be packaged") if dry_run else (Status.DONE, "packaged")
    old = (Status.NOOP, "already in the registry")
    return (*(Outcome(name, *(old if name in there else new)) for name in batch.names), *batch.failed)
