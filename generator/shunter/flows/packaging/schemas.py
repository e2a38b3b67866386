"""Schemas for people and editors: of shunter's own files, of a service's values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.system.paths import data_text
from shunter.flows.packaging.derive import Changes
from shunter.flows.packaging.lock import SOURCES, Deriving, lockable
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.plans import carry_out, inputs_of, plan_changes
from shunter.model.errors import ShunterError
from shunter.model.files import Input
from shunter.model.findings import Report, Status

SCHEMA = "values.schema.json"
_UPDATES = ("migrations", "cases", "update-plan", "update-report")
PUBLISHED = ("workspace", "train", "record", "history", "answers", *_UPDATES, "findings")


def published(name: str) -> str:
    """The schema of one of shunter's own kinds of file; empty if none is called so."""
    return data_text(f"schemas/{name}.schema.json") if name in PUBLISHED else ""


def show(context: Context, name: str) -> str:
    """The schema of a service's values."""
    state = context.site("app", name).tree().get(SCHEMA)
    if state is None:
        raise ShunterError(f"charts/{name} has no {SCHEMA}", hint=f"shunter schema build {name}")
    return state.data.decode("utf-8")


def build(context: Context, names: Sequence[str], *, check: bool) -> Report:
    """Compile the values schema of app charts (all, or those named); with `check` only say what is stale."""
    deriving = Deriving(context, open_archives(context))
    by_root: dict[Path, Changes] = {}
    inputs: dict[Path, list[Input]] = {}
    for site in lockable(context, names):
        if site.kind == "app":
            inputs.setdefault(site.root, []).extend(inputs_of(site.tree(), site.folder, SOURCES))
            derived = deriving.site(site)
            if SCHEMA in derived:
                by_root.setdefault(site.root, {})[f"{site.folder}/{SCHEMA}"] = derived[SCHEMA]
    plans = [
        plan_changes(root, changes, "Compile values schemas", inputs=inputs[root])
        for root, changes in sorted(by_root.items())
    ]
    report = carry_out(plans, context, dry_run=False, diff=False, check=check)
    stale = check and any(outcome.status is Status.PLANNED for outcome in report.outcomes)
    notices = report.notices if plans else ("no app chart here",)
    step = "shunter schema build" if stale else ""
    return Report(outcomes=report.outcomes, notices=notices, answer=not stale, next_step=step)
