"""Taking back an upgrade that failed: to the revision before it, or away; and what that does not reach."""

from __future__ import annotations

from collections.abc import Sequence

from shunter.adapters.helm.deployer import HelmBinary
from shunter.core.deployment.plan import Plan
from shunter.core.deployment.revision import Revision
from shunter.flows.deploying.place import Place, described


def undo(
    place: Place, helm: HelmBinary, revisions: Sequence[Revision], plan: Plan, *, timeout: str, take: bool
) -> tuple[str, list[str]]:
    """Roll back to the last revision of `revisions` that was deployed, or uninstall; how that ended, and what stays."""
    good = next((each for each in reversed(revisions) if each.status in ("deployed", "superseded")), None)
    where = (place.release, place.namespace, place.server.access.context)
    if good is None:
        done = helm.uninstall(*where, timeout=timeout)
        ending = "it was uninstalled, as there is none before it"
    else:
        force = take and good.server_side
        done = helm.rollback(*where, good.number, timeout=timeout, force_conflicts=force)
        ending = f"rolled back to revision {good.number}"
    if done.error:
        ending = f"and it could not be taken back: {done.error}"
    elif good is not None:
        ending += f", which is now revision {place.revisions()[-1].number}"
    return ending, list(_left(place, plan, done.error))


def _left(place: Place, plan: Plan, error: str) -> Sequence[str]:
    ran = f": {', '.join(plan.hooks)}" if plan.hooks else ""
    lines = [f"not taken back: what hooks did{ran}"] if plan.hooks else []
    if any(each.kind in ("PersistentVolumeClaim", "StatefulSet") for each in plan.objects):
        lines.append("not taken back: data in volumes, and claims that a StatefulSet has made")
    if error and (now := place.revisions()):
        lines.append(f"{place.label}: {described(now[-1])}")
    return lines
