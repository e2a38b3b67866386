"""What is chosen for a run outside of a workspace's file."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import relpath

from shunter.adapters.system.regular import is_file, read_regular
from shunter.flows.workspace.context import Context, repository_root
from shunter.model.data import replace

SETTINGS_FILE = ".shunter.yaml"
_PROJECT_FILE = "pyproject.toml"
_TABLE = b"tool.shunter"


def with_rules(context: Context, arguments: Sequence[str]) -> Context:
    """The context with the levels of rules that `--rule` gives and, outside of a workspace, a file of settings.

    That is `.shunter.yaml`, or the table `tool.shunter` of `pyproject.toml`: the nearest one, in the folder
    where the run starts or above it in the same repository. Raises ShunterError for a wrong rule or level.
    """
    chosen = {} if context.workspace else _nearest(context)
    if arguments:
        from shunter.core.workspace.levels import of_arguments

        chosen |= of_arguments(arguments)
    return replace(context, rules=chosen) if chosen else context


def _nearest(context: Context) -> dict[str, str]:
    root = repository_root(context.start)
    for folder in (context.start, *context.start.parents):
        settings, project = folder / SETTINGS_FILE, folder / _PROJECT_FILE
        if is_file(settings):
            from shunter.core.workspace.levels import of_yaml

            return of_yaml(read_regular(str(settings)), relpath(settings, context.start))
        if is_file(project) and _TABLE in (data := read_regular(str(project))):
            from shunter.core.workspace.levels import of_toml

            found = of_toml(data, relpath(project, context.start))
            if found is not None:
                return found
        if folder == root:
            break
    return {}
