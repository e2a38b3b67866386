"""Answers files in pieces are what YAML's own writer makes of the whole."""

from __future__ import annotations

import random
from typing import Any

import pytest
from jinja2_ansible_filters.core_filters import to_nice_yaml

from shunter.core.templates.nice_yaml import NiceYaml

WORDS = [
    "",
    "plain",
    "it's",
    "no",
    "1.5",
    "- x",
    "a: b",
    "#c",
    " lead",
    "trail ",
    "ü",
    "\U0001f600",
    "a\nb",
    "\t",
    "x " * 60,
    "0o7",
    "~",
    "=",
    "\x85",
    "1e3",
]


def value(choose: random.Random, depth: int = 0) -> Any:
    kind = choose.randrange(8 if depth < 3 else 5)
    if kind < 3:
        return choose.choice(WORDS)
    if kind < 5:
        return choose.choice([0, -1, 1.5, 1e300, float("inf"), True, False, None, 10**20])
    if kind == 5:
        return {choose.choice(WORDS): value(choose, depth + 1) for _ in range(choose.randrange(4))}
    return [value(choose, depth + 1) for _ in range(choose.randrange(4))]


NAMES = [
    "a",
    "e0001",
    "shop-e0001",
    "x" * 59,
    "x" * 60,
    "x" * 200,
    "e1",
    "a-1",
    "a_b",
    "envs/e1/values.yaml",
    "a.b",
    "e1.5",
    "a./b",
    "n",
    "y",
    "inf",
    "nan",
    "o17",
    "true",
    "on",
    "null",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_written_as_yaml_writes_it(name: str) -> None:
    for made in ({"name": name}, {name: "x"}, {"name": name, "other": [name]}):
        assert NiceYaml(to_nice_yaml)(made) == to_nice_yaml(made)


@pytest.mark.parametrize("text", [*NAMES, *WORDS, "a " * 25, 5, 1.5, True, None, [], {}, [1]])
def test_mappings_in_a_list_are_written_as_yaml_writes_them(text: Any) -> None:
    nice = NiceYaml(to_nice_yaml)
    for key in ("projects", "?", "no", "k" * 140):
        listed = {
            key: [{"kind": "app", "a b": text, "paths": [text, "b"], "in": {key: [text]}}, {"name": text}, text, {}]
        }
        for made in (listed, {key: {key: text}}, {"a": {"b": {"c": {"d": {"e": {"f": [text]}}}}}}):
            assert nice(made) == to_nice_yaml(made)


def test_random_answers_are_written_as_a_whole() -> None:
    choose, nice = random.Random(14), NiceYaml(to_nice_yaml)
    for number in range(300):
        made = {choose.choice([*WORDS, f"k{n}"]): value(choose) for n in range(choose.randrange(8))}
        assert nice(made) == to_nice_yaml(made), number


@pytest.mark.parametrize("made", [{}, [], "text", {1: "a"}, {True: 1, "a": 2}, {"a": (1, 2)}, {"a": {1, 2}}])
def test_what_is_unusual_is_written_by_yaml(made: Any) -> None:
    assert NiceYaml(to_nice_yaml)(made) == to_nice_yaml(made)


def test_a_value_in_two_places_has_a_name() -> None:
    shared = [1]
    made = {"a": shared, "b": shared}
    assert "&id001" in NiceYaml(to_nice_yaml)(made) == to_nice_yaml(made)


def test_settings_of_the_filter_count() -> None:
    made = {"b": {"c": 1}, "a": 1}
    nice = NiceYaml(to_nice_yaml)
    assert nice(made) != nice(made, 2) == to_nice_yaml(made, 2)
    assert nice(made, sort_keys=False) == to_nice_yaml(made, sort_keys=False)
