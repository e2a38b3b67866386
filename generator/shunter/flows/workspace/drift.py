"""Where repositories differ from what shunter.yaml says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.core.workspace.answers import Recorded, is_untouched
from shunter.core.workspace.model import Project, Workspace
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.recorded import outdated, recorded


def drift(context: Context) -> tuple[str, ...]:
    """One line for each project that differs from what shunter.yaml says, or is missing."""
    workspace = context.require_workspace()
    lines: dict[str, str] = {}
    older: dict[str, Recorded] = {}
    for spec in context.specs():
        root = context.root / spec.folder
        if not is_checkout(root):
            lines[spec.name] = f"missing: {spec.name} is not checked out (shunter clone)"
            continue
        tree = DiskTree(root)
        for project in spec.projects:
            was = recorded(tree, project.path, spec.folder)
            if outdated(project, was, workspace.templates_source, workspace.templates_release):
                place = f"{spec.name}/{project.path}"
                lines[place] = f"drift: {place} {_difference(project, was)} (shunter update)"
                if was and not _keys(project, was) and was.source == workspace.templates_source:
                    older[place] = was
    untouched = _untouched(workspace, context.applied(), older)
    return tuple(line for place, line in lines.items() if place not in untouched)


def _difference(project: Project, was: Recorded | None) -> str:
    if was is None:
        return "is missing"
    keys = _keys(project, was)
    return f"has other answers than shunter.yaml: {', '.join(keys)}" if keys else f"is at {was.release}"


def _keys(project: Project, was: Recorded) -> list[str]:
    return [key for key, value in project.answers.items() if was.answers.get(key) != value]


def _untouched(workspace: Workspace, applied: Workspace | None, older: Mapping[str, Recorded]) -> set[str]:
    """Which of these projects of an older release are as the workspace's own would make them: an update leaves them.

    Where the templates are not on this machine, that is all where the release was carried out.
    """
    if not older:
        return set()
    from shunter.adapters.templates.history import bare_for, releases
    from shunter.adapters.templates.render import RenderRequest, render_many

    source, release = workspace.templates_source, workspace.templates_release
    bare: Path | None = bare_for(source)
    if bare is None:
        return set(older) if applied and applied.templates_release == release else set()
    known = releases(bare)
    pairs = {
        place: [
            RenderRequest.of(source, each, was.answers, bare, "update", excluding=release)
            for each in (was.release, release)
        ]
        for place, was in older.items()
        if {was.release.removeprefix("v"), release} <= set(known)
    }
    files = render_many(request for pair in pairs.values() for request in pair).files
    return {place for place, (old, new) in pairs.items() if is_untouched(files[old], files[new])}
