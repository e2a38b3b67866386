"""`--set`, against Helm's own parser."""

from __future__ import annotations

import random
from typing import Any

import pytest

from shunter.core.setvalues import parse_set
from shunter.model.errors import ShunterError

helm = pytest.importorskip("helm_python", reason="needs the embedded Helm (pip install 'shunter[helm]')")

KEYS = ("a", "b.c", "d[0]", "d[1].e", "f\\.g", "h[0][1]", "a.b")
VALUES = (
    "1",
    "01",
    "-3",
    "+4",
    "1.5",
    "true",
    "FALSE",
    "null",
    "x\\,y",
    "",
    "{p,q}",
    "{}",
    "{1,true,z}",
    "99999999999999999999",
)


def outcome(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except (helm.HelmError, ShunterError):
        return "refused"


def test_agrees_with_helm_on_random_expressions() -> None:
    chance = random.Random(7)
    for _ in range(4000):
        pairs = [f"{chance.choice(KEYS)}={chance.choice(VALUES)}" for _ in range(chance.randint(1, 4))]
        text = ",".join(pairs)
        assert outcome(parse_set, text) == outcome(helm.parse_set_string, text), text


@pytest.mark.parametrize("text", ["a", "a,b=1", "a={x", "a[x]=1", "a[99999999]=1", "a..b=1", "a=1,a.b=2", "a[0]x=1"])
def test_refuses_what_helm_refuses(text: str) -> None:
    assert outcome(helm.parse_set_string, text) == "refused"
    with pytest.raises(ShunterError, match="--set"):
        parse_set(text)


def test_lays_values_into_a_base() -> None:
    assert parse_set("a.b=1,l[1]=y", {"a": {"c": 2}, "l": ["x", "z"]}) == {"a": {"b": 1, "c": 2}, "l": ["x", "y"]}
