"""Values from node trees: the quick way equals the careful one, and what go-yaml's decoder refuses is refused."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml

from helpers.fuzz.yaml_fuzz import document
from helpers.oracles.embedded_helm import RefusedError as HelmRefusedError
from helpers.oracles.embedded_helm import reading
from shunter.core.goyaml.construct import RefusedError, _build, _Builder, construct, is_merge, pairs
from shunter.core.goyaml.nodes import TooDeepError, compose


def built(text: str) -> Any:
    return construct(compose(text.encode()), text.encode())[0]


def outcome(make: Any) -> Any:
    try:
        return repr(make())
    except RefusedError as error:
        return error.rule


def test_the_quick_way_gives_what_the_careful_one_gives() -> None:
    random = Random(106)
    seen = 0
    for _ in range(200):
        text = document(random)
        try:
            root = compose(text)
        except (yaml.YAMLError, TooDeepError):
            continue
        if root is None or b"!" in text or b"<<" in text or b"*" in text:
            continue
        seen += 1
        quick = outcome(lambda root=root: _build(root, []))
        careful = outcome(lambda root=root: _Builder().result(root))
        assert quick == careful or not quick.startswith(("{", "[")), f"seed 106: {text!r}"
    assert seen > 10


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a: true\nb: 1.5\nc: -3\nd: x\ne: [False, ~]\n", True),
        ("a: on", False),
        ("a: 1.10", False),
        ("a: 0x1f", False),
        ("a: 1234567", False),
        ("a: 1\na: 2", False),
        ("8080: a", True),
        ("0777: a", False),
        ("on: a", False),
        ("a: !!str x", False),
        ("a: &x 1\nb: *x", False),
    ],
)
def test_a_document_is_clean_only_if_nothing_in_it_may_surprise(text: str, clean: bool) -> None:
    for _ in range(2):  # the second time from memory
        assert construct(compose(text.encode()), text.encode())[1] is clean


def test_aliases_share_one_value() -> None:
    value = built("a: &x {k: [1]}\nb: *x\nc: [*x]\n")
    assert value["a"] is value["b"] is value["c"][0]


REFUSED = [
    ("x: &a [*a]", "yaml-alias"),
    ("a: .nan", "yaml-number"),
    ("a: [-.inf]", "yaml-number"),
    ("~: a", "yaml-key"),
    ("? [a]\n: b", "yaml-key"),
    ("18446744073709551615: a", "yaml-key"),
    ("a: !!int 1.5", "yaml-tag"),
    ("a: !!timestamp 2024-13-01", "yaml-tag"),
    ("a: !!binary '*'", "yaml-tag"),
    ("<<: 1", "yaml-merge"),
    ("<<: [{a: 1}, 2]", "yaml-merge"),
    ("a: &x [" + "1," * 500 + "1]\nb: [" + "*x," * 200 + "*x]\n", "yaml-alias"),
]


@pytest.mark.parametrize(("text", "rule"), REFUSED, ids=[f"{number}-{case[1]}" for number, case in enumerate(REFUSED)])
def test_what_helm_refuses_is_refused_at_its_node(text: str, rule: str) -> None:
    with pytest.raises(HelmRefusedError):
        reading(text.encode())
    with pytest.raises(RefusedError) as caught:
        built(text)
    assert (caught.value.rule, bool(caught.value.hint)) == (rule, True)
    assert 0 <= caught.value.node.start_mark.index < len(text)


@pytest.mark.parametrize(
    "text",
    [
        "x: .inf\nx: 1",  # a later value hides what has no JSON
        "x: {~: 1}\nx: 1",
        "a: &a {p: 1, q: 2}\nx: {q: 3, <<: *a, r: 4}",
        "a: &a {p: 1}\nb: &b {p: 2}\nx: {<<: [*a, *b]}",
        "x: !!float 3\ny: !!str 5\nz: !!binary aGk=\nu: !!binary /w==",
        "x: ! 12\ny: !foo 12\nz: !!null ''",
    ],
)
def test_what_helm_accepts_has_helms_value(text: str) -> None:
    theirs = reading(text.encode())
    assert built(text) == theirs or {key: item for key, item in built(text).items() if item is not None} == theirs


@pytest.mark.parametrize(
    ("text", "merges"),
    [("<<: {}", True), ("'<<': {}", False), ("!!merge <<: {}", True), ("! <<: {}", True), ("!!str <<: {}", False), ("a: {}", False)],
)  # fmt: skip
def test_a_merge_key_is_a_plain_one(text: str, merges: bool) -> None:
    assert is_merge(pairs(compose(text.encode()))[0][0]) is merges


def test_only_a_map_has_entries() -> None:
    assert [pairs(compose(text)) for text in (b"[a]", b"a")] == [[], []]
