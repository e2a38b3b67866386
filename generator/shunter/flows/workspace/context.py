"""What a command works on: a workspace, or a repository that stands alone, and the sites in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.paths import CANONICAL_SOURCE
from shunter.adapters.system.regular import NOTHING, is_checkout, is_file, is_folder, kind_at, read_regular
from shunter.adapters.verdicts.questions import ANSWERS_FILE
from shunter.adapters.verdicts.questions import WORKSPACE_FILE as WORKSPACE_FILE
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, SubTree, Tree, Writing

if TYPE_CHECKING:  # the commit hook of a repository that stands alone needs none of it
    from shunter.core.workspace.model import Registries, RepositorySpec, Workspace

APPLIED_FILE = ".shunter/applied.yaml"


@dataclass(frozen=True, slots=True)
class Site:
    """One project on disk: `root` is its repository's folder, `folder` its place in there (`.` for the root)."""

    kind: str
    name: str
    root: Path
    folder: str
    repository: str

    @property
    def path(self) -> Path:
        """The project's folder."""
        return self.root / self.folder

    def tree(self) -> Tree:
        """The project's files as they are on disk."""
        return SubTree(DiskTree(self.root), self.folder)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a command runs, and how it is to write. `workspace` is None in a repository that stands alone.

    `text` is the workspace's file as it was read, which all that the command does follows from; `rules` are levels
    of rules that this run has been given, and `schema_cache` is its folder of local copies of schemas, if any;
    `skip_schemas` names charts whose schemas do not count; `fetch` is whether charts that files name may be fetched;
    `stdin` is what standard input held, where `-f -` asks for it. What is `instead` of a file, by its real path, is
    judged as if it were there.
    """

    root: Path
    start: Path
    workspace: Workspace | None
    writing: Writing = field(default_factory=Writing)
    text: bytes = b""
    rules: Mapping[str, str] = field(default_factory=dict)
    schema_cache: str = ""
    skip_schemas: tuple[str, ...] = ()
    fetch: bool = False
    instead: Mapping[str, FileState] = field(default_factory=dict)
    stdin: bytes = b""

    def require_workspace(self) -> Workspace:
        """The workspace, or an error that says where one is needed."""
        if self.workspace is None:
            raise ShunterError(
                f"no {WORKSPACE_FILE} in {self.start} or above it",
                hint="run this in a workspace, or make one: shunter new DIR --example --defaults",
            )
        return self.workspace

    def applied(self) -> Workspace | None:
        """The workspace as it was carried out last, or None where no copy of that is left."""
        path = self.root / APPLIED_FILE
        return workspace_from(read_regular(str(path)), APPLIED_FILE) if is_file(path) else None

    def registries(self) -> Registries:
        """The workspace's registries, or the defaults."""
        from shunter.core.workspace.model import Registries

        return self.workspace.registries if self.workspace else Registries()

    def specs(self) -> tuple[RepositorySpec, ...]:
        """The planned repositories; none where there is no workspace."""
        if self.workspace is None:
            return ()
        from shunter.core.workspace.layout import plan_repositories

        return plan_repositories(self.workspace)

    def sites(self, kind: str = "", *, missing_ok: bool = False) -> tuple[Site, ...]:
        """Every project on disk, of one kind or of all. A missing checkout raises unless `missing_ok`."""
        found = self._planned(missing_ok=missing_ok) if self.workspace else discover(self.root, self.start)
        return tuple(site for site in found if not kind or site.kind == kind)

    def site(self, kind: str, name: str = "") -> Site:
        """The project of that kind and name, or an error that names the known ones.

        Without a name: the project that the command was started in, or the only one there is.
        """
        known = self.sites(kind, missing_ok=True)
        if not name:
            here = [site for site in known if site.path.resolve() in (self.start, *self.start.parents)]
            name = next((site.name for site in (known if len(known) == 1 else here)), "")
        for site in known:
            if site.name == name:
                self.require_checkout(site)
                return site
        names = ", ".join(site.name for site in known)
        label = {"app": "chart"}.get(kind, kind)
        raise ShunterError(
            f"there is no {label} `{name}`" if name else f"which {label}?",
            hint=f"known: {names}" if names else f"there is no {label} yet",
        )

    def require_checkout(self, site: Site) -> None:
        """Refuse to go on where a planned repository is not checked out; what stands alone is where it is."""
        if self.workspace is not None:
            require_checkout(site.root)

    def _planned(self, *, missing_ok: bool) -> Iterable[Site]:
        for spec in self.specs():
            root = self.root / spec.folder
            if not missing_ok:
                require_checkout(root)
            for project in spec.projects:
                yield Site(project.kind, project.name, root, project.path, spec.name)


def require_checkout(root: Path) -> None:
    """Refuse to go on where a repository is not checked out."""
    if not is_checkout(root):
        from shunter.adapters.git.moves import REMOVED

        kept = root.parent / REMOVED / root.name
        hint = f"shunter clone, or take the one that was removed: mv {kept} {root}" if is_checkout(kept) else ""
        raise ShunterError(f"repository {root.name} is not checked out ({root})", hint=hint or "shunter clone")


def open_context(directory: str | os.PathLike[str]) -> Context:
    """The workspace around `directory` (the nearest `shunter.yaml` upwards), or the repository that stands alone."""
    try:
        start = Path(directory).resolve()
    except FileNotFoundError:
        raise ShunterError("the folder you are in is gone", hint="cd to one that exists, or -C DIR") from None
    if not is_folder(start):
        raise ShunterError(f"there is no folder {directory}", hint="check -C")
    for folder in (start, *start.parents):
        file = folder / WORKSPACE_FILE
        kind = kind_at(file)
        if not kind:
            return _opened(folder, start)
        if kind != NOTHING:
            raise ShunterError(f"{file} is no file", hint="remove it, or put a workspace's file there")
    return Context(repository_root(start), start, None)


def reopened(context: Context) -> Context:
    """The same context with `shunter.yaml` as it is now."""
    return replace(_opened(context.root, context.start), writing=context.writing)


def _opened(root: Path, start: Path) -> Context:
    """The context of the workspace at `root`; errors name its file as seen from `start`."""
    file = str(root / WORKSPACE_FILE)
    text = read_regular(file)
    return Context(root, start, workspace_from(text, os.path.relpath(file, start)), text=text)


def workspace_from(data: bytes, path: str = WORKSPACE_FILE) -> Workspace:
    """The workspace in these bytes of a `shunter.yaml`; `path` is named in errors."""
    from shunter import __version__
    from shunter.core.workspace.file import parse_workspace
    from shunter.flows.workspace.own_files import schema_of

    return parse_workspace(data, path, schema_of("workspace"), release=__version__, source=CANONICAL_SOURCE)


def discover(root: Path, start: Path) -> tuple[Site, ...]:
    """Every project below `root`, found by its answers file; errors name that as seen from `start`."""
    from shunter.core.workspace.answers import own_answers
    from shunter.flows.workspace.own_files import schema_of

    tree = DiskTree(root)
    sites = []
    for path in tree.paths():
        if path == ANSWERS_FILE or path.endswith(f"/{ANSWERS_FILE}"):
            state = tree.get(path)
            assert state is not None
            found = own_answers(state.data, os.path.relpath(root / path, start), schema_of("answers"))
            if found is not None:
                folder = path[: -len(ANSWERS_FILE)].rstrip("/") or "."
                name = str(found.answers.get("name") or found.answers.get("repository", ""))
                sites.append(Site(str(found.answers["kind"]), name, root, folder, root.name))
    return tuple(sites)


def repository_root(start: Path) -> Path:
    """The root of the git work tree around a folder; the folder itself where there is none."""
    return next((folder for folder in (start, *start.parents) if is_checkout(folder)), start)
