"""What a person should know who packages into the registry's folder where CI publishes to a registry elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from shunter.core.charts.packed import PackedChart
from shunter.core.workspace.publishing import ci_registry
from shunter.flows.workspace.context import Context


def beside_ci(context: Context, packed: Sequence[PackedChart]) -> Iterator[str]:
    """A line for charts that CI cannot publish any more, since they are packaged here."""
    url, names = ci_registry(context.workspace), ", ".join(f"{chart.name} {chart.version}" for chart in packed)
    if url and names:
        yield (
            f"CI publishes to {url} when a tag is pushed; packaged here, and to be pushed (shunter push), not tagged: "
            f"{names}"
        )


def hint_beside_ci(context: Context, chart: PackedChart) -> str:
    """What to do about the archive of another chart under this version in the folder; empty where CI does not publish.

    A commit put it there, and may be reverted as long as nobody runs the chart.
    """
    url, file = ci_registry(context.workspace), f"{context.registries().directory}/{'-'.join(chart.key)}.tgz"
    if not url:
        return ""
    return (
        f"CI publishes to {url}, and `shunter package` has committed this archive: where no train has it, "
        f"git revert $(git log -1 --format=%h -- {shlex.quote(file)})\n"
        f"or raise `version`, commit, and tag that commit: shunter bump {chart.name}"
    )
