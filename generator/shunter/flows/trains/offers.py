"""What each service of a workspace has published, and what of its chart nobody has published yet."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from shunter.adapters.git.origin import as_committed
from shunter.adapters.system.regular import is_checkout
from shunter.adapters.system.threads import at_once
from shunter.core.charts.index import IndexEntry
from shunter.core.charts.packed import REVISION
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import is_dirty, is_prerelease_of, newest_first
from shunter.core.trains.cut import Offer
from shunter.core.workspace.model import ExistingChart, Service
from shunter.core.workspace.publishing import PACKAGE, ci_registry, publish_step
from shunter.flows.packaging.library import changed_library, is_same
from shunter.flows.packaging.origin import DERIVED, Sources
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.context import Context, repository_root
from shunter.flows.workspace.projects import ProjectFiles, files_in, files_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity, Span


@dataclass(frozen=True)
class Market:
    """The published charts of a workspace's services. A registry's index is read once, for however many services."""

    context: Context
    archives: Archives

    @cached_property
    def _entries(self) -> Mapping[tuple[str, str], IndexEntry]:
        return {(entry.name, entry.version): entry for entry in self.archives.directory.index.entries}

    @cached_property
    def _versions(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, version in self._entries:
            found.setdefault(name, []).append(version)
        return found

    def offers(self, named: Mapping[str, str], only: Collection[str] | None = None) -> dict[str, Offer]:
        """What a train may take, by service. What is marked dirty is in it only where it is `named` (by service).

        With `only`, a registry is asked about these services alone, and others have what the directory holds.
        """
        services = self.context.require_workspace().services
        charts = {service.name: self._chart(service) for service in services if not _fixed(service)}
        wanted = None if only is None else {charts[name] for name in only if name in charts}
        known = self._known(charts.values(), wanted)
        return {service.name: self._offer(service, charts, known, named.get(service.name, "")) for service in services}

    def _chart(self, service: Service) -> str:
        """The name of a service's chart, which may be a person's own."""
        chart = service.chart
        return files_in(self.context, self.context.root / chart.path).packed.name if chart else service.name

    def _offer(self, service: Service, charts: Mapping[str, str], known: Mapping[str, list[str]], named: str) -> Offer:
        if (chart := _fixed(service)) is not None:
            return Offer(chart.name, fixed=chart.version, source=chart.repository)
        name = charts[service.name]
        found = (version for version in known[name] if version == named or not is_dirty(version))
        return Offer(name, tuple(found))

    def _known(self, names: Iterable[str], only: Collection[str] | None) -> dict[str, list[str]]:
        """Published versions by chart, oldest first; a server is asked where it may have more than the folder."""
        known = {name: self._versions.get(name, []) for name in names}
        server = self.archives.server
        if server is not None:
            asked = [name for name, here in known.items() if server.shared or not here]
            asked = asked if only is None else [name for name in asked if name in only]
            for name, found in zip(asked, at_once(server.versions, asked), strict=True):
                if isinstance(found, ShunterError):
                    raise found
                known[name] = [*{*known[name], *found}]
        return {name: newest_first(found)[::-1] for name, found in known.items()}

    def rewritten(self, pin: Pin) -> bool:
        """Whether the registry's folder holds another archive than the pinned one under its version."""
        entry = self._entries.get((pin.name, pin.version))
        return bool(entry and entry.digest and pin.digest and entry.digest != pin.digest)

    def step_for(self, service: str, version: str = "") -> str:
        """The command that publishes a service's chart: what is checked out, or a `version` that it gets."""
        workspace = self.context.require_workspace()
        if not ci_registry(workspace):
            return f"{PACKAGE} {service}"
        step = publish_step(workspace, {service: version or self._version(service)})
        return f"{PACKAGE} {service}" if step == PACKAGE else step

    def _version(self, service: str) -> str:
        """The version that the checked out chart of a service has, as far as it says one."""
        with contextlib.suppress(ShunterError):
            found = (files.packed.version for name, files, _ in self._charts() if name == service)
            return next(found, "VERSION")
        return "VERSION"

    def unpublished(self, only: Collection[str] | None = None) -> Iterator[Finding]:
        """One finding for each chart of the workspace that is not as it was published. No checkout, no finding.

        `only` are the services that are asked about; None is all.
        """
        if found := changed_library(self.context, self.archives):
            yield found
        charts = [chart for chart in self._charts() if only is None or chart[0] in only]
        same = self._as_published({place: files for _, files, place in charts})
        self._ask_at_once(files for _, files, place in charts if place not in same)
        for name, files, place in charts:
            if place in same:
                continue
            try:
                said, hint = self._unpublished(name, files, place)
            except ShunterError as error:
                said, hint = f"{files.label} cannot be packaged: {error}", error.hint
            if said:
                yield Finding(
                    "not-packaged", said, Span(f"{files.label}/Chart.yaml"), Kind.LINT, Severity.WARNING, hint=hint
                )

    def _ask_at_once(self, charts: Iterable[ProjectFiles]) -> None:
        """Let a registry say of all charts at once what it holds; who does not answer is told one by one."""
        if self.archives.server is None or not self.archives.server.shared:
            return

        def ask(files: ProjectFiles) -> None:
            if self.archives.published(*files.packed.key):
                self.archives.fetch(*files.packed.key)

        at_once(ask, [*charts])

    def _as_published(self, charts: Mapping[Path, ProjectFiles]) -> frozenset[Path]:
        """The folders that git says are as they were when they were published; of others only the archives can tell."""
        found: dict[Path, dict[str, str]] = {}
        for place, files in charts.items():
            root = repository_root(place)
            if is_checkout(root) and (revision := self._revision(files)):
                found.setdefault(root, {})[place.relative_to(root).as_posix()] = revision
        sources = Sources({root: [*folders] for root, folders in found.items()})
        return frozenset(
            root / folder
            for root, folders in found.items()
            for folder in as_committed(root, folders, DERIVED)
            if not sources.changed(root, folder, DERIVED)
        )

    def _revision(self, files: ProjectFiles) -> str:
        """The commit that the published chart says it was made of; empty where it is not published, or does not say."""
        try:
            entry = self._entries.get(files.packed.key)
        except ShunterError:
            return ""
        annotations = entry.metadata.get("annotations") if entry else None
        return str(annotations.get(REVISION, "")) if isinstance(annotations, dict) else ""

    def _unpublished(self, service: str, files: ProjectFiles, place: Path) -> tuple[str, str]:
        """Why a chart is not as it was published, and what to do; twice empty where it is."""
        name, version = files.packed.key
        if not self.archives.published(name, version):
            build = next((each for each in self._builds(name) if is_prerelease_of(each, version)), "")
            step = self.step_for(service)
            if build:
                hint = f"for a build of it, which comes only by name: --car {service}={build}\nfor the release: {step}"
                return f"{name} {version} is not published, and its builds are pre-releases", hint
            return f"{name} {version} is not published", step
        held = self.archives.fetch(name, version)
        if is_same(files, place, held):
            return "", ""
        step = self.step_for(service, "VERSION")
        said = f"{files.label} has changed since {name} {version} was packaged"
        return said, f"raise `version` in its Chart.yaml, then `{step}`"

    def _builds(self, name: str) -> list[str]:
        """The published versions of a chart, newest first, as far as a registry says."""
        try:
            return self.archives.versions(name)
        except ShunterError:
            return self.archives.directory.index.versions(name)

    def _charts(self) -> Iterator[tuple[str, ProjectFiles, Path]]:
        """Each chart that is made here: its service's name, its files, and where they are."""
        for site in self.context.sites("app", missing_ok=True):
            if is_checkout(site.root):
                yield site.name, files_of(self.context, site), site.path
        for service in self.context.require_workspace().services:
            if service.chart and service.chart.path:
                place = self.context.root / service.chart.path
                yield service.name, files_in(self.context, place), place


def _fixed(service: Service) -> ExistingChart | None:
    """The chart of somebody else's repository that a service has, at the version that shunter.yaml says."""
    return service.chart if service.chart and not service.chart.path else None
