"""Keys of a values file that are called otherwise, or stand elsewhere, from a release on."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
import yaml

from helpers.fuzz.yaml_sides import Maker, text_of
from shunter.core.trees.yaml_move import TakenError, bound, moved
from shunter.core.trees.yaml_read import CannotMergeError

TEXT = """\
# Values

# how many
replicaCount: 3  # mine
image:  # which
  # the tag
  tag: "1.0"
  pull:
    - a   # item
other: |
  text
"""


def move(source: str, target: str, text: str = TEXT) -> str:
    return moved(text.encode(), tuple(source.split(".")), tuple(target.split("."))).decode()


def test_a_key_keeps_its_place_comments_and_text() -> None:
    assert move("replicaCount", "replicas") == TEXT.replace("replicaCount", "replicas")
    assert move("image.tag", "image.version") == TEXT.replace('tag: "1', 'version: "1')


def test_a_key_moves_to_another_map_with_its_comment() -> None:
    assert move("image.pull", "other.pull", "image:\n  tag: 1\n  # how\n  pull:\n    - a  # b\nother:\n    x: 1\n") == (
        "image:\n  tag: 1\nother:\n    x: 1\n    # how\n    pull:\n      - a  # b\n"
    )
    assert move("replicaCount", "scale.replicas.min") == TEXT.replace(
        "# how many\nreplicaCount: 3  # mine\n",
        "scale:\n  replicas:\n    # how many\n    min: 3  # mine\n",
    )
    assert move("image.tag", "tag") == TEXT.replace('  # the tag\n  tag: "1.0"\n', "").replace(
        "other:", '# the tag\ntag: "1.0"\nother:'
    )


def test_a_map_that_is_left_empty_is_gone_and_its_comments_stay() -> None:
    text = "# about a\na:  # beside a\n  b: 1\nc: 2\n"
    assert move("a.b", "b", text) == "# about a\n# beside a\nb: 1\nc: 2\n"
    assert move("a", "a.b", "a: 1\n") == "a:\n  b: 1\n"
    assert move("a.b", "a", "a:\n  b: 1\n") == "a: 1\n"
    assert move("a.b", "c.b", "a:\n  b: 1\nc: {}\n") == "c:\n  b: 1\n"
    assert move("a.b", "c.b", "a:\n  b: 1\nc:\n") == "c:\n  b: 1\n"


def test_what_is_there_already_is_not_written_over() -> None:
    with pytest.raises(TakenError, match=r"^image\.pull$"):
        move("image.tag", "image.pull")
    with pytest.raises(TakenError, match=r"^other$"):
        move("image.tag", "other.tag")
    with pytest.raises(TakenError, match=r"^image\.pull$"):
        move("replicaCount", "image.pull")


def test_a_key_that_is_not_there_changes_nothing() -> None:
    for source in ("nothing", "image.nothing", "replicaCount.x", "other.x"):
        assert move(source, "new") == TEXT


def test_brackets_and_odd_layouts_are_left_to_a_person() -> None:
    for text in ("image: {tag: 1}\n", "image: {a: {}, tag: 1}\n"):
        with pytest.raises(CannotMergeError, match="brackets"):
            move("image.tag", "image.version", text)
    with pytest.raises(CannotMergeError):
        move("a", "b", "a: 1\na: 2\n")


def test_line_ends_and_further_documents_stay() -> None:
    assert move("b", "c", "a: 1\r\n---\r\nb: 2\r\n") == "a: 1\r\n---\r\nc: 2\r\n"


def test_a_star_is_any_key() -> None:
    value = {"orders": {"a": 1}, "auth": {"a": 2, "b": 1}, "global": {"b": 1}, "text": "a"}
    assert [*bound(value, ("*", "a"), ("*", "x", "a"))] == [
        (("orders", "a"), ("orders", "x", "a")),
        (("auth", "a"), ("auth", "x", "a")),
    ]
    assert [*bound({"m": {"x": {"y": 1}}}, ("m", "*", "*"), ("*", "*"))] == [(("m", "x", "y"), ("x", "y"))]


def paths(value: object, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every key of a value's maps."""
    found = []
    for key, below in value.items() if isinstance(value, dict) else ():
        found += [(*above, key), *paths(below, (*above, key))]
    return found


def test_random_keys_of_random_files_go_where_they_should() -> None:
    """What is read then is what moving the value gives, and no comment is lost."""
    done = 0
    for seed in range(60):
        maker = Maker(seed)
        text = text_of(maker.tree())
        value = yaml.load(text, yaml.CSafeLoader)
        every = paths(value)
        source, place = maker.rng.choice(every), maker.rng.choice([(), *(path[:-1] for path in every)])
        target = (*place, *maker.rng.choice([("new",), ("new", "deep")]))
        expected = moved_value(value, source, target)
        if expected is None:
            continue
        done += 1
        after = moved(text.encode(), source, target).decode()
        assert yaml.load(after, yaml.CSafeLoader) == expected, f"seed {seed}: {source} to {target}"
        comments = [sorted(re.findall("# c[0-9]+x", each)) for each in (text, after)]
        assert comments[0] == comments[1], f"seed {seed}: {source} to {target}"
    assert done > 20


def moved_value(value: dict[str, Any], source: tuple[str, ...], target: tuple[str, ...]) -> dict[str, Any] | None:
    """A value with a key elsewhere; None where there is something else than a map on the way, or the key itself."""
    found = copy.deepcopy(value)
    around = [found]
    for step in source[:-1]:
        around.append(around[-1][step])
    item = around[-1].pop(source[-1])
    for above, step in [*zip(around, source, strict=False)][-2::-1]:
        if not above[step]:
            del above[step]
    here: Any = found
    for step in target[:-1]:
        here = here.setdefault(step, {}) if isinstance(here, dict) else here
    if not isinstance(here, dict) or target[: len(source)] == source or target[-1] in here:
        return None
    here[target[-1]] = item
    return found
