"""Results are found again for equal values of the names that made them, and for no others."""

from __future__ import annotations

from shunter.core.templates.variables import Memo, Variables


def test_only_the_names_that_were_used_count() -> None:
    memo: Memo[str] = Memo()
    memo.keep({"a"}, Variables({"a": 1, "b": 1}), "one")
    assert memo.find(Variables({"a": 1, "b": 2})) == "one"
    assert memo.find(Variables({"a": 2})) is None


def test_values_that_print_otherwise_are_other_values() -> None:
    memo: Memo[str] = Memo()
    values = [1, True, 1.0, "1", None, [1], ["1"], {"a": 1, "b": 2}, {"b": 2, "a": 1}]
    for number, value in enumerate(values):
        assert memo.find(Variables({"a": value})) is None, value
        memo.keep({"a"}, Variables({"a": value}), str(number))
    assert [memo.find(Variables({"a": value})) for value in values] == [str(n) for n in range(len(values))]
    assert memo.find(Variables({})) is None, "None is not the same as nothing"


def test_one_template_may_use_other_names_with_other_values() -> None:
    memo: Memo[str] = Memo()
    memo.keep({"kind"}, Variables({"kind": "plain", "name": "a"}), "plain")
    memo.keep({"kind", "name"}, Variables({"kind": "named", "name": "a"}), "a")
    assert memo.find(Variables({"kind": "plain", "name": "b"})) == "plain"
    assert memo.find(Variables({"kind": "named", "name": "b"})) is None


def test_a_variable_beside_hides_one_and_leaves_it() -> None:
    outer = Variables({"a": 1})
    inner = outer.beside("a", 2)
    assert (outer.values["a"], inner.values["a"]) == (1, 2)
    assert outer.marks(("a",)) != inner.marks(("a",))
    outer.put("a", 2)
    assert outer.marks(("a",)) == inner.marks(("a",))


def test_a_value_that_is_changed_in_its_place_is_seen() -> None:
    variables = Variables({"items": [1], "text": "x"})
    assert not variables.changed(["items", "text", "gone"])
    variables.values["items"].append(2)
    assert variables.changed(["items"])
    assert not variables.changed(["text"])
