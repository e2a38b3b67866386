"""The published schemas, as commands judge files by them."""

from __future__ import annotations

import json

import pytest

from helpers.workspaces.own_files import schema
from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Changes, Entry, Why, render_entry
from shunter.core.trains.file import render_yank
from shunter.core.trains.model import Yank
from shunter.core.trains.state import Car, State, render_state
from shunter.flows.workspace.own_files import (
    entry_from,
    record_from,
    record_of_any_format,
    schema_of,
    train_from,
    yank_from,
)
from shunter.model.data import replace
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
    text = f"version: 1.0.0\ncars: {{a: {PIN}}}\n"
    assert train_from(text.encode(), "trains/1.0.0.yaml").cars["a"].version == "1.0.0"
    with pytest.raises(ShunterError) as caught:
        train_from(text.replace("version: 1.0.0\n", "train: 1.0.0\n", 1).encode(), "trains/1.0.0.yaml")
    assert [finding.rule for finding in caught.value.findings] == ["missing-key", "unknown-key"]
    state = State({"a": Car(Pin("a", "1.0.0"))})
    data = render_state(state)
    assert record_from(data, "r.yaml") == replace(state, written=state.hash)
    assert record_of_any_format(data, "r.yaml") == (record_from(data, "r.yaml"), ())
    with pytest.raises(ShunterError, match="`version` is not a key of a train record"):
        record_from(data + b"version: 1.0.0\n", "r.yaml")


def test_a_record_of_the_first_format_is_carried_over_and_else_refused() -> None:
    data = f"train: 1.0.0\nlibrary: {PIN}\ncars: {{a: {PIN}}}\nhistory: []\n".encode()
    with pytest.raises(ShunterError, match=r"r\.yaml is a record of the first format") as caught:
        record_from(data, "r.yaml")
    assert caught.value.hint == "shunter lock carries it over"
    state, (entry,) = record_of_any_format(data, "r.yaml")
    assert (state.train, state.entry) == ("1.0.0", entry.name)
    assert entry_from(render_entry(entry), "e.yaml") == entry
    with pytest.raises(ShunterError, match="`trian` is not a key"):
        record_of_any_format(data.replace(b"train:", b"trian:"), "r.yaml")


def test_a_yank_is_read() -> None:
    yank = Yank("1.0.0", "INC-77")
    assert yank_from(render_yank(yank), "trains/yanked/1.0.0.yaml") == yank


def test_an_entry_of_the_same_file_is_made_once_and_of_other_bytes_anew() -> None:
    why = Why("promote", "2026-11-28T17:16:00Z")
    was, now = (
        render_entry(Entry(why, (), (Changes({"a": ("", text)}),), State().hash)) for text in ("a 1.0.0", "a 1.1.0")
    )
    assert entry_from(was, "x.yaml") is entry_from(bytes(bytearray(was)), "x.yaml")
    assert entry_from(now, "x.yaml").changed != entry_from(was, "x.yaml").changed
    for _ in range(2):
        with pytest.raises(ShunterError):
            entry_from(b"verb: [", "x.yaml")
