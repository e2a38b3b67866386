"""A key that the library has as a feature is named as such, and no other key is."""

from __future__ import annotations

import pytest
import yaml

from helpers.charts.charts import app_chart, as_bytes, as_text, umbrella
from shunter.core.charts.load import load_chart
from shunter.core.goyaml.document import read
from shunter.core.packaging.contract import as_published
from shunter.core.rules.verdict import judge
from shunter.model.files import FileState, MemoryTree
from shunter.model.findings import Finding


def found(values: object, files: dict[str, str] | None = None) -> list[Finding]:
    files = umbrella({"orders": app_chart("rest-api", "orders")}) if files is None else files
    chart = load_chart(MemoryTree({path: FileState(as_bytes(text)) for path, text in files.items()}))
    return list(judge(chart, [read(yaml.safe_dump({"orders": values}).encode(), "values.yaml")]))


@pytest.mark.parametrize(
    ("values", "feature"),
    [
        ({"rbac": {}}, "rbac"),
        ({"controllers": {"agent": {"grpcRoute": {}}}}, "grpc"),
        ({"podSecurityContext": {"supplementalGroups": [1]}}, "rare-fields"),
        ({"sidecars": {"x": {"livenessProbe": {"successThreshold": 1}}}}, "rare-fields"),
        ({"jobs": {"migrate": {"podAnnotations": {}}}}, "rare-fields"),
    ],
)
def test_it_is_named_with_the_place_to_ask_for_it(values: object, feature: str) -> None:
    (finding,) = found(values)
    assert finding.rule == "unknown-key"
    assert finding.hint == f"ask for it: `x-features: [{feature}]` in the chart's values.extra.schema.yaml"


@pytest.mark.parametrize(
    "values",
    [{"rbacs": {}}, {"ingress": {"host": "x"}}, {"image": {"rbac": {}}}, {"service": {"supplementalGroups": []}}],
)
def test_a_key_that_is_none_there_is_no_feature(values: object) -> None:
    (finding,) = found(values)
    assert "x-features" not in finding.hint


def test_the_contract_may_be_away_or_broken() -> None:
    files = umbrella({"orders": app_chart("rest-api", "orders")})
    contract = "values.v1.yaml.gz"
    assert any(path.endswith(contract) for path in files)
    for text in (None, "[", "x-features: [rbac]\n", "properties: 3\n$defs: []\n"):
        broken = as_text(as_published("", text.encode())[1]) if text is not None else ""
        changed = {path: broken for path in files if path.endswith(contract)} if broken else {}
        kept = {path: own for path, own in files.items() if not path.endswith(contract)}
        (finding,) = found({"rbac": {}}, {**kept, **changed})
        assert finding.hint.startswith("delete it")
