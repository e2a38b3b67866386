"""The name under which a parent's values address a dependency: Helm is asked."""

from __future__ import annotations

import pytest

from helpers.oracles.embedded_helm import SHOW_VALUES, archive, values_of
from shunter.core.charts.load import load_archive


@pytest.mark.parametrize("alias", ["", "api"])
def test_the_alias_counts_and_else_the_name(alias: str) -> None:
    entry = f"{{name: svc, version: 1.0.0, alias: '{alias}'}}"
    data = archive(
        {
            "Chart.yaml": f"apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{entry}]\n",
            "templates/show.yaml": SHOW_VALUES,
            "charts/svc/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.0.0\n",
            "charts/svc/values.yaml": "a: 1\n",
        }
    )
    (dependency,) = load_archive(data, "c.tgz").dependencies
    assert [dependency.key] == [key for key in values_of(data) if key != "global"]
