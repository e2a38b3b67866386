"""Why a run must not begin: the cluster has a later change of the environment, or the release is of something else."""

from __future__ import annotations

from collections.abc import Sequence

from shunter.core.deployment.revision import ENTRY_LABEL, PART_LABEL, Revision
from shunter.flows.deploying.place import Place
from shunter.flows.deploying.planning import current


def later(place: Place, revisions: Sequence[Revision]) -> str:
    """Why a run comes late, in words; empty where it does not.

    A history only grows, so an entry that is deployed and that the checkout's history lacks came after it, or from
    elsewhere. A job for an older commit, approved after a newer one was deployed, would turn that back without a word.
    """
    entry = current(revisions).labels.get(ENTRY_LABEL, "") if revisions else ""
    if not entry or entry in place.target.release.files.entries:
        return ""
    return f"{place.target.title} runs {entry} of its history, which this checkout does not have (git pull, or --older)"


def stranger(place: Place, revisions: Sequence[Revision]) -> str:
    """Whose the release is that has this name, in words; empty where it is the environment's, or none is there.

    `shop-a` with an app `b` and `shop` with an app `a-b` come to one name, as do previews: an upgrade would take all
    away that the other one runs.
    """
    whole = place.target.release.name if place.target.part else ""
    found = current(revisions).labels.get(PART_LABEL, "") if revisions else whole
    if found == whole:
        return ""
    whose = f"is an app of {found}" if found else f"is no app of {whole}"
    return f"{place.label} is there already, and {whose}: another name for one of them, or --release NAME"
