"""Keys that a schema does not know, and keys that it misses."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.charts.judged import judged
from shunter.core.rules.errors.key_errors import may_hold
from shunter.core.rules.fixes import fixed

SCHEMA = {
    "additionalProperties": False,
    "properties": {
        "replicaCount": {"type": "integer"},
        "image": {"type": "object", "properties": {"pullPolicy": {}}, "additionalProperties": False},
        "hosts": {"type": "array"},
        "on": {},
    },
}


@pytest.mark.parametrize(
    ("text", "hint", "after"),
    [
        ("replicasCount: 1", "did you mean `replicaCount`?", "replicaCount: 1"),
        ("'replicasCount': 1", "did you mean `replicaCount`?", "'replicaCount': 1"),
        ("replica-count: 1", "did you mean `replicaCount`?", "replicaCount: 1"),
        ("replicaTotal: 1", "did you mean `replicaCount`?", ""),  # near, and no slip of the pen
        ("replicasCount: 1\nreplicaCount: 2", "did you mean `replicaCount`?", ""),  # that one is there
        ("imge: x", "did you mean `image`?", ""),  # a map is wanted there
        ("imge: {}", "did you mean `image`?", "image: {}"),
        ("host: [x]", "did you mean `hosts`?", "hosts: [x]"),
        ("pullPolicy: x", "did you mean `image.pullPolicy`?", ""),
        ("zzz: 1", "delete it; known here: hosts, image, on, replicaCount", ""),
    ],
)
def test_an_unknown_key(text: str, hint: str, after: str) -> None:
    (finding,) = judged(SCHEMA, text)
    assert (finding.rule, finding.hint) == ("unknown-key", hint)
    assert fixed(text.encode(), [finding], "v.yaml")[0].decode() == (after or text)


def test_a_key_that_is_no_text_to_helm_says_so() -> None:
    notes = {text: judged(SCHEMA, text)[0].notes[0] for text in ("y: 1", "0777: 1", "8080: 1", "'y': 1")}
    assert notes["y: 1"] == 'unquoted, the key `y` is the boolean true to Helm, so it becomes "true"'
    assert notes["0777: 1"] == 'unquoted, the key `0777` is a number to Helm, so it becomes "511"'
    assert notes["8080: 1"].startswith("schema: ")
    assert notes["'y': 1"].startswith("schema: ")


def test_a_map_that_takes_no_key_says_so() -> None:
    (finding,) = judged(
        {"properties": {"a": {"additionalProperties": False, "patternProperties": {"^x": {}}}}}, "a: {b: 1}"
    )
    assert finding.hint == "delete it; known here: no key"


def test_a_required_key_that_is_misspelt_is_one_finding() -> None:
    (finding,) = judged({**SCHEMA, "required": ["replicaCount"]}, "replicaTotal: 1")
    assert "`replicaCount` is required here, and nothing sets it" in finding.notes
    assert fixed(b"replicaTotal: 1", [finding], "v.yaml")[0] == b"replicaCount: 1"


def test_a_missing_key_says_what_is_wanted() -> None:
    (finding,) = judged(
        {"required": ["port"], "properties": {"port": {"type": "integer", "description": "TCP\nx"}}}, "a: 1"
    )
    assert (finding.rule, finding.key, finding.message) == (
        "missing-key",
        ("port",),
        "`port` is required, and nothing sets it",
    )
    assert finding.notes[0] == "wanted: an integer: TCP"
    assert finding.hint == "add `port:`, an integer: TCP"


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        (None, [True, True, True]),
        ({}, [True, True, True]),
        ({"type": "object"}, [True, False, False]),
        ({"type": ["array", "null"]}, [False, True, True]),
        ({"type": ["array", "object"]}, [True, True, False]),
        ({"type": "string"}, [False, False, True]),
    ],
)
def test_what_a_key_may_hold_by_its_shape(schema: Any, fits: list[bool]) -> None:
    assert [may_hold(schema, value) for value in ({}, [], "x")] == fits
