"""Where repositories differ from what shunter.yaml says."""

from __future__ import annotations

from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.recorded import outdated, recorded


def drift(context: Context) -> tuple[str, ...]:
    """One line for each project that differs from what shunter.yaml says, or is missing."""
    workspace = context.require_workspace()
    lines = []
    for spec in context.specs():
        root = context.root / spec.folder
        if not is_checkout(root):
            lines.append(f"missing: {spec.name} is not checked out (shunter clone)")
            continue
        tree = DiskTree(root)
        for project in spec.projects:
            was = recorded(tree, project.path, spec.folder)
            if outdated(project, was, workspace.templates_source, workspace.templates_release):
                what = (
                    "is missing" if was is None else _difference(project.answers, was.answers) or f"is at {was.release}"
                )
                lines.append(f"drift: {spec.name}/{project.path} {what} (shunter update)")
    return tuple(lines)


def _difference(desired: object, answers: object) -> str:
    assert isinstance(desired, dict) and isinstance(answers, dict)  # noqa: PT018
    keys = [key for key, value in desired.items() if answers.get(key) != value]
    return f"has other answers than shunter.yaml: {', '.join(keys)}" if keys else ""
