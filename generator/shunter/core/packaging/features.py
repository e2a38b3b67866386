"""Which feature of the library has a key that an app's schema does not know, because the app did not ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from shunter.core.charts.load import Chart
from shunter.core.goyaml import plain
from shunter.core.packaging.contract import CONTRACT, contract_text
from shunter.core.packaging.publish import library_folders
from shunter.model.errors import ShunterError


def having(chart: Chart, root: Chart, key: str, beside: Sequence[str]) -> str | None:
    """The feature whose `key` stands among the keys `beside`, in the contract of the library of `chart`.

    That is below the chart, or in it, or in a chart of the umbrella `root`.
    """
    folders = library_folders(chart.definition.value or {})
    places = [(below, "schema/values.") for below in chart.subcharts]
    places += [(place, folder) for place in (chart, *root.subcharts) for folder in folders]
    for place, folder in places:
        for path in place.files:
            if path.startswith(folder) and CONTRACT.fullmatch(path):
                found = _having(_contract(contract_text(path, place.read(path) or b"")), key, frozenset(beside))
                if found is not None:
                    return found
    return None


def _having(contract: Mapping[str, Any], key: str, beside: frozenset[str]) -> str | None:
    for properties in _property_maps(contract):
        feature = properties[key].get("x-trait") if isinstance(properties.get(key), dict) else None
        same_place = (
            "archetype" in beside if "archetype" in properties else bool(beside) and beside <= properties.keys()
        )
        if same_place and feature in contract["x-features"]:
            return str(feature)
    return None


def _property_maps(contract: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The properties of the values and of every object in them."""
    yield {**contract["$defs"]["workload"]["properties"], **contract["properties"]}
    yield from _below(contract)


def _below(schema: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "archetype" not in schema["properties"]:
            yield schema["properties"]
        for below in schema.values():
            yield from _below(below)


@lru_cache(maxsize=8)
def _contract(data: bytes) -> Mapping[str, Any]:
    """The contract, or an empty one in place of what is none of ours."""
    try:
        found = plain.load(data, "contract").value or {}
    except ShunterError:
        found = {}
    defs = found.get("$defs")
    workload = defs.get("workload") if isinstance(defs, dict) else None
    whole = isinstance(found.get("properties"), dict) and isinstance(found.get("x-features"), list)
    if whole and isinstance(workload, dict) and isinstance(workload.get("properties"), dict):
        return found
    return {"properties": {}, "$defs": {"workload": {"properties": {}}}, "x-features": []}
