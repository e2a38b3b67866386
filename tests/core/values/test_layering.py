"""Values over values, as Helm lays them; traced trees say the same as plain ones."""

from __future__ import annotations

import copy as standard
import json
from random import Random
from typing import Any

import pytest

from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, archive, values_of
from shunter.core.goyaml.document import merge_maps, of_mapping
from shunter.core.values.layering import (
    Leaf,
    MismatchError,
    Node,
    Table,
    coalesce_values,
    copy,
    is_null,
    layered,
    merge_tables,
    table_at,
    traced,
    untraced,
)


def tree(random: Random, depth: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key in random.sample("abc", random.randint(0, 3)):
        deep = depth < 2 and random.random() < 0.5
        made[key] = tree(random, depth + 1) if deep else random.choice((1, None, "x", [1], []))
    return made


def test_files_are_laid_on_each_other_map_by_map_traced_or_not() -> None:
    random = Random(111)
    for _ in range(300):
        base, over = tree(random), tree(random)
        wanted = merge_maps(base, over)
        assert layered(base, over) == wanted, f"seed 111: {base} {over}"
        found = layered(traced(of_mapping(base, "base")), traced(of_mapping(over, "over")))
        assert untraced(found) == wanted, f"seed 111: {base} {over}"


def test_defaults_complete_values_as_in_helm() -> None:
    random = Random(112)
    nulls: tuple[dict[str, Any], dict[str, Any]] = (
        {"t": {"m": None, "k": 1}},
        {"t": {"m": None, "n": None}, "u": None},
    )
    for defaults, values in (nulls, *((tree(random), tree(random)) for _ in range(40))):
        files: dict[str, bytes | str] = {
            "Chart.yaml": METADATA,
            "values.yaml": json.dumps(defaults),
            "templates/show.yaml": SHOW_VALUES,
        }
        theirs = values_of(archive(files), standard.deepcopy(values))
        assert coalesce_values(Node("c", defaults, None, "4"), values) == theirs, f"seed 112: {defaults} {values}"
        node = Node("c", traced(of_mapping(defaults, "d")), None, "4")
        assert untraced(coalesce_values(node, traced(of_mapping(values, "v")))) == theirs, (
            f"seed 112: {defaults} {values}"
        )


def test_values_and_defaults_are_left_as_they_are() -> None:
    defaults, values = {"a": {"b": 1, "n": None}}, {"a": {"c": 2}}
    before = standard.deepcopy((defaults, values))
    assert coalesce_values(Node("c", defaults, None, "4"), values) == {"a": {"b": 1, "c": 2}}
    assert (defaults, values) == before


def test_helm_3_keeps_a_null_of_the_charts_own() -> None:
    made = {helm: coalesce_values(Node("c", {"a": None, "m": {"b": None}}, None, helm), {}) for helm in ("3", "4")}
    assert made == {"3": {"a": None, "m": {"b": None}}, "4": {"m": {}}}


def test_a_parents_value_that_is_no_map_stops_it() -> None:
    node = Node("top", {}, None, "4")
    node.subcharts = [Node("svc", {}, None, "4")]
    with pytest.raises(MismatchError) as caught:
        coalesce_values(node, {"svc": 5})
    assert (caught.value.name, caught.value.value) == ("svc", 5)


def test_globals_are_passed_down_and_a_map_of_the_parents_wins() -> None:
    node = Node("top", {}, None, "4")
    node.subcharts = [Node("svc", {"global": {"own": 1}}, None, "4")]
    values = {"global": {"a": 1, "m": {"x": 1}}, "svc": {"global": {"a": 2, "m": {"x": 2, "y": 2}}}}
    assert coalesce_values(node, values)["svc"]["global"] == {"a": 1, "m": {"x": 1, "y": 2}, "own": 1}
    odd = {"global": 1, "svc": {"global": {"a": 2}}}
    assert coalesce_values(node, odd)["svc"]["global"] == {"a": 2, "own": 1}


@pytest.mark.parametrize(
    ("keep", "merged"), [(False, {"b": 2, "m": {"y": 1}}), (True, {"a": None, "b": 2, "m": {"x": None, "y": 1}})]
)
def test_a_null_takes_a_default_away_or_stays(keep: bool, merged: dict[str, Any]) -> None:
    target = {"a": None, "m": {"x": None}}
    assert merge_tables(target, {"a": 1, "b": 2, "m": {"x": 5, "y": 1}}, keep_nulls=keep) is target
    assert target == merged


def test_a_copy_is_free_of_its_original_and_keeps_origins() -> None:
    document = of_mapping({"a": {"b": [1]}}, "v")
    original = traced(document)
    duplicate = copy(original)
    duplicate["a"]["c"] = 1
    assert "c" not in original["a"]
    assert isinstance(duplicate["a"], Table)
    assert duplicate["a"].origin == (document, ("a",))
    assert copy({"a": {"b": 1}})["a"].__class__ is dict


def test_a_table_is_found_by_its_keys() -> None:
    values = {"a": {"b": {"c": 1}}, "x": 1}
    assert table_at(values, ["a", "b"]) == {"c": 1}
    assert [table_at(values, path) for path in (["x"], ["a", "no"], ["a", "b", "c"])] == [None] * 3
    assert table_at(values, []) is values


def test_a_null_is_one_traced_or_not() -> None:
    origin = (of_mapping({}, "v"), ())
    assert [is_null(value) for value in (None, Leaf(None, origin), Leaf(0, origin), 0, {})] == [
        True,
        True,
        False,
        False,
        False,
    ]
