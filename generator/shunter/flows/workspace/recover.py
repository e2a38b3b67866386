"""What an interrupted run left: shown, taken back, or finished, as a person asks."""

from __future__ import annotations

from shunter.adapters.git import recovery
from shunter.adapters.system.process import refuse_inside_run
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.files import Writing
from shunter.model.findings import Report

_NOTHING = Report(data=[], notices=("no run was interrupted here",))


def show(context: Context) -> Report:
    """How far the run came, by repository: `before`, `after`, or `foreign` where a person has been there since."""
    parts = recovery.show(context.root)
    if not parts:
        return _NOTHING
    rows = [
        {"repository": p.repository, "root": p.root, "state": p.state, "foreign": list(p.foreign), "revert": p.revert}
        for p in parts
    ]
    return Report(data=rows, next_step="shunter recover --undo, or --finish")


def undo(context: Context) -> Report:
    """Put back what equals what the run wrote; the rest is named, and stays."""
    refuse_inside_run()
    return _told(recovery.take_back(context.root))


def finish(context: Context, writing: Writing) -> Report:
    """Commit what was written and not committed."""
    refuse_inside_run()
    return _told(recovery.carry_on(context.root, writing))


def _told(done: recovery.Recovered | None) -> Report:
    if done is None:
        return replace(_NOTHING, data=None)
    return Report(notices=(done.line, *done.notes), next_step="shunter status")
