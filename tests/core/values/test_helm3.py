"""Helm 3 mode against recordings of Helm 3.21, and the recordings against Helm 3 itself where it was built."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.oracles import helm3
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.values.coalesce import coalesce


def ours(case: helm3.Case) -> Any:
    """The final values as we see them; None where we say that Helm 3 refuses."""
    chart = load_archive(case.chart, "c.tgz", "3")
    layers = [read(text.encode(), f"{index}.yaml", "3") for index, text in enumerate(case.values)]
    if any(document.value is None for document in (chart.values, *layers)):
        return None
    return coalesce(chart, layers).values


@pytest.mark.slow  # every recording of Helm 3
def test_helm_3_mode_gives_what_helm_3_was_recorded_to_give() -> None:
    asked = list(helm3.cases())
    known = helm3.recorded()
    assert [case.digest() for case in asked] == [digest for digest, _ in known], (
        "record anew: see tests/helm3/README.md"
    )
    wrong = [case for case, (_, answer) in zip(asked, known, strict=True) if helm3.short(ours(case)) != answer]
    assert wrong == []


def test_null_defaults_tell_helm_3_from_helm_4() -> None:
    from helpers.oracles.embedded_helm import METADATA, archive

    data = archive({"Chart.yaml": METADATA, "values.yaml": "x: null\nb: {z: null}\n"})
    assert coalesce(load_archive(data, "c.tgz", "3"), []).values == {"x": None, "b": {"z": None}}
    assert coalesce(load_archive(data, "c.tgz", "4"), []).values == {"b": {}}


@pytest.mark.slow
def test_the_recordings_are_what_helm_3_says() -> None:
    if not helm3.BUILT.exists():
        pytest.skip("Helm 3 is not built: cd tests/helm3 && go build -o helm3 .")
    found = [helm3.short(answer) for answer in helm3.answers(helm3.BUILT, helm3.cases())]
    assert found == [answer for _, answer in helm3.recorded()]
