"""Words: key paths, nearest keys, slips of the pen, types."""

from __future__ import annotations

import pytest

from shunter.model.wording import counted, dotted, in_a_list, is_slip, nearest, wanted_types


def test_key_paths_read_as_people_write_them() -> None:
    assert dotted(("service", "ports", 0, "name")) == "service.ports[0].name"
    assert dotted(("annotations", "a.b/c", "x")) == 'annotations["a.b/c"].x'
    assert dotted(()) == "the values"


@pytest.mark.parametrize(
    ("word", "known", "guess"),
    [
        ("replicasCount", ["replicaCount", "image"], "replicaCount"),
        ("replica-count", ["replicaCount", "image"], "replicaCount"),
        ("wbe", ["api", "web"], "web"),
        ("Image", ["image"], "image"),
        ("zzz", ["image", "tag"], None),
        ("a", [], None),
    ],
)
def test_the_nearest_word(word: str, known: list[str], guess: str | None) -> None:
    assert nearest(word, known) == guess


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [
        ("replicasCount", "replicaCount", True),
        ("pull_policy", "pullPolicy", True),
        ("naem", "name", True),
        ("ifNotPresent", "IfNotPresent", True),
        ("minReplicas", "maxReplicas", False),
        ("v1beta1", "v1beta2", False),
        ("pre", "pro", False),
        ("limit", "limitRange", False),
    ],
)
def test_only_a_slip_of_the_pen_is_corrected_unasked(written: str, meant: str, slip: bool) -> None:
    assert is_slip(written, meant) is slip


def test_types_have_articles() -> None:
    assert wanted_types(["null", "string"]) == "a string or null"
    assert wanted_types(["integer", "array", "object"]) == "an integer or a list or a map"


def test_one_thing_and_several() -> None:
    assert [counted(number, "car") for number in (0, 1, 2, 1200)] == ["0 cars", "1 car", "2 cars", "1,200 cars"]


def test_a_list_is_whole_or_says_how_many_more_there_are() -> None:
    assert in_a_list([str(n) for n in range(12)]).endswith("9, 10, 11")
    assert in_a_list([str(n) for n in range(14)]).endswith("8, 9, and 4 more")
