"""What environments set beside each other: twice, everywhere but in one, or for services that are gone."""

from __future__ import annotations

import random
from typing import Any

import pytest

from shunter.core.goyaml import plain
from shunter.core.goyaml.document import merge_maps, read
from shunter.core.values.environments import Found, Layered, left, missing, redundant
from shunter.model.data import replace
from shunter.model.wording import dotted

SERVICES = frozenset({"orders", "auth"})


def layered(name: str, *texts: str, services: frozenset[str] = SERVICES, **more: Any) -> Layered:
    """An environment; its last file is its own, and the ones before are shared."""
    names = [f"../common{number or ''}.yaml" for number in range(len(texts) - 1)]
    documents = [read(text.encode(), path) for path, text in zip([*names, "values.yaml"], texts, strict=True)]
    return Layered(name, f"envs/{name}", documents, services, **more)


def shown(found: list[Found]) -> list[str]:
    return [f"{each.name}:{finding.span.path}:{finding.span.line} {dotted(finding.key)}" for each, finding in found]


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ("orders: {a: 1, b: 2}", "orders: {a: 1, b: 3}", ["orders.a"]),
        ("orders: {a: 1, b: {c: [1]}}", "orders: {b: {c: [1]}}", ["orders"]),
        ("orders: {b: {c: 1, d: 2}, e: 1}", "orders: {b: {c: 1}, e: 2}", ["orders.b"]),
        ("orders: {a: 1}", "orders: {a: '1'}", []),
        ("orders: {a: true}", "orders: {a: 1}", []),
        ("orders: {a: null}", "orders: {a: null}", []),
        ("orders: {a: [1, 2]}", "orders: {a: [1]}", []),
        ("orders: {a: {}}", "orders: {a: {}}", ["orders"]),
        ("orders: {a: 1}", "auth: {a: 1}", []),
    ],
)
def test_a_value_that_the_file_below_has(below: str, above: str, expected: list[str]) -> None:
    found = list(redundant([layered("tst", below, above)]))
    assert [dotted(finding.key) for _, finding in found] == expected


def test_the_middle_file_counts_and_a_change_there_and_back_does_not() -> None:
    assert shown(list(redundant([layered("tst", "a: {x: 1}", "a: {x: 2}", "a: {x: 1}")]))) == []
    assert shown(list(redundant([layered("tst", "a: {x: 1}", "a: {x: 2}", "a: {x: 2}")]))) == ["tst:values.yaml:1 a"]


def test_a_shared_file_says_too_much_where_it_does_so_in_every_environment() -> None:
    both = [layered("tst", "a: {x: 1}", "a: {x: 1}", ""), layered("pre", "a: {x: 1}", "a: {x: 1}", "")]
    assert shown(list(redundant(both))) == ["tst:../common1.yaml:1 a"]
    other = Layered("pro", "envs/pro", both[0].documents[1:2], SERVICES)
    assert shown(list(redundant([*both, other]))) == []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_redundant_can_be_taken_out(seed: int) -> None:
    rng = random.Random(seed)

    def some(depth: int = 0) -> Any:
        if depth < 3 and rng.random() < 0.6:
            return {key: some(depth + 1) for key in rng.sample("abc", rng.randint(1, 3))}
        return rng.choice([1, "1", True, None, [1], {}, 2])

    below, above = {"s": some(), "t": some()}, {"s": some(), "t": some()}
    texts = (plain.dump(below).decode(), plain.dump(above).decode())
    before = merge_maps(read(texts[0].encode(), "").value or {}, read(texts[1].encode(), "").value or {})
    for _, finding in redundant([layered("tst", *texts)]):
        holder = above
        for step in finding.key[:-1]:
            holder = holder[step]  # type: ignore[index]
        del holder[finding.key[-1]]  # type: ignore[arg-type]
    after = merge_maps(below, above)
    assert after == before, (seed, texts)


def test_a_value_that_all_others_set() -> None:
    whole = "orders: {a: 1, env: {X: 1, Z: 1}}\nauth: {b: 1}"
    three = [layered("tst", whole), layered("pre", whole), layered("pro", "orders:\n  a: 2\n  env:\n    X: 1\n")]
    found = list(missing(three))
    assert shown(found) == ["pro:values.yaml:0 auth", "pro:values.yaml:3 orders.env.Z"]
    assert found[1][1].message == "`orders.env.Z` is set in tst and pre, and not in pro"
    assert list(missing(three[1:])) == []  # one other is no custom
    assert list(missing([*three[:2], replace(three[2], first=True)])) == []


@pytest.mark.parametrize("mine", ["orders: {enabled: false}", "orders: {a: 1}", "orders: {a: null}", "orders: 1"])
def test_what_is_off_set_or_emptied_lacks_nothing(mine: str) -> None:
    assert (
        list(missing([layered("tst", "orders: {a: 1}"), layered("pre", "orders: {a: 2}"), layered("pro", mine)])) == []
    )


def test_a_service_that_is_not_everywhere_is_missing_where_it_runs() -> None:
    pro = layered("pro", "", services=frozenset({"auth"}))
    three = [layered("tst", "orders: {a: 1}"), layered("pre", "orders: {a: 1}"), pro]
    assert list(missing(three)) == []
    assert shown(list(missing([*three, layered("eu", "")]))) == ["eu:values.yaml:0 orders"]
    assert list(missing([*three[1:], layered("eu", "")])) == []  # one other runs it


def test_what_charts_share_is_missing_like_a_service() -> None:
    domain = "global: {domain: a.example, region: x}"
    three = [layered("tst", domain), layered("pre", domain), layered("pro", "global: {region: y}\norders: {}")]
    assert shown(list(missing(three))) == ["pro:values.yaml:1 global.domain"]


def test_a_first_environment_lacks_what_another_first_one_sets() -> None:
    dev = layered("dev", "orders: {}", first=True)
    later = [layered("pre", "orders: {a: 1}"), layered("pro", "orders: {a: 1}")]
    assert list(missing([dev, *later])) == []
    tst = layered("tst", "orders: {a: 1}", first=True)
    assert shown(list(missing([dev, tst, *later]))) == ["dev:values.yaml:1 orders.a"]
    assert list(missing([dev, replace(tst, documents=dev.documents), *later])) == []


def test_sections_of_services_that_are_gone_are_named_with_their_lines() -> None:
    text = "orders: {}\ngone:\n  a: 1\n  b: 2\nauth: {}\nfar: {}\nmisspelt: {}\n"
    shop = layered("tst", text, admitted=SERVICES | {"gone", "far"}, others=frozenset({"far"}))
    assert [(finding.key, finding.hint) for _, finding in left(shop)] == [
        (("gone",), "delete lines 2 to 4, unless you may go back to a train with it"),
        (("far",), "delete line 6, unless you may go back to a train with it"),
    ]
    shared = layered("tst", text, "", admitted=SERVICES | {"gone", "far"}, others=frozenset({"far"}))
    assert [finding.key for _, finding in left(shared)] == [("gone",)]
