"""The compiled app schema: small, closed, self-contained, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from helpers.charts.charts import ARCHETYPES, LIBRARY, schema_source
from helpers.charts.judged import judged
from shunter.core.packaging.app_schema import archetypes, compile_app_schema, editor_schema
from shunter.model.errors import ShunterError

MINIMAL = {"image": {"repository": "ghcr.io/acme/orders"}}


def compiled(archetype: str, **options: Any) -> bytes:
    return compile_app_schema(schema_source(), archetype=archetype, library=LIBRARY, **options)


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def test_the_library_and_the_app_templates_know_the_same_archetypes() -> None:
    assert set(archetypes(schema_source())) == set(ARCHETYPES)


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_it_is_deterministic_one_line_and_a_valid_schema(archetype: str) -> None:
    text = compiled(archetype)
    assert text == compiled(archetype)
    assert text.endswith(b"}\n")
    assert text.count(b"\n") == 1
    jsonschema.Draft6Validator.check_schema(json.loads(text))


def test_a_condition_of_ones_own_counts() -> None:
    condition = {"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"required": ["b"]}}
    keys = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    text = compiled("rest-api", extra={"properties": {"mine": {**keys, **condition}}})
    found = judged(json.loads(text), "archetype: rest-api\nimage: {repository: x}\nmine: {a: 1}\n")
    assert [finding.rule for finding in found] == ["missing-key"]


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_it_is_small_since_helm_compiles_it_at_every_render(archetype: str) -> None:
    longest = compile_app_schema(schema_source(), archetype=archetype, library="l" * 53)
    assert len(longest) <= 12_500


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_every_reference_stays_inside_and_no_annotation_is_left(archetype: str) -> None:
    schema = json.loads(compiled(archetype))
    names = [node["$id"] for node in nodes(schema) if isinstance(node.get("$id"), str)]
    references = {node["$ref"] for node in nodes(schema) if isinstance(node.get("$ref"), str)}
    assert references - {"#"} == set(names)
    assert len(names) == len(set(names))
    assert not [node for node in nodes(schema) if isinstance(node.get("$ref"), str) and len(node) > 1]
    assert not [key for node in nodes(schema) for key in node if key.startswith("x-") or key == "oneOf"]


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_every_object_with_properties_is_closed(archetype: str) -> None:
    for node in nodes(json.loads(compiled(archetype))):
        if isinstance(node.get("properties"), dict) and "type" in node and "additionalProperties" not in node:
            pytest.fail(f"open object: {sorted(node['properties'])}")


def test_what_helm_and_the_umbrella_inject_is_allowed() -> None:
    validator = jsonschema_rs.validator_for(json.loads(compiled("rest-api")))
    injected = {"global": {"imageRegistry": "mirror.example.com"}, LIBRARY: {"global": {}}, "enabled": True}
    assert validator.is_valid({"archetype": "rest-api", **MINIMAL, **injected})
    assert not validator.is_valid({"archetype": "rest-api", **MINIMAL, "enabled": "false"})


def test_optional_keys_may_be_null_and_required_ones_not() -> None:
    validator = jsonschema_rs.validator_for(json.loads(compiled("rest-api")))
    values = {
        "archetype": "rest-api",
        **MINIMAL,
        "livenessProbe": None,
        "replicaCount": None,
        "resources": {"limits": None},
        "ports": {"grpc": {"port": 9000}},
        "global": {},
    }
    assert validator.is_valid(values)
    assert not validator.is_valid({**values, "archetype": None})
    assert not validator.is_valid({**values, "ports": {"grpc": {"port": None}}})
    del values["image"]
    assert not validator.is_valid(values)


def test_an_archetype_has_only_its_own_keys() -> None:
    stateless = jsonschema_rs.validator_for(json.loads(compiled("rest-api")))
    stateful = jsonschema_rs.validator_for(json.loads(compiled("database")))
    claims = {"volumeClaims": {"data": {"mountPath": "/data"}}}
    assert not stateless.is_valid({"archetype": "rest-api", **MINIMAL, **claims})
    assert stateful.is_valid({"archetype": "database", **MINIMAL, **claims})


def test_an_app_adds_keys_of_its_own() -> None:
    extra = {
        "properties": {"limits": {"$ref": "#/$defs/limits"}, "currency": {"type": "string"}},
        "$defs": {"limits": {"type": "object", "properties": {"perDay": {"type": "integer"}}}},
        "required": ["currency"],
    }
    validator = jsonschema_rs.validator_for(json.loads(compiled("rest-api", extra=extra)))
    values = {"archetype": "rest-api", **MINIMAL, "currency": "EUR", "global": {}}
    assert validator.is_valid({**values, "limits": {"perDay": 5}})
    assert not validator.is_valid({**values, "limits": {"perday": 5}})
    assert not validator.is_valid({"archetype": "rest-api", **MINIMAL, "global": {}})


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"properties": {"image": {"type": "string"}}}, "redefines `image`"),
        ({"properties": {"mine": {"$ref": "other.json#/a"}}}, "leaves the schema"),
        ({"properties": {"mine": {"unevaluatedProperties": False}}}, "younger than draft-07"),
    ],
)
def test_an_extension_that_helm_would_misread_is_refused(extra: dict[str, Any], message: str) -> None:
    with pytest.raises(ShunterError, match=message):
        compiled("rest-api", extra=extra)


def test_messages_of_its_author_stay() -> None:
    rate = {"type": "integer", "minimum": 2, "x-message": {"minimum": "a rate of one is none"}}
    extra = {
        "properties": {"rate": {"$ref": "#/$defs/rate"}, "limit": {"$ref": "#/$defs/rate"}},
        "$defs": {"rate": rate},
    }
    schema = json.loads(compiled("rest-api", extra=extra))
    found = judged(schema, "archetype: rest-api\nimage: {repository: x}\nrate: 1\nlimit: 1\n")
    assert [finding.message for finding in found] == ["a rate of one is none"] * 2


def test_an_app_asks_for_features_that_few_need() -> None:
    values = {"archetype": "rest-api", **MINIMAL, "rbac": {"rules": []}}
    assert not jsonschema_rs.validator_for(json.loads(compiled("rest-api"))).is_valid(values)
    asked = compiled("rest-api", extra={"x-features": ["rbac"]})
    assert jsonschema_rs.validator_for(json.loads(asked)).is_valid(values)
    with pytest.raises(ShunterError, match="no feature `rbacs`"):
        compiled("rest-api", extra={"x-features": ["rbacs"]})


def test_every_feature_adds_keys_that_are_unknown_without_it() -> None:
    def names(*features: str) -> list[str]:
        schema = json.loads(compiled("cron", extra={"x-features": features}))
        return [key for node in nodes(schema) if isinstance(node.get("properties"), dict) for key in node["properties"]]

    without = len(names())
    for feature in schema_source()["x-features"]:
        assert len(names(feature)) > without, feature


def test_a_rare_field_of_a_definition_is_a_features_too() -> None:
    values = {"archetype": "rest-api", **MINIMAL, "global": {}}
    plain, asked = (
        jsonschema_rs.validator_for(json.loads(compiled("rest-api", extra={"x-features": features})))
        for features in ([], ["rare-fields"])
    )
    for rare in (
        {"podSecurityContext": {"supplementalGroups": [1]}},
        {"sidecars": {"proxy": {"livenessProbe": {"httpGet": {"httpHeaders": [{"name": "a", "value": "b"}]}}}}},
        {"jobs": {"migrate": {"podAnnotations": {"a": "b"}}}},
    ):
        assert not plain.is_valid({**values, **rare})
        assert asked.is_valid({**values, **rare})


@pytest.mark.parametrize(
    ("archetype", "main", "further"),
    [
        ("rest-api", ["Deployment", "DaemonSet"], ["Deployment", "DaemonSet"]),
        ("database", ["StatefulSet"], ["Deployment", "StatefulSet"]),
        ("cron", ["CronJob", "Job"], ["CronJob", "Deployment", "Job"]),
    ],
)
def test_further_workloads_may_be_deployments(archetype: str, main: list[str], further: list[str]) -> None:
    validator = jsonschema_rs.validator_for(json.loads(compiled(archetype)))
    kinds = ["CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"]
    values = {"archetype": archetype, **MINIMAL, "global": {}}
    assert sorted(main) == [kind for kind in kinds if validator.is_valid({**values, "kind": kind})]
    found = [kind for kind in kinds if validator.is_valid({**values, "controllers": {"x": {"kind": kind}}})]
    assert sorted(further) == found


def test_names_are_dns_labels_and_an_empty_override_is_none() -> None:
    validator = jsonschema_rs.validator_for(json.loads(compiled("rest-api")))
    values = {"archetype": "rest-api", **MINIMAL, "global": {}}
    assert validator.is_valid({**values, "nameOverride": "", "fullnameOverride": ""})
    for wrong in ("Shop", "-shop", "shop-", "a" * 64):
        assert not validator.is_valid({**values, "fullnameOverride": wrong}), wrong
    for name in ("", "Migrate", "a" * 64, "main"):  # the main workload's pods are not to be anybody else's
        assert not validator.is_valid({**values, "jobs": {name: {"command": ["x"]}}}), name
        assert not validator.is_valid({**values, "controllers": {name: {"command": ["x"]}}}), name


def test_an_unknown_archetype_names_the_known_ones() -> None:
    with pytest.raises(ShunterError, match="no archetype `restapi`") as caught:
        compiled("restapi")
    assert "rest-api" in caught.value.hint


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_the_editor_schema_agrees_and_explains(archetype: str) -> None:
    data = editor_schema(
        schema_source(), archetype=archetype, library=LIBRARY, defaults={"image": {"pullPolicy": "Always"}}
    )
    schema = json.loads(data)
    undescribed = [key for key, value in schema["properties"].items() if not value.get("description")]
    assert undescribed == []
    assert schema["properties"]["image"]["default"] == {"pullPolicy": "Always"}
    assert schema["properties"].keys() == json.loads(compiled(archetype))["properties"].keys()
