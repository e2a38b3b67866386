"""The train records of a workspace's environments."""

from __future__ import annotations

from shunter.adapters.system.regular import is_checkout
from shunter.core.trains.state import State
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of


def records(context: Context) -> dict[str, State | None]:
    """The record of every environment; None where its repository is not checked out."""
    found: dict[str, State | None] = {}
    for site in context.sites("environment", missing_ok=True):
        checked_out = is_checkout(site.root)
        found[site.name] = files_of(context, site).record if checked_out else None
    return found
