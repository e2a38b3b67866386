"""What is merged of documents, and how a conflict is named."""

from __future__ import annotations

import pytest

from shunter.core.trees.yaml_entries import KeyConflict, Merger
from shunter.core.trees.yaml_read import CannotMergeError, documents
from shunter.core.trees.yaml_tree import written


def merge(*texts: str) -> tuple[str, list[KeyConflict]]:
    merger = Merger()
    base, ours, theirs = (documents(text)[0] for text in texts)
    return written(merger.document(base, ours, theirs)), merger.conflicts


def test_comments_follow_who_changed_them() -> None:
    base = "# of a\na: 1  # x\n# of b\nb: 1\n# end\n"
    ours = "# mine\na: 1  # x\n# of b\nb: 2\n# end\n"
    theirs = "# theirs\na: 1  # y\n# of them\nb: 1\n# at the end\n"
    assert merge(base, ours, theirs) == ("# mine\na: 1  # y\n# of them\nb: 2\n# at the end\n", [])


def test_a_comment_beside_a_value_that_becomes_a_block_is_no_loss() -> None:
    base, ours, theirs = "l:\n- a\nk: v\n", "l:\n- a # mine\nk: v # mine\n", "l:\n- x: 1\n  y: 2\nk: |\n  text\n"
    text, conflicts = merge(base, ours, theirs)
    assert text == ours
    assert [each.path for each in conflicts] == [("l", "0"), ("k",)]


def test_a_block_that_ours_commented_on_is_not_replaced_silently() -> None:
    text, conflicts = merge("a:\n  b: 1\n", "a:\n  b: 1 # mine\n", "a: 5\n")
    assert text == "a:\n  b: 1 # mine\n"
    assert conflicts == [KeyConflict(("a",), "changed", "a:\n  b: 1", "a:\n  b: 1 # mine", "5")]


def test_the_same_change_on_both_sides_is_none() -> None:
    assert merge("a: 1\nb: [1]\n", "a: 2\nb: [2]\nc: 1\n", "a: 2\nb: [ 2 ]\nc: 1\n") == ("a: 2\nb: [2]\nc: 1\n", [])


def test_a_value_that_theirs_writes_in_another_way_is_taken() -> None:
    assert merge("a: 'x'\nb: 1\n", "a: 'x'\nb: 2\n", 'a: "x"\nb: 1\n') == ('a: "x"\nb: 2\n', [])


def test_items_of_both_sides_stand_behind_each_other() -> None:
    base = "- a\n- b\n"
    assert (
        merge(base, "- a\n- mine\n- b\n", "- a\n- theirs\n- b\n- last\n")[0] == "- a\n- mine\n- theirs\n- b\n- last\n"
    )
    assert merge(base, "- b\n- mine\n", "- a\n- theirs\n")[0] == "- mine\n- theirs\n"
    assert merge(base, "- a\n- b\n- same\n", "- a\n- b\n- same\n- c\n")[0] == "- a\n- b\n- same\n- c\n"


def test_an_item_that_ours_commented_on_is_not_removed_silently() -> None:
    text, conflicts = merge("- a\n- b\n", "- a # mine\n- b\n", "- b\n")
    assert text == "- a # mine\n- b\n"
    assert [each.kind for each in conflicts] == ["deleted by them"]


def test_maps_in_lists_are_merged_where_none_has_moved() -> None:
    base = "- port: 80\n  host: a\n- port: 81\n  host: b\n"
    ours, theirs = base.replace("host: a", "host: c"), base.replace("80", "90").replace("host: b", "host: d")
    assert merge(base, ours, theirs)[0] == "- port: 90\n  host: c\n- port: 81\n  host: d\n"


@pytest.mark.parametrize("texts", [("a: 1\n", "- 1\n", "a: 2\n"), ("a: 1\n", "# none\n", "a: 2\n")])
def test_roots_of_several_kinds_are_refused(texts: tuple[str, str, str]) -> None:
    with pytest.raises(CannotMergeError):
        merge(*texts)


def test_a_document_that_one_side_has_is_taken() -> None:
    assert merge("# none\n", "# none\n", "a: 1\n")[0] == "a: 1\n"
