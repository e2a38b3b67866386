"""Which values files a schema's breaking changes hit, and where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import Chart, load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.schema_hits import hits, under
from shunter.core.schema.diff import breaking_changes

OLD = {
    "properties": {
        "num": {"type": "integer"},
        "mode": {"enum": ["a", "b"]},
        "l": {"items": {"properties": {"x": {}}}},
        "m": {},
    }
}


def chart(schema: Any, defaults: str = "") -> Chart:
    files: dict[str, bytes | str] = {
        "Chart.yaml": METADATA,
        "values.schema.json": json.dumps(schema),
        "values.yaml": defaults,
    }
    return load_archive(archive(files), "c.tgz")


def hit(new: Any, *texts: str, defaults: str = "", alias: str = "api") -> list[tuple[str, int, tuple[str | int, ...]]]:
    layers = [read(text.encode(), f"{number}.yaml") for number, text in enumerate(texts)]
    coalesced = under(alias, chart(new, defaults), layers)
    changes = breaking_changes(json.dumps(OLD).encode(), json.dumps(new).encode())
    assert changes
    return [(span.path, span.line, key) for change in changes for span, key in hits(change, coalesced, alias)]


def narrowed(**properties: Any) -> dict[str, Any]:
    return {"properties": {**OLD["properties"], **properties}}


@pytest.mark.parametrize(
    ("new", "text", "expected"),
    [
        (narrowed(mode={"enum": ["a"]}), "api:\n  mode: b\n", [("0.yaml", 2, ("api", "mode"))]),
        (narrowed(mode={"enum": ["a"]}), "api:\n  mode: a\n", []),
        (narrowed(mode={"enum": ["a"]}), "web:\n  mode: b\n", []),
        (narrowed(num={"type": "integer", "minimum": 5}), "api: {num: 3}\n", [("0.yaml", 1, ("api", "num"))]),
        (narrowed(mode={"enum": ["a"]}), "api:\n  mode: ENC[AES256_GCM,data:x,type:str]\nsops: {mac: x, lastmodified: y}\n", []),
        ({**OLD, "required": ["m"]}, "api: {}\n", [("0.yaml", 1, ("api",))]),
        ({**OLD, "required": ["m"]}, "api: {m: 1}\n", []),
        (
            narrowed(l={"items": {"properties": {"x": {"type": "string"}}}}),
            "api:\n  l:\n  - x: a\n  - x: 1\n",
            [("0.yaml", 4, ("api", "l", 1, "x"))],
        ),
    ],
)  # fmt: skip
def test_what_is_hit(new: Any, text: str, expected: list[Any]) -> None:
    assert hit(new, text) == expected


def test_the_layer_that_wins_is_hit_and_a_default_is_not() -> None:
    new = narrowed(mode={"enum": ["a"]})
    assert hit(new, "api: {mode: a}\n", "api: {mode: b}\n") == [("1.yaml", 1, ("api", "mode"))]
    assert hit(new, "api: {mode: b}\n", "api: {mode: a}\n") == []
    assert hit(new, "api: {num: 1}\n", defaults="mode: b\n") == []


def test_a_chart_under_its_own_name() -> None:
    assert hit(narrowed(mode={"enum": ["a"]}), "c: {mode: b}\n", alias="c") == [("0.yaml", 1, ("c", "mode"))]
