"""Which charts of an umbrella are on: what is left out where no condition asks, on random umbrellas."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from helpers.fuzz.umbrella_fuzz import umbrella
from helpers.oracles.embedded_helm import archive
from shunter.core.charts.load import Chart, load_archive
from shunter.core.goyaml.document import of_mapping
from shunter.core.values import dependencies
from shunter.core.values.coalesce import Coalesced, coalesce
from shunter.model.data import replace


def test_what_is_left_out_where_nothing_depends_on_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    seed, seen = 12, Counter[bool]()
    random = Random(seed)
    for number in range(150):
        files, passed = umbrella(random)
        deep = load_archive(archive(files), "top.tgz")
        layers = [of_mapping(layer, f"{index}") for index, layer in enumerate(passed)]
        for chart in (deep, replace(deep, subcharts=tuple(map(_alone, deep.subcharts)))):
            made, everything = coalesce(chart, layers), coalesce(chart, layers, all_enabled=True)
            with monkeypatch.context() as patch:
                patch.setattr(dependencies, "_is_flat", lambda *_: False)
                whole = [coalesce(chart, layers), coalesce(chart, layers, all_enabled=True)]
            assert [_shown(made), _shown(everything)] == list(map(_shown, whole)), f"seed {seed}, case {number}"
            assert _shown(made.everything) == _shown(everything), f"seed {seed}, case {number}"
            seen[made.complete] += 1
    assert min(seen.values()) > 50
    assert len(seen) == 2


def _alone(chart: Chart) -> Chart:
    return replace(chart, subcharts=())


def _shown(coalesced: Coalesced) -> tuple[Any, ...]:
    slices = [(part.path, part.chart.name, json.dumps(part.values)) for part in coalesced.slices]
    return json.dumps(coalesced.values), slices, coalesced.mismatch, coalesced.circle and coalesced.circle.dependency
