"""The parser with go-yaml's habits: PyYAML's events on all other texts, and Helm's reading where the two differ."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml

from helpers.oracles.embedded_helm import RefusedError, reading
from shunter.core.goyaml.scanner import GoParser


def events(parser: Any) -> list[Any]:
    """What a parser tells, places and all."""
    found = []
    while parser.check_event():
        event = parser.get_event()
        about = (getattr(event, name, None) for name in ("anchor", "tag", "value", "implicit", "style"))
        found.append((type(event).__name__, *about, event.start_mark.index, event.end_mark.index))
    return found


def value(random: Random, depth: int = 0) -> Any:
    if depth < 3 and random.random() < 0.5:
        items = [value(random, depth + 1) for _ in range(random.randint(0, 3))]
        return {f"k{number}": item for number, item in enumerate(items)} if random.random() < 0.5 else items
    return random.choice((1, None, True, "a b", "it's", "x: y", "- z", "two\nlines\n", "\u00e9", "", " ", "a #b", 1.5))


@pytest.mark.parametrize("flow", [None, True, False])
def test_usual_texts_have_pyyamls_events(flow: bool | None) -> None:
    random = Random(105)
    for _ in range(25):
        made = {"a": value(random), "b": value(random)}
        text = yaml.safe_dump(made, default_flow_style=flow, allow_unicode=True, width=random.choice((10, 80)))
        assert events(GoParser(text.encode())) == events(yaml.SafeLoader(text)), f"seed 105: {text}"


def scalars(text: bytes) -> list[str]:
    return [event[3] for event in events(GoParser(text)) if event[0] == "ScalarEvent"]


def leaves(tree: Any) -> list[str]:
    if isinstance(tree, dict):
        return [text for key, item in tree.items() for text in (key, *leaves(item))]
    return [text for item in tree for text in leaves(item)] if isinstance(tree, list) else [tree]


@pytest.mark.parametrize(
    "text",
    [
        b"x: [a:, b]",
        b"x: ?c\nw: :d\n?e: f",
        b"x: {p: q:,r: s}",
        b"x: {p: q:}",
        b'x: ["\\\'", a]',
        b"x: [p\t, q \t]",
        b"x: {p: q\tr}",
        b"x: [http://h]",
        b"x:\n- a\tb \t# c\n- d",
    ],
)
def test_odd_texts_have_helms_scalars(text: bytes) -> None:
    assert sorted(scalars(text)) == sorted(leaves(reading(text)))


@pytest.mark.parametrize("text", [b'x: "\\/"', b"x: [a?b]", b"x:\n\ta: 1", b"x: {p: !, q: r}"])
def test_what_helm_refuses_is_refused(text: bytes) -> None:
    with pytest.raises(RefusedError):
        reading(text)
    with pytest.raises(yaml.YAMLError):
        scalars(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (b"[!a,b c]", "!a,b"),
        (b"[!!str,a b]", "tag:yaml.org,2002:str,a"),
        (b"[!a[1] b]", "!a[1]"),
        (b"[!<x> b]", "x"),
        (b"[! b]", "!"),
        (b"[!a-b_c b]", "!a-b_c"),
    ],
)
def test_a_tag_ends_at_a_blank(text: bytes, tag: str) -> None:
    assert [event[2] for event in events(GoParser(text)) if event[0] == "ScalarEvent"] == [tag]
