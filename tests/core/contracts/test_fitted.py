"""A schema keeps to its chart: keywords that refuse the chart's own values, or that Helm cannot use, go."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.contracts.fitted import fitted

D7 = "http://json-schema.org/draft-07/schema#"


def test_a_schema_that_fits_stays() -> None:
    schema = {"$schema": D7, "properties": {"a": {"type": "integer"}}}
    assert fitted(schema, [{"a": 1}, {}]) == (schema, ())


CASES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"type": "string", "format": "ipv4"}, {"type": "string"}, "`a`: `format` refuses values of the chart itself"),
    ({"pattern": "(?=x)"}, {}, "`a`: Helm cannot compile the pattern"),
    ({"minimum": "few"}, {}, "`a`: the schema is not valid"),
    ({"$ref": "#/definitions/none"}, {}, "`a`: `#/definitions/none` leads nowhere"),
    ({"$ref": "other.json"}, {}, "`a`: Helm does not find `other.json`"),
    ({"allOf": [{"$ref": "https://example.com/x"}]}, {"allOf": [{}]}, "Helm fetches `https://example.com/x`"),
    ({"anyOf": [{"type": "null"}]}, {}, "`a`: `anyOf` refuses values of the chart itself"),
]


@pytest.mark.parametrize(("schema", "left", "note"), CASES)
def test_what_does_not_fit_goes_and_is_told(schema: dict[str, Any], left: dict[str, Any], note: str) -> None:
    found, notes = fitted({"$schema": D7, "properties": {"a": schema}}, [{"a": ""}])
    assert found["properties"]["a"] == left
    assert len(notes) == 1
    assert note in notes[0]
