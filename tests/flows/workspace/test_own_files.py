"""The published schemas, as commands judge files by them."""

from __future__ import annotations

import json

import pytest

from helpers.workspaces.own_files import schema
from shunter.flows.workspace.own_files import record_from, schema_of, train_from
from shunter.model.errors import ShunterError

PIN = "{name: a, version: 1.0.0}"


@pytest.mark.parametrize("name", ["workspace", "train", "record", "answers"])
def test_schemas_are_those_that_are_published(name: str) -> None:
    assert schema_of(name) == schema(name)
    described = json.loads(schema_of(name))
    assert all(
        "description" in described["$defs"].get(_name(node), {}) | node for node in described["properties"].values()
    )


def _name(node: dict[str, str]) -> str:
    return node.get("$ref", "").rpartition("/")[2]


def test_a_train_and_a_record_have_schemas_of_their_own() -> None:
    text = f"version: 1.0.0\nlibrary: {PIN}\ncars: {{a: {PIN}}}\n"
    assert train_from(text.encode(), "trains/1.0.0.yaml").cars["a"].version == "1.0.0"
    with pytest.raises(ShunterError, match="`version` is not a key of a train record") as caught:
        record_from(text.encode(), "r.yaml")
    assert len(caught.value.findings) == 1
    assert record_from(text.replace("version: 1.0.0\n", "train: 1.0.0\n", 1).encode(), "r.yaml").train == "1.0.0"
    with pytest.raises(ShunterError) as caught:
        train_from(text.replace("version: 1.0.0\n", "train: 1.0.0\n", 1).encode(), "trains/1.0.0.yaml")
    assert [finding.rule for finding in caught.value.findings] == ["missing-key", "unknown-key"]
