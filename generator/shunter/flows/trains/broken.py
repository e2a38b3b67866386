"""What is wrong with environments, in a line each, and the command that mends it: nobody may go on before that."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from posixpath import join, normpath

from shunter.adapters.git.stages import Merge
from shunter.core.trains.history import BROKEN
from shunter.flows.packaging.recorded import found_in, unfollowed
from shunter.flows.validation.histories import unexplained
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles
from shunter.flows.workspace.trains import Trains
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that keeps an environment from going on: what it is, and the command that mends or shows it."""

    notice: str
    command: str


def broken_records(context: Context, files: Mapping[str, ProjectFiles], trains: Trains) -> Iterator[Broken]:
    """What keeps environments, `files` by name, from going on: a merge that is not over, or what lint refuses."""
    for name, found in files.items():
        site = context.site("environment", name)
        record = normpath(join(site.folder, RECORD_FILE))
        if record in Merge(site.root).unmerged:
            yield Broken(f"{found.label}/{RECORD_FILE} is in a merge that nobody has resolved", f"shunter lock {name}")
            continue
        try:
            findings = unexplained(found, trains)
        except ShunterError as error:
            place = error.span.path if error.span else found.label
            yield Broken(f"{place}: {error.message}", _log(site))
            continue
        for finding in findings:
            command = _command(site, name, found, lost=finding.rule == BROKEN)
            yield Broken(f"{finding.span.path}: {finding.message} [{finding.rule}]", command)


def _command(site: Site, name: str, files: ProjectFiles, *, lost: bool) -> str:
    """One merge is left to do, or else git has the files as they were: its log says since when they are not."""
    if not lost and unfollowed(found_in(files)):
        return f"shunter lock {name}"
    return _log(site)


def _log(site: Site) -> str:
    return shlex.join(["git", "-C", str(site.root), "log", "-p", "--", normpath(join(site.folder, ".shunter"))])
