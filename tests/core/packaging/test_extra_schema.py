"""An app's own schema file: what it may say, and where each mistake in it stands."""

from __future__ import annotations

import json
import textwrap

import jsonschema_rs
import pytest

from helpers.charts.charts import LIBRARY, ROOT, schema_source
from shunter.core.packaging.app_schema import compile_app_schema
from shunter.core.packaging.extra_schema import read_extra
from shunter.model.errors import ShunterError

GOOD = """\
# What only this app has.
x-features: [rbac]
properties:
  currency: {description: Of every price., enum: [EUR, CHF]}
  warehouses:
    type: object
    additionalProperties: {$ref: "#/$defs/warehouse"}
required: [currency, replicaCount]
$defs:
  warehouse:
    type: object
    required: [port]
    properties:
      port: {$ref: "#/$defs/port"}
"""


def test_own_keys_become_part_of_the_apps_schema() -> None:
    extra = read_extra(GOOD.encode(), "extra.yaml", schema_source())
    schema = compile_app_schema(schema_source(), archetype="rest-api", library=LIBRARY, extra=extra)
    validator = jsonschema_rs.validator_for(json.loads(schema))
    good = {
        "global": {}, "archetype": "rest-api", "image": {"repository": "x"}, "currency": "EUR", "replicaCount": 2,
        "warehouses": {"east": {"port": 80}}, "rbac": {"rules": []},
    }  # fmt: skip
    assert validator.is_valid(good)
    for wrong in (
        {"currency": "USD"},
        {"currency": None},
        {"warehouses": {"east": {}}},
        {"warehouses": {"east": {"port": 70000}}},
        {"warehouses": {"east": {"port": 80, "prot": 1}}},
        {"currencies": "EUR"},
    ):
        assert not validator.is_valid({**good, **wrong}), wrong
    del good["replicaCount"]
    assert not validator.is_valid(good)


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "type: object\n", "$schema: http://json-schema.org/draft-07/schema#\n"]
)
def test_a_file_may_say_nothing(text: str) -> None:
    extra = read_extra(text.encode(), "extra.yaml", schema_source())
    plain = compile_app_schema(schema_source(), archetype="worker", library=LIBRARY)
    assert compile_app_schema(schema_source(), archetype="worker", library=LIBRARY, extra=extra) == plain


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("properties: [\n", (1, 13), "this is no YAML"),
        ("- properties\n", (1, 1), "must hold a map, not a list"),
        ("proprties: {}\n", (1, 12), "`proprties` is no part of an app's own schema"),
        ("additionalProperties: true\n", (1, 23), "`additionalProperties` is no part"),
        ("type: string\n", (1, 7), "`type` can only be `object`"),
        ("properties: 3\n", (1, 13), "`properties` must be a map"),
        ("$defs: []\n", (1, 8), "`$defs` must be a map"),
        ("required: currency\n", (1, 11), "`required` must be a list of names"),
        ("x-features: rbac\n", (1, 13), "`x-features` must be a list of names"),
        ("required:\n  - archetype\n  - currencyy\n", (3, 5), "`currencyy` is required, and no key"),
        ("$defs:\n  image: {type: string}\n", (2, 10), "`$defs.image` would redefine"),
        ("properties:\n  a:\n    $ref: '#/$defs/prot'\n", (3, 11), "there is no `#/$defs/prot`"),
        ("properties:\n  a:\n    items: [{$ref: other.json}]\n", (3, 20), "`$ref: other.json` leaves the schema"),
        ("properties:\n  a: {type: strng}\n", (2, 13), "the schema is not valid"),
        ("properties:\n  a: 7\n", (2, 6), "the schema is not valid"),
        ("properties:\n  a: {pattern: '(?=x)'}\n", (2, 16), "Helm cannot compile the pattern"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_stands(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(ShunterError) as caught:
        read_extra(text.encode(), "charts/orders/extra.yaml", schema_source())
    span = caught.value.span
    assert message in caught.value.message
    assert span is not None
    assert (span.path, span.line, span.column) == ("charts/orders/extra.yaml", *place)
    assert caught.value.hint


def test_near_names_are_suggested() -> None:
    for text, near in (
        ("proprties: {}\n", "properties"),
        ("properties: {a: {$ref: '#/$defs/prot'}}\n", "#/$defs/port"),
    ):
        with pytest.raises(ShunterError) as caught:
            read_extra(textwrap.dedent(text).encode(), "extra.yaml", schema_source())
        assert caught.value.hint == f"did you mean `{near}`?"


def test_the_reference_shows_one_that_works() -> None:
    page = (ROOT / "docs" / "reference" / "values.md").read_text("utf-8")
    example = page.partition("```yaml\nx-features")[2].partition("```")[0]
    extra = read_extra(f"x-features{example}".encode(), "extra.yaml", schema_source())
    schema = json.loads(compile_app_schema(schema_source(), archetype="rest-api", library=LIBRARY, extra=extra))
    assert {"currency", "pricePort", "rbac"} <= schema["properties"].keys()
