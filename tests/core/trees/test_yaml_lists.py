"""Three versions of a list, put side by side."""

from __future__ import annotations

from shunter.core.trees.yaml_lists import Entries, named, stretches
from shunter.core.trees.yaml_read import documents


def items(text: str) -> Entries:
    (document,) = documents(text)
    assert document.root is not None
    return document.root.entries


def test_items_have_names() -> None:
    lists = [items(text) for text in ("- name: a\n", "- name: b\n- name: a\n", "- name: a\n  x: 1\n- name: 'c'\n")]
    found = named(*lists)
    assert found is not None
    assert [[*side] for side in found] == [["a"], ["b", "a"], ["a", "c"]]


def test_an_id_goes_before_a_name() -> None:
    lists = [items("- id: x\n  name: same\n- id: y\n  name: same\n")] * 3
    found = named(*lists)
    assert found is not None
    assert [*found[0]] == ["x", "y"]


def test_lists_without_names_for_all_have_none() -> None:
    plain = items("- name: a\n- name: b\n")
    for text in ("- name: a\n- x: 1\n", "- name: a\n- name: a\n", "- a\n", "- name: b\n- name: a\n", "- name: [a]\n"):
        assert named(plain, plain, items(text)) is None
    assert named([], [], []) is None


def shape(*sides: str) -> list[str]:
    """What stands in base, ours and theirs, stretch by stretch."""
    return [
        "|".join(
            "".join(side[at] for at in place) for side, place in zip(sides, (s.base, s.ours, s.theirs), strict=True)
        )
        + ("=" if s.stable else "")
        for s in stretches(*sides)
    ]


def test_what_stands_on_all_sides_parts_the_rest() -> None:
    assert shape("abc", "axbc", "abcy") == ["a|a|a=", "|x|", "b|b|b=", "c|c|c=", "||y"]
    assert shape("abc", "ac", "aBc") == ["a|a|a=", "b||B", "c|c|c="]
    assert shape("", "x", "y") == ["|x|y"]
    assert shape("", "", "") == []


def test_items_are_taken_one_by_one_where_none_has_moved() -> None:
    assert [each.is_parallel for each in stretches("ab", "Ab", "aB")] == [True]
    assert [each.is_parallel for each in stretches("ab", "bx", "aB")] == [False]
    assert [each.is_parallel for each in stretches("a", "", "A")] == [False]


def test_maps_are_alike_whatever_the_order_of_their_keys() -> None:
    one, other = {"a": 1, "b": [{"c": 2, "d": 3}]}, {"b": [{"d": 3, "c": 2}], "a": 1}
    assert [each.stable for each in stretches([one], [other], [one])] == [True]
