"""What an OCI registry has of the charts that are to be packaged: versions that another machine has published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from shunter.adapters.system.threads import at_once
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI
from shunter.flows.workspace.archives import charts_at
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

if TYPE_CHECKING:
    from shunter.adapters.oci.charts import OciCharts


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Published charts by name and version; `notices` say what could not be asked."""

    charts: Mapping[tuple[str, str], PackedChart] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def published_elsewhere(context: Context, keys: Iterable[tuple[str, str]]) -> Elsewhere:
    """What the registry that charts are pushed to has of these names and versions, as far as it answers.

    Nobody has to reach it to package a chart: `push` asks again.
    """
    registries = context.registries()
    url = registries.push or registries.source
    if not url.startswith(OCI) or not (wanted := sorted(set(keys))):
        return Elsewhere()
    registry = charts_at(url, context.workspace)
    try:
        registry.require_reachable(name for name, _ in wanted)
    except ShunterError as error:
        return Elsewhere(notices=(_unasked(error),))
    found = at_once(lambda key: _held(registry, key), wanted)
    charts = {key: each for key, each in zip(wanted, found, strict=True) if isinstance(each, PackedChart)}
    failed = [each for each in found if isinstance(each, ShunterError)]
    return Elsewhere(charts, tuple(dict.fromkeys(map(_unasked, failed))))


def _held(registry: OciCharts, key: tuple[str, str]) -> PackedChart | None:
    digests = registry.digests(*key)
    return registry.fetch(*key, digests) if digests else None


def _unasked(error: ShunterError) -> str:
    return f"{error.message}: whether a version is published already is asked by `shunter push`"
