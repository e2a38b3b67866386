"""What is marked as read, and the verdict on a key path."""

from __future__ import annotations

import pytest

from shunter.core.gotemplate.reads import ANY, Reads, Usage


def marked() -> Reads:
    reads = Reads()
    reads.tested(("a",), "t:1")
    reads.whole(("b", "c"), "t:2")
    reads.unknown(("d",), "t:3")
    reads.tested(("l", ANY, "x"), "t:4")
    reads.tested(("tls",), "t:5")
    reads.tested(("tls", "name"), "t:6")
    return reads


@pytest.mark.parametrize(
    ("path", "usage", "place"),
    [
        (("a",), Usage.USED, "t:1"),
        (("a", "below"), Usage.UNKNOWN, "t:1"),  # whether the map is empty may be what is asked
        (("b",), Usage.USED, "t:2"),
        (("b", "c", 0, "deep"), Usage.USED, "t:2"),
        (("b", "other"), Usage.UNUSED, ""),
        (("d", "x", "y"), Usage.UNKNOWN, "t:3"),
        (("l", 3, "x"), Usage.USED, "t:4"),
        (("l", "key", "x"), Usage.USED, "t:4"),
        (("l", 3, "z"), Usage.UNUSED, ""),
        (("tls", "name"), Usage.USED, "t:6"),
        (("tls", "other"), Usage.UNUSED, ""),  # some keys are read by name, so the others are not
        (("nothing",), Usage.UNUSED, ""),
        ((), Usage.USED, "t:1"),
    ],
)
def test_the_verdict_on_a_path(path: tuple[str | int, ...], usage: Usage, place: str) -> None:
    assert marked().usage(path) == (usage, place)


def test_the_first_place_is_kept() -> None:
    reads = Reads()
    for place in ("t:1", "t:2"):
        reads.whole(("a",), place)
        reads.unknown(("b",), place)
        reads.tested(("c",), place)
    assert [reads.usage((key,))[1] for key in "abc"] == ["t:1"] * 3


def test_what_is_read_one_way_is_read_however_else_it_goes() -> None:
    reads = Reads()
    reads.unknown((ANY,), "t:1")
    reads.whole(("a",), "t:2")
    assert reads.usage(("a",)) == (Usage.USED, "t:2")
    assert reads.usage(("b",)) == (Usage.UNKNOWN, "t:1")


def test_names_are_those_below_a_path_and_below_every_key() -> None:
    reads = marked()
    reads.tested(("l", "own", "y"), "t:7")
    assert reads.names(()) == ("a", "b", "d", "l", "tls")
    assert reads.names(("l", "own")) == ("x", "y")
    assert reads.names(("l", 0)) == ("x",)
    assert reads.names(("a", "b")) == ()


def test_whether_a_map_is_read_by_names_alone() -> None:
    reads = marked()
    assert [reads.is_by_name(path) for path in (("a",), ("b", "c"), ("b", "c", "x"), ("d", "x"), ("tls", "name"))] == [
        True, True, False, False, True,
    ]  # fmt: skip
    assert [reads.is_closed(path) for path in ((), ("a",), ("b",), ("l",), ("tls",), ("d",), ("b", "c"))] == [
        True, False, True, False, True, False, False,
    ]  # fmt: skip
    assert not reads.is_closed(("l", 0, "x"))
    assert reads.is_closed(("l", 0))


def test_paths_that_are_read_by_name() -> None:
    assert set(marked().named()) == {
        ("a",), ("b",), ("b", "c"), ("d",), ("l",), ("tls",), ("tls", "name"),
    }  # fmt: skip
