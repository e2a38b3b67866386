"""Projects carried over to a release: what its migrations say is done to their files before the merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from posixpath import join, normpath

from shunter.adapters.templates.release_file import release_file
from shunter.core.templates.config import TASKS, due
from shunter.core.workspace.answers import Recorded
from shunter.core.workspace.migrate import Changes, Migrated, migrate
from shunter.core.workspace.migrations import (
    FILE,
    Migration,
    by_answers,
    migrated_answers,
    read_migrations,
    steps_between,
)
from shunter.core.workspace.model import Project
from shunter.flows.fleet.draft import Draft
from shunter.flows.workspace.own_files import schema_of
from shunter.model.data import dataclass, replace
from shunter.model.files import FileState, MemoryTree, SubTree, object_ids
from shunter.model.findings import Finding

# What shunter derives itself is no file of a template.
_DERIVED = (".shunter/", "charts/")


@dataclass(frozen=True, slots=True)
class Target:
    """The release that projects are brought to, of the templates at `source`; `bare` stands for it locally.

    Plain Copier follows no migrations; who updates as it does, neither (`migrates`). A rename moves files itself, so
    none are by what answers call them (`follows`).
    """

    source: str
    release: str
    bare: Path | None
    migrates: bool = True
    follows: bool = True

    def steps(self, kind: str, was: Recorded) -> list[Migration]:
        """The migrations that a project of this kind passes. Raises ShunterError for faults in their file."""
        if not self.migrates or was.release == f"v{self.release}":
            return []
        return steps_between(_migrations(self.source, self.release, self.bare), kind, was.release, self.release)

    def renames(self, was: Mapping[str, str], now: Mapping[str, str]) -> list[Migration]:
        """The renames that follow from answers: `was` and `now` are the templates of the files of a project."""
        return by_answers(self.release, was, now) if self.migrates and self.follows else []

    def answers(self, project: Project, was: Recorded) -> Mapping[str, object]:
        """What a project has answered, in the words of the release."""
        return migrated_answers(self.steps(project.kind, was), was.answers)


@lru_cache(16)
def _migrations(source: str, release: str, bare: Path | None) -> tuple[Migration, ...]:
    data = release_file(source, release, bare, FILE)
    name = f"{FILE} of template release {release}"
    return read_migrations(data, name, schema_of("migrations")) if data is not None else ()


def migrates(was: Recorded | None, programs: Sequence[str], release: str) -> bool:
    """Whether an update of a project that records this runs a migration of Copier's, whatever its render is."""
    migrations = [each for each in programs if each != TASKS]
    return was is not None and bool(due(migrations, was.release.removeprefix("v"), release))


def own_files(draft: Draft, project: Project, steps: Sequence[Migration]) -> Migrated:
    """What migrations change in the files of a project that git tracks."""
    if not steps:
        return Migrated({})
    prefix = "" if project.path == "." else f"{project.path}/"
    others = [f"{each.path}/" for each in draft.spec.projects if each.path not in (".", project.path)]
    tracked = [path for path in draft.repository.tracked(project.path) if not path.startswith(tuple(others))]
    inside = (path[len(prefix) :] for path in tracked)
    return migrate(steps, SubTree(draft.tree, project.path), [path for path in inside if not path.startswith(_DERIVED)])


def carried_over(
    draft: Draft, project: Project, steps: Sequence[Migration], old: Mapping[str, FileState]
) -> Mapping[str, FileState]:
    """The old render of a project as the release calls its files and keys; the draft's own files move likewise."""
    if not steps:
        return old
    own = own_files(draft, project, steps)
    placed = _placed(project, own.changes)
    draft.read |= object_ids(draft.disk, placed)
    draft.moved = {**draft.moved, **placed}
    draft.findings += _found(draft, project, own)
    base = migrate(steps, MemoryTree(old), old)
    return {path: state for path, state in {**old, **base.changes}.items() if state is not None}


def _placed(project: Project, changes: Changes) -> Changes:
    return {normpath(join(project.path, path)): state for path, state in changes.items()}


def _found(draft: Draft, project: Project, own: Migrated) -> Iterable[Finding]:
    folder = join(draft.spec.name, project.path)
    for finding in own.findings:
        yield replace(finding, span=replace(finding.span, path=normpath(join(folder, finding.span.path))))
