"""What an expression may be: variables in blocks, heights, and what a function's result keeps of its arguments."""

from __future__ import annotations

import re

import pytest

from shunter.core.gotemplate.values import (
    FILE,
    NIL,
    SOURCE,
    TEXT,
    At,
    Bag,
    Like,
    Map,
    Scope,
    Str,
    carried,
    height,
    is_source,
)

A, B = frozenset((At(("a",)),)), frozenset((At(("b",)),))


def test_a_variable_of_a_block_hides_the_outer_one_and_ends_with_it() -> None:
    outer = Scope([{"x": A}])
    inner = outer.inner()
    inner.declare("x", B)
    assert (inner.get("x"), outer.get("x")) == (B, A)


def test_an_assignment_in_a_block_that_may_not_run_adds_to_what_was() -> None:
    outer = Scope([{"x": A}])
    outer.inner().join("x", B)
    assert outer.get("x") == A | B
    alone = Scope([{}])
    alone.join("y", B)
    assert (alone.get("y"), alone.get("unknown")) == (B, TEXT)


def test_what_is_known_of_variables_is_counted() -> None:
    scope = Scope([{"x": A}, {"y": A | B}])
    assert scope.size() == 3
    scope.join("x", A)
    assert scope.size() == 3
    scope.join("x", B)
    assert scope.size() == 4


def test_heights_are_those_of_what_templates_make() -> None:
    assert [height(value) for value in (A, TEXT, frozenset((Bag(A, 2), Map((), 5), Str("x"))))] == [0, 0, 5]


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ([TEXT, A], TEXT),
        ([FILE, A], TEXT | FILE),
        ([SOURCE], TEXT | SOURCE),
        ([frozenset((Str("{{ .x }}"),))], TEXT | SOURCE),
        ([frozenset((Str("x"),)), NIL], TEXT),
        ([], TEXT),
    ],
)
def test_a_result_keeps_that_it_may_be_a_template_or_a_file(arguments: list[frozenset[object]], kept: object) -> None:
    assert carried(arguments) == kept


def test_a_string_made_of_braces_may_be_a_template() -> None:
    assert is_source(Like(f".*{re.escape('{{')}.*"))
    assert not is_source(Like(".*"))
    assert not is_source(At(("{{",)))
