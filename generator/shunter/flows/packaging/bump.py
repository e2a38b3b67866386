"""Charts get their next version, and another version of the library: what follows from that, in the same commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from shunter.adapters.helm.registry import INDEX, taken
from shunter.adapters.system.files import DiskTree
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.versions import newest_first, parse, require_exact
from shunter.core.goyaml.document import KeyPath
from shunter.core.workspace.bump import next_version, undefined, with_versions
from shunter.core.workspace.publishing import publish_step
from shunter.flows.packaging.derive import Changes, app_files
from shunter.flows.packaging.lock import SOURCES, carried, carrier, chosen
from shunter.flows.packaging.origin import tracked
from shunter.flows.packaging.package import unpublished_library
from shunter.flows.workspace.archives import Archives, open_archives, packed_as_held
from shunter.flows.workspace.context import Context, Site, repository_root
from shunter.flows.workspace.plans import carry_out, inputs_of, plan_changes, read_now
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Input, RepositoryPlan
from shunter.model.findings import Finding, Report, Span

_CHART = "Chart.yaml"
_EXISTING = "existing"


@dataclass(frozen=True, slots=True)
class Bump:
    """What is asked: charts by name, or with `everything` all app charts; and what they get.

    `part` is major, minor or patch; `to` an exact version instead; `library` the library's new version, if any.
    """

    names: Sequence[str] = ()
    everything: bool = False
    part: str = ""
    to: str = ""
    library: str = ""
    app_version: str = ""


@dataclass(frozen=True, slots=True)
class _Bumped:
    """One chart that changes, with the files as they become, and the row that is told of it."""

    site: Site
    files: ProjectFiles
    changes: Changes
    row: dict[str, str]

    @property
    def line(self) -> str:
        """What happens to it, for the commit's message."""
        versions = f"{self.row['service']}: {self.row['version']} → {self.row['to']}"
        library = f", library {self.row['library']} → {self.row['library_to']}"
        return versions + (library if self.row["library"] != self.row["library_to"] else "")


@dataclass(frozen=True, slots=True)
class _Bumping:
    """One run: where charts come from, what is left alone and why, and the files that were read (see `as_read`)."""

    context: Context
    asked: Bump
    library: str
    archives: Archives
    read: dict[Path, str | None] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)

    def leave(self, name: str, why: str) -> None:
        """Note a chart that stays as it is."""
        self.left.setdefault(why, []).append(name)


def bump(context: Context, asked: Bump, *, dry_run: bool, diff: bool) -> Report:
    """Raise charts' own versions and, where asked, the library that they depend on; one commit for each repository.

    The report's `data` has a row for each chart that changes. Environments stay as they are: trains move them.
    """
    _require_sense(asked)
    sites = _sites(context, asked)
    files = {site: files_of(context, site) for site in sites}
    bumping = _bumping(context, asked, files)
    found = [bumped for site in sites if (bumped := _bumped(bumping, site, files[site]))]
    findings = [finding for bumped in found for finding in _taken(bumping, bumped)]
    if findings:
        return Report(findings=tuple(findings))
    step = publish_step(context.workspace, {each.row["service"]: each.row["to"] for each in found})
    report = carry_out(_plans(found), context, dry_run=dry_run, diff=diff, next_step=step, read=bumping.read)
    left = tuple(f"{why}: {', '.join(names)}" for why, names in bumping.left.items())
    notices = (*left, *report.notices, *(() if found else ("nothing to bump",)))
    return replace(report, data=[bumped.row for bumped in found], notices=notices)


def _require_sense(asked: Bump) -> None:
    if bool(asked.names) == asked.everything:
        raise ShunterError("name charts, or --all", hint="such as: shunter bump orders --minor")
    if not (asked.part or asked.to or asked.library or asked.app_version):
        raise ShunterError("which version?", hint="--patch, --minor, --major or --to VERSION")
    if asked.part and asked.to:
        raise ShunterError(f"--to and --{asked.part} are two answers", hint="give one of them")
    if asked.app_version and len(asked.names) != 1:
        raise ShunterError("--app-version is for one chart", hint="shunter bump CHART --app-version A")
    for text, option in ((asked.to, "--to"), (asked.library, "--library")):
        if text:
            require_exact(text, option)


def _sites(context: Context, asked: Bump) -> list[Site]:
    """The charts that are asked for, those of services that shunter did not make too; of `--all` not the library."""
    found = [site for site in context.sites(missing_ok=bool(asked.names)) if site.kind in ("app", "library")]
    found += [
        site
        for service in (context.workspace.services if context.workspace else ())
        if service.chart
        for site in _existing(context, service.name, service.chart.path)
    ]
    for name in asked.names:
        if not any(site.name == name for site in found):
            service = context.workspace.service(name) if context.workspace else None
            pinned = service is not None and service.chart is not None
            known = ", ".join(sorted(site.name for site in found))
            hint = f"change `services.{name}.chart.version` in shunter.yaml" if pinned else f"known: {known}"
            raise ShunterError(f"there is no chart `{name}` in this workspace", hint=hint)
    return [site for site in chosen(context, found, asked.names) if asked.names or site.kind != "library"]


def _existing(context: Context, name: str, path: str) -> Iterable[Site]:
    """The place of a chart that shunter did not make; none where it is in a registry only."""
    if path:
        folder = context.root / path
        root = repository_root(folder)
        yield Site(_EXISTING, name, root, folder.relative_to(root).as_posix(), root.name)


def _bumping(context: Context, asked: Bump, files: dict[Site, ProjectFiles]) -> _Bumping:
    archives = open_archives(context)
    registry = archives.directory.root
    read = read_now(registry, DiskTree(registry), [INDEX])
    answers = next((str(f.answers["library"]) for f in files.values() if f.answers.get("library")), "")
    library = context.workspace.library if context.workspace else answers
    if asked.library:
        read |= _provided(context, archives, library, asked.library, files.values())
    return _Bumping(context, asked, library, archives, read)


def _provided(
    context: Context, archives: Archives, library: str, version: str, charts: Iterable[ProjectFiles]
) -> dict[Path, str | None]:
    """See that the library can be had in that version; what was read for it. A `ShunterError` names those there are."""
    if archives.has(library, version):
        return {}
    own = next((site for site in context.sites("library", missing_ok=True)), None)
    at_hand = files_of(context, own).packed.version if own else ""
    if own and at_hand == version:
        return unpublished_library(context, own, archives).read
    server = archives.server.versions(library) if archives.server else []
    vendored = {item.version for files in charts for item in carried(files, ()).values() if item.name == library}
    if version in server or version in vendored:
        return {}
    known = newest_first({*archives.directory.index.versions(library), *server, *vendored, at_hand} - {""})
    raise ShunterError(
        f"{library or 'the library'} {version} is neither in the registry nor in the workspace",
        hint=f"known: {', '.join(known) or 'none'}",
    )


def _bumped(bumping: _Bumping, site: Site, files: ProjectFiles) -> _Bumped | None:
    """The chart with its new versions, and what follows from them; None where it is left alone."""
    asked, packed = bumping.asked, files.packed
    old = packed.version
    library = _library_of(bumping, site, packed)
    place = f"{files.label}/{_CHART}"
    if asked.library and not _moves(bumping, site, library[1]):
        return None
    new = asked.to or next_version(old, asked.part or "patch", place)
    if new == old and not asked.library and not asked.app_version:
        bumping.leave(site.name, f"left alone, at {new} already")
        return None
    versions: dict[KeyPath, str] = {("version",): new} if new != old else {}
    if asked.library:
        versions["dependencies", library[0], "version"] = asked.library
    if asked.app_version:
        versions["appVersion",] = asked.app_version
    data = with_versions(packed.files[_CHART].data, place, versions)
    changes: Changes = {_CHART: FileState(data, packed.files[_CHART].mode)}
    if site.kind == "app":
        changed = files.with_changes(changes)
        known = replace(bumping.archives, fallback=carrier(files, ()))
        _require_defined(bumping, changed, known)
        changes |= app_files(changed, known)
    row = {"service": site.name, "version": old, "to": new, "library": library[1]}
    row |= {"library_to": asked.library or library[1], "repository": site.repository}
    return _Bumped(site, files.with_changes(changes), changes, row)


def _library_of(bumping: _Bumping, site: Site, packed: PackedChart) -> tuple[int, str]:
    """Where a chart's dependency on the library stands in its list, and the version; no text where it has none."""
    found = ((n, d.version) for n, d in enumerate(packed.dependencies) if d.name == bumping.library)
    return next(found, (0, "")) if site.kind == "app" else (0, "")


def _moves(bumping: _Bumping, site: Site, version: str) -> bool:
    """Whether the chart's library changes. Raises ShunterError where it cannot, or would be an older one."""
    wanted, library = bumping.asked.library, bumping.library
    if not version:
        if bumping.asked.names:
            hint = "shunter bump without --library raises its own version"
            raise ShunterError(f"{site.name} does not depend on the library chart {library or ''}".rstrip(), hint=hint)
        bumping.leave(site.name, "left alone, without a library from here")
        return False
    if version == wanted:
        bumping.leave(site.name, f"left alone, with {library} {wanted} already")
        return False
    now, then = parse(version), parse(wanted)
    if now and then and then < now and not bumping.asked.to:
        raise ShunterError(
            f"{site.name} has {library} {version}, and {wanted} is older",
            hint="if that is meant, say the chart's own version, too: --to VERSION",
            exit_code=1,
        )
    return True


def _require_defined(bumping: _Bumping, files: ProjectFiles, archives: Archives) -> None:
    """Refuse a library that lacks named templates which the chart calls, such as the next major."""
    wanted = bumping.asked.library
    if not wanted:
        return
    own = {path: state for path, state in files.packed.files.items() if path.startswith("templates/")}
    for name, span in undefined(own, bumping.library, archives.fetch(bumping.library, wanted).files):
        raise ShunterError(
            f"{bumping.library} {wanted} does not define `{name}`",
            hint="change what the template calls and commit that, then run this again",
            span=replace(span, path=f"{files.label}/{span.path}"),
            exit_code=1,
        )


def _taken(bumping: _Bumping, bumped: _Bumped) -> Iterable[Finding]:
    """The finding for a version that is published already, as another chart."""
    archives, chart = bumping.archives, bumped.files.packed
    if not archives.published(*chart.key):
        return
    held, there = archives.fetch(*chart.key), archives.directory.has(*chart.key)
    where = str(bumping.context.registries().directory) if there else held.label
    for finding in taken(held.pin, packed_as_held(tracked(bumped.files, bumped.site.path), held.metadata), where):
        yield replace(finding, span=Span(f"{bumped.files.label}/{_CHART}"))


def _plans(found: Sequence[_Bumped]) -> list[RepositoryPlan]:
    by_root: dict[Path, list[_Bumped]] = {}
    for bumped in found:
        by_root.setdefault(bumped.site.root, []).append(bumped)
    return [_plan(root, group) for root, group in sorted(by_root.items())]


def _plan(root: Path, group: Sequence[_Bumped]) -> RepositoryPlan:
    changes: Changes = {}
    inputs: list[Input] = []
    shared = []
    for bumped in group:
        folder = bumped.site.folder
        prefix = "" if folder == "." else f"{folder}/"
        changes |= {prefix + path: state for path, state in bumped.changes.items()}
        shared.append(prefix + _CHART)
        if bumped.site.kind == "app":
            inputs += inputs_of(bumped.site.tree(), folder, [name for name in SOURCES if name != _CHART])
    only = group[0].row
    subject = f"Bump {only['service']} to {only['to']}" if len(group) == 1 else f"Bump {len(group)} charts"
    message = "\n".join((subject, "", *(bumped.line for bumped in group)))
    return plan_changes(root, changes, message, inputs=inputs, shared=shared)
