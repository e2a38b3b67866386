"""What an environment runs against what its history says: a record that nothing explains is a finding."""

from __future__ import annotations

from posixpath import join, normpath

from shunter.core.trains.history import flaws
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles
from shunter.flows.workspace.trains import Trains
from shunter.model.findings import Finding, Kind, Span


def unexplained(files: ProjectFiles, trains: Trains | None, label: str | None = None) -> tuple[Finding, ...]:
    """All that is wrong with the record and history of an environment, each an error.

    Without `trains`, as in a clone of the environment alone, the hashes stand for them. `label` is the folder in
    findings, where that is not the project's.
    """
    if files.record is None:
        return ()
    folder = files.label if label is None else label
    found = flaws(files.record, files.entries, RECORD_FILE, trains.cars if trains else None)
    return tuple(
        Finding(flaw.rule, flaw.message, Span(normpath(join(folder, flaw.path))), Kind.LINT, hint=flaw.hint)
        for flaw in found
    )
