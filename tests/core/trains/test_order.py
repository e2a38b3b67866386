"""The order of pins: SemVer's own examples, Helm's answers, and the laws of an order."""

from __future__ import annotations

import itertools
import random

import pytest

from helpers.oracles.embedded_helm import METADATA, archive, values_of
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import parse
from shunter.core.trains import order
from shunter.core.trains.order import Order, Standing

SPECIFICATION = [
    "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
    "1.0.0", "2.0.0", "2.1.0", "2.1.1",
]  # fmt: skip
"""Section 11 of SemVer 2.0.0, in its order."""
ONE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
OPPOSITE = {Order.UP: Order.DOWN, Order.DOWN: Order.UP, Order.NEW: Order.REMOVED, Order.REMOVED: Order.NEW}
COMPARED = """\
{{ $found := list }}{{ range .Values.pairs }}
{{- $found = append $found ((semver (index . 0)).Compare (semver (index . 1))) }}{{ end }}{{ toJson $found }}"""


def random_text(rng: random.Random) -> str:
    core = ".".join(rng.choice(["0", "1", "2", "10"]) for _ in range(rng.choice([1, 2, 3, 3, 3])))
    parts = [rng.choice(["0", "1", "9", "10", "alpha", "a-b", "rc", "1a"]) for _ in range(rng.randint(0, 3))]
    tail = f"-{'.'.join(parts)}" if parts else ""
    build = rng.choice(["", "", "+1", "+b"])
    return rng.choice([f"{rng.choice(['', 'v'])}{core}{tail}{build}"] * 9 + ["master", "1.x", ""])


def random_pin(rng: random.Random) -> Pin | None:
    version = f"{rng.choice(['', 'v'])}1.{rng.randint(0, 2)}.0{rng.choice(['', '-rc.1', '+b'])}"
    pin = Pin(rng.choice(["orders", "orders", "web"]), version, digest=rng.choice([ONE, OTHER, ""]))
    return pin if rng.random() < 0.9 else None


def pin(version: str, digest: str = ONE, name: str = "orders") -> Pin:
    return Pin(name, version, digest=digest)


def test_the_order_of_the_specification() -> None:
    for (left, one), (right, other) in itertools.product(enumerate(SPECIFICATION), repeat=2):
        assert order.compare_versions(one, other) == (left > right) - (left < right)


@pytest.mark.parametrize("other", ["v1.2.0", "1.2", "1.2.0+b", "v1.2"])
def test_other_spellings_of_a_version_stand_beside_it(other: str) -> None:
    assert order.compare_versions("1.2.0", other) == order.compare_versions(other, "1.2.0") == 0


@pytest.mark.parametrize("seed", [20261128, 1])
def test_versions_are_a_total_preorder(seed: int) -> None:
    rng = random.Random(seed)
    texts = [random_text(rng) for _ in range(12)]
    for one, other in itertools.product(texts, repeat=2):
        assert order.compare_versions(one, other) == -order.compare_versions(other, one)
    for one, other, third in itertools.product(texts, repeat=3):
        if order.compare_versions(one, other) <= 0 and order.compare_versions(other, third) <= 0:
            assert order.compare_versions(one, third) <= 0


@pytest.mark.parametrize("seed", [11])
def test_versions_stand_as_helm_compares_them(seed: int) -> None:
    rng = random.Random(seed)
    texts = [text for text in (random_text(rng) for _ in range(500)) if parse(text)]
    pairs = [list(pair) for pair in itertools.pairwise(texts)]
    files: dict[str, bytes | str] = {"Chart.yaml": METADATA, "templates/show.yaml": COMPARED}
    assert [order.compare_versions(*pair) for pair in pairs] == values_of(archive(files), {"pairs": pairs})
    assert len(pairs) > 300


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (pin("1.0.0"), pin("1.0.1"), Order.UP),
        (pin("1.0.0"), pin("1.0.0-main.5"), Order.DOWN),
        (pin("1.0.0"), pin("1.0.0"), Order.SAME),
        (pin("1.0.0"), pin("v1.0.0"), Order.SAME),
        (pin("1.0.0"), pin("1.0.0", ""), Order.SAME),
        (pin("1.0.0"), pin("1.0.0", OTHER), Order.CHANGED),
        (pin("1.0.0"), pin("1.0.0+up4.5"), Order.CHANGED),
        (pin("15.0.0", name="postgresql"), pin("0.2.0", name="cloudnative-pg"), Order.REPLACED),
        (None, pin("1.0.0"), Order.NEW),
        (pin("1.0.0"), None, Order.REMOVED),
        (None, None, Order.SAME),
    ],
)
def test_which_way_a_car_goes(was: Pin | None, now: Pin | None, found: Order) -> None:
    assert order.compare(was, now) is found
    assert order.compare(now, was) is OPPOSITE.get(found, found)


@pytest.mark.parametrize("seed", [3])
def test_both_ways_of_a_car_are_opposite(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(500):
        one, other = random_pin(rng), random_pin(rng)
        there = order.compare(one, other)
        assert order.compare(other, one) is OPPOSITE.get(there, there)
        assert order.compare(one, one) is Order.SAME


def test_one_version_that_became_another_archive_is_rewritten() -> None:
    assert order.rewritten(pin("1.0.0"), pin("1.0.0", OTHER))
    assert order.rewritten(pin("1.0.0"), pin("v1.0.0", OTHER))
    assert not order.rewritten(pin("1.0.0"), pin("1.0.0+b", OTHER))
    assert not order.rewritten(pin("1.0.0"), pin("1.0.1", OTHER))


@pytest.mark.parametrize(
    ("here", "found"),
    [
        ({"a": "1.0.0", "b": "1.0.0"}, Standing.SAME),
        ({"a": "0.9.0", "b": "1.0.0"}, Standing.BEHIND),
        ({"a": "1.0.0"}, Standing.BEHIND),
        ({"a": "1.0.1", "b": "1.0.0"}, Standing.AHEAD),
        ({"a": "1.0.0", "b": "1.0.0", "c": "1.0.0"}, Standing.AHEAD),
        ({"a": "1.0.1", "b": "0.9.0"}, Standing.DIVERGED),
        ({"a": "1.0.0+b", "b": "1.0.0"}, Standing.DIVERGED),
    ],
)
def test_how_an_environment_stands(here: dict[str, str], found: Standing) -> None:
    there = {"a": pin("1.0.0"), "b": pin("1.0.0")}
    assert order.standing({alias: pin(version) for alias, version in here.items()}, there) is found


def test_the_newest_of_versions() -> None:
    assert order.newest(["1.9.0", "1.10.0", "1.10.0-rc.1", "nothing"]) == "1.10.0"
    assert order.newest([]) == ""
