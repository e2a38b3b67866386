"""Which projects the commits since another one touch."""

from __future__ import annotations

from collections.abc import Iterable

from shunter.adapters.git.past import changed_since
from shunter.core.charts.pins import Dependency
from shunter.core.delivery.touched import CHART, touched
from shunter.core.workspace.layout import charts_url
from shunter.flows.delivery.checkouts import Checkout, checkouts
from shunter.flows.workspace.context import Context
from shunter.model.findings import Report


def changed(context: Context, since: str) -> Report:
    """The services, charts and environments that commits after `since` touch; `data` has the names of each kind.

    Raises ShunterError where a repository does not have that commit.
    """
    found = checkouts(context)
    ranges = [(checkout.places, tuple(changed_since(checkout.repository, since))) for checkout in found]
    workspace = context.workspace
    library = charts_url(workspace, workspace.registries.url, workspace.library) if workspace else ""
    result = touched(ranges, _depends(found, library))
    data = {
        "services": list(result.services),
        "charts": list(result.charts),
        "environments": list(result.environments),
    }
    return Report(data=data, notices=() if any(data.values()) else (f"nothing is touched since {since}",))


def _depends(found: Iterable[Checkout], registry: str) -> dict[str, set[str]]:
    """By chart, the charts of these checkouts that it depends on, as the last commits have them."""
    charts = [
        (place.name, checkout.chart(place))
        for checkout in found
        for place in checkout.all(CHART)
        if checkout.has(place)
    ]
    names = {chart.name: name for name, chart in charts}
    return {
        name: {names[needed.name] for needed in chart.dependencies if needed.name in names and _ours(needed, registry)}
        for name, chart in charts
    }


def _ours(needed: Dependency, registry: str) -> bool:
    """Whether a dependency is a chart of this workspace, and not one of the same name that others publish."""
    return not needed.repository or needed.repository.startswith("file://") or needed.repository == registry
