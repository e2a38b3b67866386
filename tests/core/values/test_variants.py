"""Values with one of them changed."""

from __future__ import annotations

from shunter.core.values.variants import alternatives, differs, gates, leaves, replaced, topmost, unstable

VALUES = {"a": {"enabled": False, "b": [{"c": 1}], "z": {}}, "on": True, "list": [False]}


def test_leaves_are_scalars_and_what_is_empty() -> None:
    assert list(leaves(VALUES)) == [("a", "enabled"), ("a", "b", 0, "c"), ("a", "z"), ("on",), ("list", 0)]
    assert list(leaves({})) == []


def test_replacing_copies_the_way_and_nothing_else() -> None:
    changed = replaced(VALUES, ("a", "b", 0, "c"), 2)
    assert changed == {**VALUES, "a": {"enabled": False, "b": [{"c": 2}], "z": {}}}
    assert VALUES["a"]["b"] == [{"c": 1}]  # type: ignore[index]
    assert replaced({"a": None}, ("a", "x"), other=True) == {"a": {"x": True}}


def test_gates_are_booleans_the_nearest_first() -> None:
    assert gates(VALUES, ("a", "b", 0, "c")) == [("a", "enabled"), ("on",), ("list", 0)]
    assert gates(VALUES, ("on",)) == [("a", "enabled"), ("list", 0)]


def test_every_alternative_is_another_value() -> None:
    for value in (True, False, "x", "", 0, 1, 1.5, None, [], {}):
        found = alternatives(value)
        assert found
        assert all(other != value or type(other) is not type(value) for other in found)


def test_maps_without_any_use_are_one() -> None:
    values = {"app": {"a": {"b": 1, "c": [1, 2]}, "d": 1}, "e": 1}
    below = [("app", "a", "b"), ("app", "a", "c", 0), ("app", "a", "c", 1)]
    assert topmost(values, below, lambda _: False) == [("app", "a")]
    assert topmost(values, [*below, ("app", "d")], lambda _: False) == [("app",)]
    assert topmost(values, [*below, ("app", "d")], lambda path: len(path) == 1) == [("app", "a"), ("app", "d")]
    assert topmost(values, [below[0], below[1], ("e",)], lambda _: False) == [below[0], below[1], ("e",)]


def test_lines_that_differ_anyway_do_not_count() -> None:
    ignored = unstable("a\n1\nb", "a\n2\nb")
    assert ignored == frozenset({1})
    assert not differs("a\n1\nb", "a\n3\nb", ignored)
    assert differs("a\n1\nb", "a\n1\nc", ignored)
    assert differs("a\n1\nb", "a\n1", ignored)
    assert unstable("a", "a\nb") is None
