"""A chart without schemas: no file named so is left at any depth, and Helm takes any values."""

from __future__ import annotations

import pytest

from helpers.charts.tiny_charts import archived, chart_files, loose, packed
from helpers.tools import NO_HELM
from shunter.flows.release.unchecked import without_schemas
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

STRICT = {"properties": {"a": {"type": "string"}}}
INNER = chart_files("inner", schema=STRICT)
OUTER = chart_files("outer", schema=STRICT, extra={"files/values.schema.json.txt": "kept", "docs/x.tgz": "no archive"})
UNPACKED = {**OUTER, **{f"charts/inner/{path}": state for path, state in INNER.items()}}
PACKED = {**OUTER, "charts/inner-1.0.0.tgz": FileState(packed(INNER))}


def test_schemas_go_and_nothing_else() -> None:
    found = without_schemas(loose(UNPACKED)).files
    assert set(UNPACKED) - set(found) == {"values.schema.json", "charts/inner/values.schema.json"}
    assert all(found[path] == UNPACKED[path] for path in found)


def test_a_packed_chart_is_opened() -> None:
    found = without_schemas(loose(PACKED)).files
    assert set(PACKED) - set(found) == {"values.schema.json"}
    inner = archived(found["charts/inner-1.0.0.tgz"].data)
    assert set(INNER) - set(inner.files) == {"values.schema.json"}
    assert inner.key == ("inner", "1.0.0")


@pytest.mark.parametrize("files", [UNPACKED, PACKED], ids=["unpacked", "packed"])
def test_helm_takes_what_it_refused(files: dict[str, FileState]) -> None:
    pytest.importorskip("helm_python", reason=NO_HELM)
    from shunter.adapters.helm.engine import EmbeddedEngine

    values = {"a": 1, "inner": {"a": 2}}
    chart = loose({path: state for path, state in files.items() if path != "docs/x.tgz"})
    with pytest.raises(ShunterError):
        EmbeddedEngine().render(chart.packed(), values, release="r", namespace="n", kube_version=None)
    made = without_schemas(chart).packed()
    assert "kind: ConfigMap" in EmbeddedEngine().render(made, values, release="r", namespace="n", kube_version=None)
