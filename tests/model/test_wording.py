"""Words, nearest keys, and snippets that are ready to paste."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from helpers.workspaces import shop
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.goyaml.plain import scalar_text
from shunter.core.rules.paste import paste_ready
from shunter.core.rules.verdict import judge
from shunter.model.findings import Finding
from shunter.model.wording import dotted, is_slip, nearest, wanted_types


def test_key_paths_read_as_people_write_them() -> None:
    assert dotted(("service", "ports", 0, "name")) == "service.ports[0].name"
    assert dotted(("annotations", "a.b/c", "x")) == 'annotations["a.b/c"].x'
    assert dotted(()) == "the values"


@pytest.mark.parametrize(
    ("word", "known", "guess"),
    [
        ("replicasCount", ["replicaCount", "image"], "replicaCount"),
        ("replica-count", ["replicaCount", "image"], "replicaCount"),
        ("wbe", ["api", "web"], "web"),
        ("Image", ["image"], "image"),
        ("zzz", ["image", "tag"], None),
        ("a", [], None),
    ],
)
def test_the_nearest_word(word: str, known: list[str], guess: str | None) -> None:
    assert nearest(word, known) == guess


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [
        ("replicasCount", "replicaCount", True),
        ("pull_policy", "pullPolicy", True),
        ("naem", "name", True),
        ("ifNotPresent", "IfNotPresent", True),
        ("minReplicas", "maxReplicas", False),
        ("v1beta1", "v1beta2", False),
        ("pre", "pro", False),
        ("limit", "limitRange", False),
    ],
)
def test_only_a_slip_of_the_pen_is_corrected_unasked(written: str, meant: str, slip: bool) -> None:
    assert is_slip(written, meant) is slip


def test_types_have_articles() -> None:
    assert wanted_types(["null", "string"]) == "a string or null"
    assert wanted_types(["integer", "array", "object"]) == "an integer or a list or a map"


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), ("on", '"on"'), ("1.10", '"1.10"'), ("a b", '"a b"'), (1, "1"), (None, "null")]
)
def test_scalars_are_quoted_where_helm_would_read_something_else(value: Any, text: str) -> None:
    assert scalar_text(value) == text
    assert read(f"x: {text}".encode(), "v").value == {"x": value}


def found(schema: dict[str, Any], text: str) -> tuple[Finding, ...]:
    data = archive({"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema)})
    return judge(load_archive(data, "c.tgz"), [read(text.encode(), "envs/pro/values.yaml")])


def test_missing_and_obsolete_keys_are_ready_to_paste() -> None:
    schema = {
        "additionalProperties": False,
        "required": ["image", "port", "on"],
        "properties": {
            "image": {"required": ["tag"], "properties": {"tag": {"type": "string", "description": "the version"}}},
            "port": {"type": "integer", "minimum": 1, "maximum": 9},
            "on": {"enum": ["a", "b"]},
        },
    }
    text = paste_ready(found(schema, "image: {}\nold: 1\nolder:\n  x: 1\n"))
    assert (
        text
        == """\
# add to envs/pro/values.yaml:
"on":  # one of "a", "b"
port:  # an integer from 1 to 9
image:
  tag:  # a string: the version
# obsolete in envs/pro/values.yaml:
#   old  # line 2
#   older  # line 3
"""
    )
    added = read(text.encode(), "x").value
    assert added == {"on": None, "port": None, "image": {"tag": None}}


def test_nothing_to_paste_is_nothing() -> None:
    assert paste_ready(found({}, "a: 1")) == ""
    chart = load_archive(archive(shop.files()), "s.tgz")
    assert paste_ready(judge(chart, [read(b"api: {replicaCount: x}", "v.yaml")])) == ""
