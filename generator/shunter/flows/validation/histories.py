"""What an environment runs against what its history says: a record that nothing explains is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import join, normpath

from shunter.adapters.system.regular import is_checkout
from shunter.core.packaging.vendoring import verify_implied
from shunter.core.trains.history import Flaw, altered, flaws
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles, files_of
from shunter.flows.workspace.trains import Trains
from shunter.model.findings import Finding, Kind, Span


def altered_trains(context: Context, trains: Trains, only: str = "") -> Iterator[Finding]:
    """What the histories of all environments say against trains, or against `only` one: it is not what arrived."""
    if only and only not in trains.cars:
        return
    cars = {only: trains.cars[only]} if only else trains.cars
    for site in context.sites("environment", missing_ok=True):
        if is_checkout(site.root):
            files = files_of(context, site)
            if not only or files.tells_of(only):
                yield from _findings(altered(files.entries, cars), files.label)


def unexplained(files: ProjectFiles, trains: Trains | None, label: str | None = None) -> tuple[Finding, ...]:
    """All that is wrong with the record and history of an environment, each an error.

    Without `trains`, as in a clone of the environment alone, the hashes stand for them. `label` is the folder in
    findings, where that is not the project's.
    """
    if files.record is None:
        return ()
    folder = files.label if label is None else label
    name = str(files.answers.get("name", "ENV"))
    found = flaws(files.record, files.entries, RECORD_FILE, trains.cars if trains else None, name)
    implied = verify_implied(files.tree, files.record.pins, normpath(join(folder, RECORD_FILE)), name)
    return (*_findings(found, folder), *implied)


def _findings(found: Iterable[Flaw], folder: str) -> Iterator[Finding]:
    for flaw in found:
        yield Finding(flaw.rule, flaw.message, Span(normpath(join(folder, flaw.path))), Kind.LINT, hint=flaw.hint)
