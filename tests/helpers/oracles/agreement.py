"""Whether we and the embedded Helm agree: on what a file says, on an umbrella's values, on a verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.oracles.embedded_helm import SHOW_VALUES, RefusedError, archive, never_returns, reading, values_of
from shunter.core.charts.load import Chart, load_archive
from shunter.core.goyaml.document import merge_maps, of_mapping, read
from shunter.core.rules.verdict import judge
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.core.values.coalesce import coalesce
from shunter.core.values.layering import untraced
from shunter.model.findings import Kind


def reading_agrees(text: bytes) -> tuple[bool, bool]:
    """Whether our reading of `text` is Helm's (the same values, or refused by both), and whether Helm refuses it.

    Where two spellings of one key collide, Helm keeps either at random: then the lint must say so.
    """
    try:
        theirs = reading(text)
    except RefusedError:
        theirs = None
    document = read(text, "values.yaml")
    ours = None if document.value is None else without_nulls(document.value)
    same = same_json(theirs, ours) or any(finding.rule == "colliding-keys" for finding in yaml_lints(document))
    return same, theirs is None


def without_nulls(value: Any) -> Any:
    """What Helm leaves of a chart's own defaults."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value


def same_json(left: Any, right: Any) -> bool:
    """Equality of JSON values: booleans are no numbers, 1 and 1.0 are one."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return float(left) == float(right)
    return bool(left == right)


def umbrella_values(files: Mapping[str, str], layers: Sequence[dict[str, Any]]) -> tuple[Any, Any]:
    """Helm's final values and ours; None where one refuses, or dies. Our traced values must equal our plain ones."""
    data = archive({"templates/show.yaml": SHOW_VALUES, **files})
    passed: dict[str, Any] = {}
    for layer in layers:
        passed = merge_maps(passed, layer)
    chart = load_archive(data, "top.tgz")
    assert chart.findings == ()
    ours = coalesce(chart, [of_mapping(layer, f"{index}") for index, layer in enumerate(layers)])
    if ours.circle is not None:
        return (None if never_returns(data, passed) else "alive"), None
    try:
        theirs = values_of(data, passed)
    except RefusedError:
        theirs = None
    if ours.values is not None:
        assert untraced(ours._trace) == ours.values
    return theirs, ours.values


def verdict_agrees(data: bytes, chart: Chart, text: bytes) -> tuple[bool, bool]:
    """Whether we find a verdict exactly if Helm refuses the values file `text`, and whether Helm refuses it."""
    layer = read(text, "v.yaml")
    try:
        if layer.value is None:
            reading(text)
        else:
            values_of(data, layer.value)
    except RefusedError:
        refused = True
    else:
        refused = False
    return refused == any(finding.kind is Kind.VERDICT for finding in judge(chart, [layer])), refused


def schema_agrees(data: bytes, chart: Chart, values: dict[str, Any]) -> tuple[bool, bool]:
    """Whether we find a verdict exactly if Helm refuses values in memory, and whether Helm refuses them."""
    try:
        values_of(data, values)
    except RefusedError:
        refused = True
    else:
        refused = False
    layer = read(json.dumps(values, ensure_ascii=False).encode(), "v.yaml")
    return refused == any(finding.kind is Kind.VERDICT for finding in judge(chart, [layer])), refused
