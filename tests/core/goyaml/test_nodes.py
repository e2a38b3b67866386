"""Node trees: two composers that give the same, explicit tags, and where a text is too deep or too much."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml

from helpers.fuzz.yaml_fuzz import document
from helpers.oracles.embedded_helm import RefusedError, reading
from shunter.core.goyaml import nodes
from shunter.core.goyaml.nodes import MAX_DEPTH, TooDeepError, TooManyError, compose, most_nodes


def described(node: Any) -> Any:
    """All that is known of a tree, but for which of its nodes are one."""
    if node is None:
        return None
    about = (type(node).__name__, node.tag, node.start_mark.index, node.end_mark.index)
    if isinstance(node, nodes.ScalarNode):
        return (*about, node.value, node.style)
    below = [tuple(map(described, entry)) if isinstance(entry, tuple) else described(entry) for entry in node.value]
    return (*about, bool(node.flow_style), below)


def outcome(make: Any, text: bytes) -> Any:
    try:
        return described(make(text))
    except yaml.YAMLError:
        return "refused"
    except RecursionError:
        return "a circle"


def test_both_composers_give_the_same_tree() -> None:
    random = Random(104)
    seen = 0
    for _ in range(60):
        text = document(random)
        fast, slow = outcome(nodes._composed, text), outcome(nodes._compose_slowly, text)
        if b"!" not in text:  # there the slow one keeps `PLAIN`, which means the same
            assert fast == slow or "?" in str(slow), f"seed 104: {text!r}"
            seen += isinstance(fast, tuple)
    assert seen > 10


def test_a_redefined_anchor_is_the_newest_one() -> None:
    root = compose(b"x: &a 1\ny: &a 2\nz: *a\n")
    assert root is not None
    assert root.value[2][1] is root.value[1][1]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (b"!!int 5", "tag:yaml.org,2002:int"),
        (b"! 5", nodes.BANG),
        (b"! '5'", nodes.BANG),
        (b"[!foo a, 5]", nodes.PLAIN),
        (b"!foo '5'", "!foo"),
    ],
)
def test_an_explicit_tag_keeps_its_name(text: bytes, tag: str) -> None:
    root = compose(text)
    assert root is not None
    assert (root.value[-1] if isinstance(root, nodes.SequenceNode) else root).tag == tag


def test_without_an_exclamation_mark_tags_say_nothing() -> None:
    root = compose(b"{a: 5}")
    assert root is not None
    assert {root.tag, root.value[0][0].tag, root.value[0][1].tag} == {""}


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b"{a: ", b"}"), (b"- ", b"")])
def test_the_deepest_value_that_is_read(opening: bytes, closing: bytes) -> None:
    assert compose(opening * MAX_DEPTH + b"x" + closing * MAX_DEPTH) is not None
    with pytest.raises(TooDeepError) as caught:
        compose(opening * (MAX_DEPTH + 1) + b"x" + closing * (MAX_DEPTH + 1))
    assert caught.value.node.start_mark.index == len(opening) * MAX_DEPTH


def deep() -> list[bytes]:
    """Texts that nest far deeper than any limit, each in a way of its own, and all ways one after the other."""
    steps = "".join(f"{' ' * column}a:\n{' ' * column}-\n" for column in range(190))
    inside = " " * 190 + "- " * 150 + "? " * 90 + "[" * 90 + "x" + "]" * 90
    return [
        b"- " * 390,
        b"? " * 390,
        steps.encode(),
        (steps + inside).encode(),
        (steps + inside).replace("\n", "\u2028").encode(),
        (steps + inside).encode("utf-16"),
    ]


@pytest.mark.parametrize("text", deep(), ids=range(len(deep())))
def test_no_way_of_nesting_passes_the_limit(text: bytes) -> None:
    with pytest.raises(TooDeepError):
        compose(text)


def test_a_ruler_in_a_comment_is_not_deep() -> None:
    assert not nodes._may_be_deep(b"# " + b"-" * 200 + b"\na: 1" + b" " * 200 + b"# b\n" + b"c: {}\nd: []\n" * 40)


def test_more_nodes_than_anybody_writes_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MAX_NODES", 100)
    assert compose(b"[" + b"1," * 99 + b"]") is not None
    with pytest.raises(TooManyError):
        compose(b"[" + b"1," * 100 + b"]")


def test_the_estimate_of_nodes_is_never_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MAX_NODES", 10)
    assert most_nodes(b"[{a: b}]") == 8  # of a short text, its length
    for text, count in ((b"k: v\n", 2), (b"- a\n- {b: c}\n", 5), (b"? a\n", 2), (b"a:\r", 2)):
        assert most_nodes(text * 50) >= 50 * count
    assert most_nodes(b"k: v\n" * 50) == 1 + 50 * 2


@pytest.mark.parametrize(
    ("text", "more"),
    [(b"a: 1\n", False), (b"a: 1\n...\n", False), (b"a: 1\n...\nb: 2\n", True), (b"a: 1\n...\n[", True)],
)
def test_a_second_document_is_noticed(text: bytes, more: bool) -> None:
    assert nodes.has_second_document(text) is more


@pytest.mark.parametrize("text", [b'x: "\\/"', b"x: [a ?b]", b"x: {p: !, q: 2}", b"x: [http://h?q]"])
def test_what_libyaml_takes_and_go_does_not_is_refused(text: bytes) -> None:
    with pytest.raises(RefusedError):
        reading(text)
    assert outcome(nodes._compose_slowly, text) != "refused"
    with pytest.raises(yaml.YAMLError):
        compose(text)


def test_a_byte_order_mark_inside_is_a_letter() -> None:
    root = compose("\ufeffa: 1\nb: x\ufeffy\n".encode())
    assert root is not None
    assert root.value[1][1].value == "x\ufeffy"
