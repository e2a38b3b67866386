"""Edits of YAML: the value changes as asked, and every other line stays as it was."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
import yaml

from shunter.core.goyaml.edit import edit

TEXT = """\
# the head
name: shop   # a name

services:
  # the first one
  orders: {archetype: rest-api, team: alice}  # in braces
  'cart':
    team: "bob"
    ports: [80, 443]
# before the environments
environments:
  tst:
    stage: develop
  pro:
    text: |
      two
      lines

# the end
"""


def changed(value: dict[str, Any], path: Sequence[str], new: Any) -> None:
    for key in path[:-1]:
        below = value.get(key)
        value[key] = value = below if isinstance(below, dict) else {}
    if new is None:
        value.pop(path[-1], None)
    elif isinstance(new, dict) and isinstance(value.get(path[-1]), dict):
        value[path[-1]].update(new)
    else:
        value[path[-1]] = new


def test_random_edits_change_the_value_as_asked() -> None:
    random = Random(107)
    comments = {"# the head", "# a name"}
    for _ in range(12):
        data, value, log = TEXT.encode(), yaml.safe_load(TEXT), []
        for _ in range(random.randint(1, 3)):
            path = [
                random.choice(("services", "environments")),
                random.choice(("orders", "cart", "tst", "pro", "x", "y")),
            ]
            path += random.choice(([], ["team"], ["new"]))
            new = random.choice(("text", 5, True, {"team": "eve"}, {}, [1], "it's", None))
            log.append((path, new))
            data = edit(data, [(path, new)])
            changed(value, path, copy.deepcopy(new))
        text = data.decode()
        assert yaml.safe_load(text) == value, f"seed 107: {log}\n{text}"
        assert all(comment in text for comment in comments), f"seed 107: {log}\n{text}"


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (["services", "web"], {"team": "eve"}, "  web:\n    team: eve\n"),
        (["services", "cart", "image"], "a: b", "    image: 'a: b'\n"),
        (["environments", "pro", "more"], [1], "    more:\n    - 1\n"),
        (["last"], True, "last: true\n"),
    ],
)
def test_a_new_key_stands_behind_its_last_sibling_and_nothing_else_moves(
    path: list[str], value: Any, line: str
) -> None:
    text = edit(TEXT.encode(), [(path, value)]).decode()
    assert text.replace(line, "", 1) == TEXT
    before = {"web": "ports: [80, 443]\n", "image": "ports: [80, 443]\n", "more": "lines\n\n", "last": "lines\n\n"}
    assert text.partition(line)[0].endswith(before[path[-1]])  # what follows a block scalar belongs to it


def test_a_value_is_replaced_in_its_place() -> None:
    text = edit(TEXT.encode(), [(["name"], "other"), (["services", "cart", "team"], "eve")]).decode()
    assert text == TEXT.replace("shop ", "other ").replace('"bob"', '"eve"').replace("other   #", "other  #")


@pytest.mark.parametrize(
    "there",
    [
        "1.0.0",
        "'1.0.0'",
        '"1.0.0"',
        "&r 1.0.0",
        "!!str 1.0.0",
        "old",
        "{x: 1.0.0}",
        "1.0",
        "\n    1.0.0",
    ],
)
@pytest.mark.parametrize("after", ["", "  # ours", "\n  # below"])
def test_a_version_takes_the_place_of_what_is_there(there: str, after: str) -> None:
    text = f"# head\nö: 1.0.0\nt:\n  a: [1.0.0,  x]\n  release: {there}{after}\n  b:   1.0.0\n".encode()
    expected = yaml.safe_load(text)
    expected["t"]["release"] = "2.10.0-rc.1"
    found = edit(text, [(["t", "release"], "2.10.0-rc.1")])
    assert yaml.safe_load(found) == expected
    assert found.count(b"#") == text.count(b"#")
    if there == "1.0.0":
        assert found == text.replace(b"release: 1.0.0", b"release: 2.10.0-rc.1")


def test_a_version_that_an_alias_names_stays_where_it_is_written() -> None:
    text = b"a:\n  x: &r 1.0.0\n  release: *r\n"
    assert yaml.safe_load(edit(text, [(["a", "release"], "2.0.0")])) == {"a": {"x": "1.0.0", "release": "2.0.0"}}


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("a: [x, y, z]  # all\nb: 1\n", ["x", "z"], "a: [x, z]     # all\nb: 1\n"),
        ("a: [x, y, z]\n", ["x", "v", "z"], "a: [x, v, z]\n"),
        ("a: [x]\n", ["x", "y"], "a: [x, y]\n"),
        ("a:\n- x # one\n- y\n- z # three\n", ["x", "z"], "a:\n- x # one\n- z # three\n"),
        ("a: x\n", ["x", "y"], "a:\n- x\n- y\n"),
        ("a: [x, y]\n", "x", "a: x\n"),
        ("a: [x, y]\n", [], "a: []\n"),
    ],
)
def test_a_list_keeps_its_style_and_the_comments_of_what_stays(text: str, value: Any, wanted: str) -> None:
    assert edit(text.encode(), [(["a"], value)]).decode() == wanted


def test_the_last_key_goes_with_its_value_only() -> None:
    text = edit(TEXT.encode(), [(["environments", "tst"], None)]).decode()
    assert text == TEXT.replace("  tst:\n    stage: develop\n", "")
    assert edit(TEXT.encode(), [(["services", "cart"], None)]).decode() == TEXT.replace(
        "  'cart':\n    team: \"bob\"\n    ports: [80, 443]\n", ""
    )


def test_a_comment_behind_what_is_removed_is_about_what_comes_next() -> None:
    text = b"a:\n  b: 1\n  c: {x: 1}\n# about d\nd: 2\n"
    assert edit(text, [(["a", "c"], None)]) == b"a:\n  b: 1\n# about d\nd: 2\n"


def test_the_only_key_leaves_an_empty_map() -> None:
    assert yaml.safe_load(edit(b"a:\n  b: 1\nc: 2\n", [(["a", "b"], None)])) == {"a": {}, "c": 2}


def test_an_alias_ends_where_it_is_written() -> None:
    text = b"x: &x\n  y: 1\na:\n  b: *x\nc: 1\n"
    assert edit(text, [(["a", "d"], 2)]) == text.replace(b"*x\n", b"*x\n  d: 2\n")
    assert edit(b"a:\n  b: 1\n  c: &x {y: 1}\nd: *x\n", [(["d"], None)]) == b"a:\n  b: 1\n  c: &x {y: 1}\n"


def test_a_text_without_a_line_end_gets_one() -> None:
    assert edit(b"a: 1", [(["b"], 2)]) == b"a: 1\nb: 2\n"


def test_an_empty_map_in_braces_becomes_a_block() -> None:
    assert edit(b"a: {}\n# c\n", [(["a", "b"], 1)]) == b"a:\n  b: 1\n# c\n"


@pytest.mark.parametrize(
    "change", [(["name"], "b"), (["c", "e"], "f"), (["d"], None), (["c"], {"x": {"y": 1}}), (["h"], [1, 2])]
)
def test_lines_that_end_as_on_windows_go_on_doing_so(change: tuple[list[str], object]) -> None:
    text = b"# one\nname: a # two\nc:\n  d: 1\n# three\nd: |\n  x\n\n  y\ng: 2\n"
    expected = edit(text, [change])
    assert edit(text.replace(b"\n", b"\r\n"), [change]) == expected.replace(b"\n", b"\r\n")
    assert expected != text
