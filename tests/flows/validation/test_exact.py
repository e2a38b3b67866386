"""Keys that do nothing, proven by rendering."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.charts import usual_chart
from helpers.tools import NO_HELM
from helpers.workspaces.cli import ok, shunter

pytest.importorskip("helm_python", reason=NO_HELM)

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "values.schema.json": '{"properties": {"replicas": {"type": "integer", "maximum": 3}, "image": {"enum": ["a"]}}}',
    "templates/app.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  random: {{ randAlphaNum 8 | quote }}
  replicas: {{ .Values.replicas | quote }}
  image: {{ .Values.image | quote }}
  {{- if .Values.ingress.enabled }}
  host: {{ .Values.ingress.host | quote }}
  {{- end }}
  {{- if eq .Values.mode "special" }}
  special: {{ .Values.special | quote }}
  {{- end }}
  {{- $merged := merge (dict) .Values.config .Values }}
  config: {{ $merged.known | quote }}
  checked: {{ required "needed" .Values.needed | len | quote }}
""",
    "values-tst.yaml": """\
replicas: 3
image: a
ingress:
  enabled: false
  host: tst.example
mode: plain
special: x
config:
  known: 1
  dead: {a: 1, b: [x]}
needed: xx
""",
}


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    for name, text in CHART.items():
        (tmp_path / "shop" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / name).write_text(text, "utf-8")
    return tmp_path


def test_each_key_is_used_inactive_or_unused(chart: Path) -> None:
    printed = ok("validate", "--exact", "shop/values-tst.yaml", cwd=chart).err
    blocks = [block.splitlines() for block in printed.split("\n\n") if block] or []
    heads = [line for block in blocks for line in block if line.startswith(("note[", "warning["))]
    assert heads == [
        "note[inactive-key]: `ingress.host` does nothing while `ingress.enabled` is false",
        "note[inactive-key]: `special` changes nothing as things are; templates/app.yaml:12 reads it",
        "warning[unused-key]: nothing that is rendered depends on `config.dead`",
    ]
    assert "--> shop/values-tst.yaml:5:3" in printed
    assert "--> shop/values-tst.yaml:10:3" in printed


def test_a_charts_own_values_are_proved_where_no_others_are_passed(chart: Path) -> None:
    (chart / "shop" / "values-tst.yaml").rename(chart / "shop" / "values.yaml")
    printed = ok("validate", "--exact", "shop", cwd=chart).err
    assert "nothing that is rendered depends on `config.dead`\n  --> shop/values.yaml:10:3" in printed
    assert "`ingress.host` does nothing while `ingress.enabled` is false" in printed


def test_values_that_helm_refuses_are_not_rendered(chart: Path) -> None:
    (chart / "shop" / "values-tst.yaml").write_text("replicas: 9\n", "utf-8")
    result = shunter("validate", "--exact", "shop/values-tst.yaml", cwd=chart)
    assert result.code == 1
    assert "notice: nothing was rendered, since Helm refuses these values" in result.err


def test_an_environment_with_a_switch_turned_off(railed: Path) -> None:
    values = railed / "shop-tst" / "envs" / "tst" / "values.yaml"
    text = "orders:\n  env: {LOG_LEVEL: debug}\n  ingress:\n    enabled: false\n    className: x\n"
    text += "    hosts: [{host: shop.example}]\n"
    values.write_text(text, "utf-8")
    printed = ok("validate", "--exact", "-e", "tst", cwd=railed).err
    assert "`orders.ingress.className` does nothing while `orders.ingress.enabled` is false" in printed
    assert printed.count("-key]") == 2  # and the hosts


def test_rendering_agrees_with_reading_the_templates(tmp_path: Path) -> None:
    for name, text in {**usual_chart.FILES, "values.yaml": usual_chart.VALUES, "ci.yaml": usual_chart.MISTAKES}.items():
        (tmp_path / "usual" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "usual" / name).write_text(text, "utf-8")
    result = shunter("validate", "--exact", "usual/ci.yaml", "-o", "json", cwd=tmp_path)
    found = {".".join(map(str, finding["key"])): finding["rule"] for finding in json.loads(result.out)["findings"]}
    assert found == dict.fromkeys(usual_chart.DEAD, "unused-key")
