"""One environment under way: what helm is asked for, and by which helm."""

from __future__ import annotations

from helpers.clusters.environments import Deployed
from shunter.core.deployment.revision import VALUES_LABEL, values_key
from shunter.flows.deploying.run import Asked, opened, planned, upgrade_of
from shunter.flows.deploying.targets import targets_of
from shunter.flows.workspace.context import open_context


def test_conflicts_are_taken_on_the_servers_side_alone(tst: Deployed) -> None:
    context = open_context(tst.root)
    (target,) = targets_of(context, ("tst",))
    with opened(context, Asked(take=True, timeout="1m"), target) as runs:
        (run,) = runs.each
        assert run.chart.read_bytes() == target.release.archive.archive
        assert upgrade_of(run, server_side=True).force_conflicts
        asked = upgrade_of(run, server_side=False)
        assert (asked.force_conflicts, asked.timeout, asked.context) == (False, "1m", "here")
        assert (asked.skip_definitions, asked.skip_schemas, asked.skip_support) == (True, True, True)
        assert (asked.labels or {})[VALUES_LABEL] == values_key(target.release.values)
        plan, wanted = planned(run, ())
        assert (plan.environment, plan.revision, wanted.server_side, len(wanted.objects)) == ("tst", 0, True, 2)
    assert not run.chart.exists()
