"""The first shunter.yaml, and pairs of the command line laid into one."""

from __future__ import annotations

import pytest

from helpers.workspaces.own_files import schema
from shunter.core.goyaml.edit import edit
from shunter.core.workspace.file import parse_workspace
from shunter.core.workspace.text import MODELINE, assignments, first_text, overlay
from shunter.model.errors import ShunterError


@pytest.mark.parametrize("layout", ["mono", "multi"])
@pytest.mark.parametrize("example", [True, False])
def test_the_first_text_is_a_workspace(layout: str, example: bool) -> None:
    text = first_text("shop", layout, source="https://t.invalid/t.git", release="0.1.0", example=example)
    found = parse_workspace(text, "shunter.yaml", schema("workspace"), release="9.9.9", source="https://other.invalid")
    assert (found.name, found.templates_release, found.templates_source) == ("shop", "0.1.0", "https://t.invalid/t.git")
    assert [environment.name for environment in found.environments] == ["tst", "pre", "pro"]
    assert bool(found.services) is example
    assert text.startswith(MODELINE.encode() + b"\n")
    assert (b"acme" in text) is example


@pytest.mark.parametrize(
    ("pair", "change"),
    [
        ("ci=gitlab", (["ci"], "gitlab")),
        ("a.b=1", (["a", "b"], 1)),
        ("a=x=y", (["a"], "x=y")),
        ("a={b: [1]}", (["a"], {"b": [1]})),
        ("a=", (["a"], None)),
        ("a='1'", (["a"], "1")),
    ],
)
def test_a_pair_is_a_path_and_a_value(pair: str, change: object) -> None:
    assert assignments([pair]) == [change]


@pytest.mark.parametrize("pair", ["ci", "=x", ""])
def test_what_is_no_pair_is_refused(pair: str) -> None:
    with pytest.raises(ShunterError, match="is not KEY=VALUE") as caught:
        assignments([pair])
    assert "-d ci=gitlab" in caught.value.hint


def test_a_mapping_is_laid_over_and_comments_stay() -> None:
    data = b"# head\na: 1 # one\nb: {c: 2}\n"
    assert overlay(data, {"b": {"d": 3}, "e": True}) == b"# head\na: 1 # one\nb: {c: 2, d: 3}\ne: true\n"
    assert overlay(data, {}) == edit(data, []) == data


@pytest.mark.parametrize("value", ["[", "'", "*a", "%x", '{"a": 1, "a": 2}'])
def test_a_value_that_is_no_yaml_is_named(value: str) -> None:
    with pytest.raises(ShunterError, match="is no YAML"):
        assignments([f"ci={value}"])
