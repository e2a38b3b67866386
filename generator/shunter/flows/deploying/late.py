"""A run that comes late: the cluster has a later change of the environment than the checkout that is to be deployed."""

from __future__ import annotations

from collections.abc import Sequence

from shunter.core.deployment.revision import ENTRY_LABEL, Revision
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
