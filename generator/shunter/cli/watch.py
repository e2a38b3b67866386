"""`--watch`: a run that is repeated whenever a file changes, until Ctrl-C."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

from shunter.adapters.system.watching import stamps, until_changed
from shunter.adapters.verdicts.questions import chart_folder, workspace_folder
from shunter.cli import output
from shunter.cli.parse import Arguments
from shunter.flows.workspace.context import repository_root
from shunter.model.errors import ShunterError

BEGINS = "watch: judging"
ENDS = "watch: waiting for changes, Ctrl-C ends"
"""The lines around each report: an editor's problem matcher needs them."""
_INTERRUPTED = 130
_LINK = "secrets://"


def watch(once: Callable[[], int], arguments: Arguments) -> int:
    """Run `once`, and again after each change, and return its last exit code. Ctrl-C ends it. Raises ShunterError.

    A terminal shows the last report alone; anywhere else one report follows the other.
    """
    if arguments.fix or "-" in arguments.values:
        what = "--fix" if arguments.fix else "-f -"
        raise ShunterError(f"--watch and {what} do not go together", hint=f"leave out {what}, or --watch")
    places = watched(arguments)
    code = 0
    try:
        while True:
            known = stamps(places)
            output.clear()
            _tell(arguments, BEGINS)
            answer = once()
            if answer == _INTERRUPTED:
                return code
            code = answer
            if output.is_lost():
                return code
            _tell(arguments, ENDS)
            gc.collect()  # a run never does: as a rule its process ends
            until_changed(places, known)
    except KeyboardInterrupt:
        pass
    return code


def _tell(arguments: Arguments, line: str) -> None:
    if not arguments.quiet:
        output.say(line)


def watched(arguments: Arguments) -> list[str]:
    """The files and folders that a command line is about: charts around what it names, and the workspace."""
    start = Path(arguments.directory).absolute()
    named = [*arguments.files, *(name.removeprefix(_LINK) for name in arguments.values)]
    paths = [os.path.normpath(start / name) for name in named if "://" not in name]
    found = [chart_folder(path) or path for path in paths]
    around = workspace_folder(os.path.normpath(start))
    if around or not found:
        found.append(around or str(repository_root(start)))
    return list(dict.fromkeys(found))
