"""What an OCI registry has of the charts that are to be packaged: versions that another machine has published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from shunter.adapters.system.threads import at_once
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI
from shunter.core.charts.versions import release_before
from shunter.flows.workspace.archives import charts_at
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

if TYPE_CHECKING:
    from shunter.adapters.oci.charts import OciCharts


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Published charts by name and version, and `before` those that are not published the release before them.

    `notices` say what could not be asked.
    """

    charts: Mapping[tuple[str, str], PackedChart] = field(default_factory=dict)
    before: Mapping[tuple[str, str], PackedChart] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def published_elsewhere(context: Context, keys: Iterable[tuple[str, str]], *, before: bool = False) -> Elsewhere:
    """What the registry that charts are pushed to has of these names and versions, as far as it answers.

    Of those that it does not have, it is asked for the release `before`, if that is wanted.

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
    found = at_once(lambda key: _held(registry, key, before=before), wanted)
    charts: dict[tuple[str, str], PackedChart] = {}
    earlier: dict[tuple[str, str], PackedChart] = {}
    failed = []
    for key, each in zip(wanted, found, strict=True):
        if isinstance(each, ShunterError):
            failed.append(_unasked(each))
        elif each is not None:
            (charts if each.version == key[1] else earlier)[key] = each
    return Elsewhere(charts, earlier, tuple(dict.fromkeys(failed)))


def _held(registry: OciCharts, key: tuple[str, str], *, before: bool) -> PackedChart | None:
    """The chart, or else, where that is wanted, the release before it."""
    name, version = key
    digests = registry.digests(name, version)
    if digests is None and before and (version := release_before(registry.versions(name), version)):
        digests = registry.digests(name, version)
    return registry.fetch(name, version, digests) if digests else None


def _unasked(error: ShunterError) -> str:
    return f"{error.message}: whether a version is published already is asked by `shunter push`"
