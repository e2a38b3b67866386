"""Projects whose template runs programs in an update: Copier itself brings them there, and a person is told."""

from __future__ import annotations

from pathlib import Path
from posixpath import join, normpath

from shunter.adapters.git.repository import Repository
from shunter.adapters.templates.by_copier import updated_by_copier
from shunter.adapters.templates.isolated import Asked
from shunter.core.templates.config import due
from shunter.flows.fleet.draft import Draft, Job
from shunter.model.data import replace
from shunter.model.files import FileState, MemoryTree, SubTree, object_ids


def by_copier(
    draft: Draft, job: Job, programs: tuple[str, ...], target: tuple[str, str, Path | None], *, trust: bool
) -> bool:
    """Lay what Copier makes of a project into its draft, if an update of it runs `programs`; whether that is so.

    `target` is the template's source, the release to go to, and where the source is locally.
    """
    source, release, bare = target
    setting = due(programs, job.recorded.release.removeprefix("v"), release) if job.recorded else ""
    if not setting:
        return False
    asked = Asked(release, dict(job.desired), "update")
    files = _files(draft, job.project.path)
    changes, conflicts = updated_by_copier(files, source, asked, bare, trust=trust)
    place = "" if job.project.path == "." else f"{job.project.path}/"
    draft.read |= object_ids(draft.disk, [place + path for path in changes])
    draft.put(job.project.path, changes)
    draft.conflicts = (*draft.conflicts, *(replace(each, path=place + each.path) for each in conflicts))
    name = normpath(join(draft.spec.name, job.project.path))
    draft.notices.append(f"{name} is updated by Copier itself, as `copier update` does: `{setting}`")
    return True


def _files(draft: Draft, folder: str) -> MemoryTree:
    """The files of a project that git shows, as they are on disk; what lies in other repositories is not among them."""
    prefix = "" if folder == "." else f"{folder}/"
    tree = SubTree(draft.tree, folder)
    shown = [path for path in Repository(draft.repository.root).visible_paths() if path not in draft.moved]
    shown += [path for path, state in draft.moved.items() if state is not None]
    names = (path[len(prefix) :] for path in shown if path.startswith(prefix))
    found: dict[str, FileState] = {name: state for name in names if (state := tree.get(name)) is not None}
    return MemoryTree(found)
