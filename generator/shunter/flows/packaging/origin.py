"""The source of what is published: a clean folder, and the commit that it is at."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shunter.adapters.git.origin import Untidy, last_commit, look_below, remote_url, submodules_below
from shunter.adapters.system.regular import is_checkout
from shunter.adapters.templates.held import as_held, is_converted
from shunter.core.charts.helmignore import filter_files
from shunter.core.charts.lock import LOCK
from shunter.core.packaging.publish import Origin
from shunter.core.workspace.model import Service
from shunter.flows.workspace.context import Context, Site, repository_root
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Span

DERIVED = ("charts", LOCK, "values.schema.json")
"""What shunter writes into an app chart: it follows from the rest, and is committed along with the archive."""

IGNORED = " (git ignores it)"


@dataclass(frozen=True)
class Sources:
    """The folders of charts by repository. Git is asked about a repository when its first chart is to be published."""

    folders: Mapping[Path, Sequence[str]]
    looked: dict[Path, Untidy] = field(default_factory=dict)
    remotes: dict[Path, str] = field(default_factory=dict)
    submodules: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    def tidied(self, files: ProjectFiles, root: Path, folder: str) -> ProjectFiles:
        """A chart's files as a commit would hold them: line ends and ids are git's, wherever these are checked out.

        Those that git ignores there are none of it, unless that is Chart.yaml, and with it the chart.
        """
        prefix = _prefix(folder)
        kept = f"{prefix}Chart.yaml"
        below = (path for path in self._at(root).ignored if _within(path, folder) and not _within(kept, path))
        ignored = [path[len(prefix) :] for path in below]
        gone = [path for path in files.tree.paths() if any(_within(path, name) for name in ignored)]
        asked = {prefix + p: (None, state) for p, state in files.packed.files.items() if is_converted(state)}
        held = {path[len(prefix) :]: state for path, state in as_held(root, asked).items()}
        changes: Mapping[str, FileState | None] = {**held, **dict.fromkeys(gone)}
        return files.with_changes(changes) if changes else files

    def changed(self, root: Path, folder: str, derived: Iterable[str] = ()) -> list[str]:
        """Paths in a chart's folder that HEAD does not hold as they are, but for what is `derived` in it."""
        aside = [_prefix(folder) + path for path in derived]
        changed = (path for path in self._at(root).changed if _within(path, folder))
        found = [path for path in changed if not any(_within(path, name) for name in aside)]
        needed = f"{_prefix(folder)}Chart.yaml"
        return found + [path + IGNORED for path in self._at(root).ignored if _within(needed, path)]

    def origin(self, root: Path, folder: str, derived: Sequence[str] = ()) -> Origin:
        """Where a chart's folder comes from: the remote, and the last commit that touched what is not `derived`."""
        if root not in self.remotes:
            self.remotes[root] = remote_url(root)
        return Origin(self.remotes[root], last_commit(root, folder, [_prefix(folder) + path for path in derived]))

    def whole(self, files: ProjectFiles, root: Path, folder: str) -> ProjectFiles:
        """`tidied`. Raises ShunterError for a submodule: its files are another repository's, and would be missing."""
        prefix = _prefix(folder)
        if root not in self.submodules:
            self.submodules[root] = submodules_below(root, self.folders[root])
        inside = [path[len(prefix) :] for path in self.submodules[root] if path.startswith(prefix)]
        kept = filter_files(dict(files.packed.files) | {f"{path}/file": FileState(b"") for path in inside})
        if found := next((path for path in inside if f"{path}/file" in kept), None):
            raise ShunterError(
                f"chart {files.packed.name} has a submodule at {found}, whose files would be missing",
                span=Span(f"{files.label}/{found}"),
                hint="put those files into the chart itself, or name the folder in its .helmignore",
            )
        return self.tidied(files, root, folder)

    def _at(self, root: Path) -> Untidy:
        if root not in self.looked:
            self.looked[root] = look_below(root, self.folders[root])
        return self.looked[root]


def sources_of(context: Context, sites: Sequence[Site], existing: Sequence[Service]) -> Sources:
    """The folders of the charts, by repository."""
    places = [(site.root, site.folder) for site in sites]
    folders = [context.root / service.chart.path for service in existing if service.chart and service.chart.path]
    places += [(repository_root(folder), os.path.relpath(folder, repository_root(folder))) for folder in folders]
    found: dict[Path, list[str]] = {}
    for root, folder in places:
        if is_checkout(root):
            found.setdefault(root, []).append(folder)
    return Sources(found)


def tracked(files: ProjectFiles, place: Path) -> ProjectFiles:
    """A chart's files in the folder `place` as a commit would hold them, see `Sources.tidied`."""
    root = repository_root(place)
    folder = place.relative_to(root).as_posix()
    return Sources({root: [folder]}).tidied(files, root, folder) if is_checkout(root) else files


def dirty(name: str, root: Path, folder: str, changed: Sequence[str]) -> ShunterError:
    """The refusal to publish what no commit holds."""
    shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
    git = f"git -C {shlex.quote(str(root))}"
    add = "add --force" if any(path.endswith(IGNORED) for path in changed) else "add"
    return ShunterError(
        f"chart {name} has changes that no commit holds: {shown}",
        hint=f"{git} {add} {shlex.quote(folder)} && {git} commit\n"
        "or --allow-dirty: the version is marked +dirty, and no train takes it",
    )


def _prefix(folder: str) -> str:
    return "" if folder == "." else f"{folder}/"


def _within(path: str, folder: str) -> bool:
    return folder == "." or path.rstrip("/") == folder.rstrip("/") or path.startswith(f"{folder.rstrip('/')}/")
