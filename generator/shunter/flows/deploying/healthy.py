"""The last entry of an environment's history that got well in its cluster, before the one that is wanted now."""

from __future__ import annotations

from shunter.core.deployment.revision import ENTRY_LABEL
from shunter.flows.deploying.place import place_of
from shunter.flows.deploying.targets import targets_of
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError


def last_healthy(context: Context, environment: str, cluster: str = "") -> str:
    """The entry that the newest revision is of which Helm saw ready, and which is not what the environment pins now.

    Raises ShunterError where the cluster remembers none.
    """
    (target,) = targets_of(context, [environment] if environment else [], cluster)
    record = target.release.files.record
    place = place_of(target)
    for revision in reversed(place.revisions()):
        entry = revision.labels.get(ENTRY_LABEL, "")
        if entry and revision.got_ready and not (record and entry == record.entry):
            return entry
    raise ShunterError(
        f"{place.label} has no revision of another entry of {target.name} that was healthy",
        hint=f"shunter history {target.name} lists all: shunter rollback {target.name} --to ENTRY",
        exit_code=1,
    )
