"""What a cluster has against what is wanted, by object and field: what a deployment would change, and whose it is."""

from __future__ import annotations

from shunter.core.deployment.plan import data_of, drift_text
from shunter.flows.deploying.run import Asked, opened, planned
from shunter.flows.deploying.targets import targets_of
from shunter.flows.workspace.context import Context
from shunter.model.findings import Report


def difference(context: Context, asked: Asked) -> Report:
    """The differences of environments and their clusters; the answer is no where there are any."""
    plans = []
    for target in targets_of(context, asked.names, asked.cluster):
        with opened(context, asked, target) as runs:
            plans += [*(planned(run, run.place.revisions())[0] for run in runs.each), *runs.surplus]
    return Report("".join(map(drift_text, plans)), data_of(plans), answer=all(plan.is_done for plan in plans))
