"""What a draft gets besides its renders: images that follow, values files that are shared, and what is removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shunter.core.packaging.umbrella import FULL_SCHEMA
from shunter.core.workspace.image import followed
from shunter.core.workspace.layout import is_shared
from shunter.core.workspace.model import Project, Workspace
from shunter.core.workspace.shared_values import copies, first_texts
from shunter.flows.fleet.draft import Draft
from shunter.flows.fleet.renaming import VALUES
from shunter.flows.workspace.plans import uncommitted
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, SubTree, object_ids


def follow_answers(draft: Draft) -> None:
    """Let app charts' values name image and port as the new answers do, where they name them as the old ones did."""
    for job in draft.jobs:
        if job.project.kind != "app" or job.recorded is None:
            continue
        folder = job.project.path
        draft.read |= object_ids(draft.disk, [f"{folder}/{VALUES}"])
        state = draft.overlay(folder).tree.get(VALUES)
        if state is not None:
            draft.put(folder, {VALUES: replace(state, data=followed(state.data, job.recorded.answers, job.desired))})


def remove_project(draft: Draft, project: Project, *, force: bool) -> None:
    """Delete what git tracks of a project: other files stay, and what no commit holds is not lost silently."""
    changed = uncommitted(draft.repository, project.path)
    if changed and not force:
        raise ShunterError(
            f"{draft.spec.name}/{changed[0]} would be deleted, and no commit holds it as it is",
            hint="commit it, so that git keeps it, or delete it with --force",
        )
    gone = draft.repository.tracked(project.path)
    draft.changes |= dict.fromkeys(gone)
    draft.derived |= set(gone) if force else set()


def refuse_overwriting(draft: Draft, project: Project, files: Mapping[str, FileState]) -> None:
    """Raises ShunterError where a file of a new project is there already, and is another one."""
    there = SubTree(draft.tree, project.path)
    taken = [path for path, state in files.items() if there.get(path) not in (None, state)]
    if taken:
        raise ShunterError(
            f"{draft.spec.name}/{project.path} already holds {len(taken)} of the files to write, such as {taken[0]}",
            hint="move them away first; shunter never overwrites a file that a person wrote",
        )


def share(workspace: Workspace, drafts: Sequence[Draft], home: Draft | None) -> None:
    """Make the values files that environments share where there are none, and copies of them where each has one."""
    several = workspace.layout.envs == "multi" and home is not None
    for draft in drafts:
        holder = home if several and home else draft
        for project in (job.project for job in draft.jobs if job.project.kind == "environment"):
            files = draft.overlay(project.path)
            names = [name for name in files.values_files if is_shared(name)]
            schema = f"{project.path}/{FULL_SCHEMA}"
            holder.changes |= first_texts(holder.overlay(".").tree, project.name, project.path, names, schema)
            if several:
                draft.put(project.path, copies(holder.overlay(".").tree, project.path, names, files.tree), derived=True)
