"""Scenarios: values that set every documented key, and a walk over values along the library's contract."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.charts.charts import LIBRARY, app_chart, schema_source, umbrella
from shunter.core.packaging.app_schema import compile_app_schema

FOLDER = Path(__file__).parents[2] / "charts" / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """One set of values for an app of one archetype that asks for some features."""

    name: str
    archetype: str
    features: tuple[str, ...]
    values: dict[str, Any]


def load() -> list[Scenario]:
    """All scenarios, by name."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append(Scenario(path.stem, data["archetype"], tuple(data["features"]), data["values"]))
    return found


@dataclass(frozen=True)
class Visit:
    """One key in values: where it stands, whose documented key it is, and what the contract says of it."""

    path: tuple[str | int, ...]
    owner: str
    key: str
    schema: dict[str, Any]
    value: Any


def visits(values: Any) -> Iterator[Visit]:
    """Every documented key that `values` set, free-form maps' own keys left out."""
    source = schema_source()
    root = {"properties": {**source["$defs"]["workload"]["properties"], **source["properties"]}}
    yield from _visits(values, root, "", (), root)


def _visits(value: Any, schema: dict[str, Any], owner: str, path: tuple[str | int, ...], root: Any) -> Iterator[Visit]:
    reference = schema.get("$ref")
    if reference == "#":
        schema, owner = root, ""
    elif reference:
        owner = reference.removeprefix("#/$defs/")
        schema = schema_source()["$defs"][owner]
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _visits(item, schema.get("items", {}), f"{owner}[]", (*path, number), root)
    if not isinstance(value, dict):
        return
    for key, child in value.items():
        known = schema.get("properties", {})
        if key in known:
            yield Visit((*path, key), owner, key, known[key], child)
            yield from _visits(child, known[key], f"{owner}.{key}", (*path, key), root)
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from _visits(child, schema["additionalProperties"], f"{owner}.*", (*path, key), root)


def documented() -> set[tuple[str, str]]:
    """Every key of the contract as (owner, key)."""
    source = schema_source()
    found: set[tuple[str, str]] = set()
    merged = {**source["$defs"]["workload"]["properties"], **source["properties"]}
    _collect({"properties": merged}, "", found)
    for name, definition in source["$defs"].items():
        if name != "workload":
            _collect(definition, name, found)
    return found


def _collect(schema: Any, owner: str, found: set[tuple[str, str]]) -> None:
    for key, child in schema.get("properties", {}).items():
        found.add((owner, key))
        _collect(child, f"{owner}.{key}", found)
    if isinstance(schema.get("additionalProperties"), dict):
        _collect(schema["additionalProperties"], f"{owner}.*", found)
    if isinstance(schema.get("items"), dict):
        _collect(schema["items"], f"{owner}[]", found)


def app(scenario: Scenario) -> dict[str, str]:
    """The app chart `orders` without a schema, whose own values name the archetype alone."""
    files = app_chart(scenario.archetype, "orders", schema=False)
    files["values.yaml"] = f"archetype: {scenario.archetype}\n"
    files["files/motd.txt"] = "hello\nworld\n"
    return files


def chart(scenario: Scenario) -> dict[str, str]:
    """An umbrella chart over that app, with its schema."""
    return umbrella({"orders": {**app(scenario), "values.schema.json": compiled(scenario).decode()}})


def compiled(scenario: Scenario) -> bytes:
    """The schema of the scenario's app."""
    extra = {"x-features": list(scenario.features)}
    return compile_app_schema(schema_source(), archetype=scenario.archetype, library=LIBRARY, extra=extra)


def changed(values: Any, path: tuple[str | int, ...], change: Callable[[Any], None]) -> Any:
    """A copy of `values` in which `change` was applied to what holds the last step of `path`."""
    copied = copy.deepcopy(values)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    change(holder)
    return copied
