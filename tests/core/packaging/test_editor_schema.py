"""The schema for editors: Helm's, with descriptions and defaults, wherever the archive shows what it was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from helpers.charts import scenarios
from helpers.charts.charts import ARCHETYPES, LIBRARY, app_chart, schema_source
from helpers.charts.tiny_charts import loose
from shunter.core.packaging import publish
from shunter.core.packaging.app_schema import compile_app_schema
from shunter.core.packaging.editor_schema import EXTRA, values_schema
from shunter.core.schema import bundle
from shunter.model.files import FileState

OWN = b"x-features: [rbac]\nproperties:\n  currency: {description: Of every price., enum: [EUR, CHF]}\n"


def states(archetype: str, own: bytes | None = None) -> dict[str, FileState]:
    files = {path: FileState(text.encode()) for path, text in app_chart(archetype).items()}
    if own is not None:
        extra = {"x-features": ["rbac"], "properties": {"currency": {"enum": ["EUR", "CHF"]}}}
        schema = compile_app_schema(schema_source(), archetype=archetype, library=LIBRARY, extra=extra)
        files |= {EXTRA: FileState(own), "values.schema.json": FileState(schema)}
    return files


def schema(files: Mapping[str, FileState]) -> dict[str, Any]:
    data = values_schema(loose(files))
    assert data is not None
    found: dict[str, Any] = json.loads(data)
    return found


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_it_says_what_keys_mean_and_what_they_are_unless_set(archetype: str) -> None:
    found = schema(states(archetype))
    jsonschema.Draft202012Validator.check_schema(found)
    assert [key for key, below in found["properties"].items() if not below.get("description")] == []
    assert found["properties"]["terminationGracePeriodSeconds"]["default"] in (30, 60, 120)
    assert found["properties"]["image"]["default"] == {"pullPolicy": "IfNotPresent"}
    assert found["$defs"]["image"]["properties"]["tag"]["description"]


@pytest.mark.slow  # random values, which Helm judges one by one
@pytest.mark.parametrize("scenario", scenarios.load(), ids=lambda scenario: scenario.name)
def test_it_agrees_with_helms(scenario: scenarios.Scenario) -> None:
    own = f"x-features: {json.dumps(scenario.features)}\n".encode()
    files = {**states(scenario.archetype), EXTRA: FileState(own)}
    files["values.schema.json"] = FileState(scenarios.compiled(scenario))
    shared, definitions = bundle.bundle({"orders": json.dumps(schema(files)).encode()})
    editors = jsonschema_rs.validator_for({**shared["orders"], "$defs": definitions})
    helms = jsonschema_rs.validator_for(json.loads(scenarios.compiled(scenario)))
    values = {"archetype": scenario.archetype, **scenario.values}
    assert editors.is_valid(values)
    assert helms.is_valid(values)
    for visit in scenarios.visits(scenario.values):
        for change in ({visit.key + "X": 1}, {visit.key: {"wrong": [1]}}, {visit.key: None}):
            wrong = scenarios.changed(values, visit.path, lambda holder, more=change: holder.update(more))
            assert editors.is_valid(wrong) == helms.is_valid(wrong), (visit.path, change)


def test_the_apps_own_keys_are_described_too() -> None:
    properties = schema(states("rest-api", OWN))["properties"]
    assert properties["currency"]["description"] == "Of every price."
    assert properties["rbac"]["description"]


def test_a_published_archive_has_what_it_is_made_of() -> None:
    alone = publish.published(loose(states("worker")), LIBRARY).files
    assert schema(alone) == schema(states("worker"))
    without = {path: state for path, state in alone.items() if not path.startswith("schema/")}
    assert "description" not in json.dumps(schema(without))


def test_what_was_compiled_otherwise_stays_as_it_is() -> None:
    helms = json.loads(app_chart("worker")["values.schema.json"])
    edited = {**helms, "properties": {**helms["properties"], "more": {}}}
    files = {**states("worker"), "values.schema.json": FileState(json.dumps(edited).encode())}
    assert schema(files) == edited
    without_own = {path: state for path, state in states("worker", OWN).items() if path != EXTRA}
    assert values_schema(loose(without_own)) == without_own["values.schema.json"].data


@pytest.mark.parametrize("text", [b"", b"true", b"[]", b"{}", b'{"properties": {"archetype": {}}}', b"no json"])
def test_a_foreign_charts_schema_is_left_alone(text: bytes) -> None:
    chart = {
        "Chart.yaml": FileState(b"apiVersion: v2\nname: x\nversion: 1.0.0\n"),
        "values.schema.json": FileState(text),
    }
    assert values_schema(loose(chart)) == text
    assert values_schema(loose({"Chart.yaml": FileState(b"")})) is None
