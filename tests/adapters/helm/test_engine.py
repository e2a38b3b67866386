"""Both engines: what they render, what they say of errors, and threads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import helm_python
import pytest

from helpers.charts.tiny_charts import archived, chart_files, environment, packed, tarred, write_files
from helpers.tools import HELM, needs_helm
from shunter.adapters.helm.engine import BinaryEngine, EmbeddedEngine, Engine, engine
from shunter.core.charts.packed import PackedChart
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Severity

ENGINES = [
    pytest.param(EmbeddedEngine(), id="embedded"),
    pytest.param(BinaryEngine(HELM), id="binary", marks=needs_helm),
]

KINDS = """{{- range $kind := list "Widget" "Deployment" "ConfigMap" "Service" "Apple" "Namespace" "CronJob" "Job" }}
---
apiVersion: v1
kind: {{ $kind }}
metadata:
  name: {{ $.Chart.Name }}-{{ $kind | lower }}
{{- end }}
--- # a comment ends this line
# only a comment
"""
HOOKS = """{{- range $hook := list "pre-install,post-upgrade" "test" "post-delete" "no-such-hook" }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $hook | replace "," "-" }}
  annotations:
    helm.sh/hook: {{ $hook }}
    helm.sh/hook-weight: "-5"
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: early
  annotations: {helm.sh/hook: pre-install}
"""
RICH = {
    "templates/kinds.yaml": KINDS,
    "templates/b-hooks.yaml": HOOKS,
    "templates/_none.tpl": "{{/* */}}",
    "templates/NOTES.txt": "Thank you\n",
    "templates/sub/NOTES.txt": "more\n",
    "templates/empty.yaml": "{{- if false }}\nx: 1\n{{- end }}\n   \n",
    "crds/crd.yaml": "kind: CustomResourceDefinition\n",
}


def rich() -> bytes:
    files, _, _ = environment({"orders": chart_files("orders", extra=RICH), "cart": chart_files("cart", extra=RICH)})
    return packed(files)


def render(tool: Engine, data: bytes, values: Any = None) -> str:
    return tool.render(archived(data), values or {}, release="tst", namespace="shop")


def test_the_order_of_installation_and_hooks_last() -> None:
    text = render(EmbeddedEngine(), rich())
    kinds = [re.search(r"^kind: (\w+)", part, re.M) for part in text.split("---\n")[1:]]
    names = [found[1] if found else "" for found in kinds]
    objects = (
        ["Namespace"] * 2 + ["ConfigMap"] * 4 + ["Service"] * 2 + ["Deployment"] * 2 + ["Job"] * 2 + ["CronJob"] * 2
    )
    assert names == [*objects, "", "", "Apple", "Apple", "Widget", "Widget", *["ConfigMap"] * 2, *["Job"] * 6]
    assert text.startswith("---\n# Source: tst/charts/cart/templates/kinds.yaml\napiVersion: v1\nkind: Namespace\n")
    assert "no-such-hook" not in text
    assert "Thank you" not in text


def test_the_objects_are_those_of_an_install() -> None:
    """`install` makes the manifest in Helm itself; hooks are not in it."""
    data = rich()
    with helm_python.Config(storage_driver="memory") as config, helm_python.Chart.load_archive(data) as chart:
        manifest = config.install(chart, "tst", {}, namespace="shop", dry_run="client")["manifest"]
    text = render(EmbeddedEngine(), data)
    assert text.startswith(manifest.strip() + "\n")
    assert text[len(manifest.strip()) + 1 :].count("helm.sh/hook:") == 8


@needs_helm
def test_the_binary_prints_the_same() -> None:
    assert render(BinaryEngine(HELM), rich()) == render(EmbeddedEngine(), rich())


@pytest.mark.parametrize("tool", ENGINES)
def test_values_release_and_namespace_arrive(tool: Engine) -> None:
    template = (
        'kind: X\nv: {{ toJson .Values }}\nr: "{{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Release.IsInstall }}"\n'
    )
    text = render(tool, packed(chart_files("orders", template=template)), {"a": {"b": [1, "ü", None, 1e6, True]}})
    assert 'v: {"a":{"b":[1,"ü",null,1000000,true]}}' in text
    assert 'r: "tst/shop/true"' in text


@pytest.mark.parametrize("tool", ENGINES)
def test_an_empty_chart_renders_nothing(tool: Engine) -> None:
    assert render(tool, packed(chart_files("orders", template=None))) == ""


@pytest.mark.parametrize("tool", ENGINES)
def test_the_cause_comes_first(tool: Engine) -> None:
    helper = '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ fail "orders need a port" }}{{ end }}'
    broken = chart_files("orders", template='{{ include "a" . }}', extra={"templates/_a.tpl": helper})
    with pytest.raises(ShunterError, match=r"^Helm: orders need a port$") as caught:
        render(tool, packed(broken))
    assert any("orders/templates/all.yaml" in note for note in caught.value.notes)


@pytest.mark.parametrize("tool", ENGINES)
def test_values_that_do_not_fit(tool: Engine) -> None:
    schema = {"type": "object", "properties": {"replicas": {"type": "integer"}}}
    with pytest.raises(ShunterError, match="do not fit") as caught:
        render(tool, packed(chart_files("orders", schema=schema)), {"replicas": "two"})
    assert caught.value.notes == ("helm: orders:", "helm: - at '/replicas': got string, want integer")


@pytest.mark.parametrize("tool", ENGINES)
@pytest.mark.parametrize("text", ["a: [1", "- just\n- a list\n", "a: b: c\n"])
def test_broken_yaml_is_an_error(tool: Engine, text: str) -> None:
    with pytest.raises(ShunterError) as caught:
        render(tool, packed(chart_files("orders", template=text)))
    assert "orders/templates/all.yaml" in " ".join([caught.value.message, *caught.value.notes])


@pytest.mark.parametrize("tool", ENGINES)
@pytest.mark.parametrize("gone", ["charts/orders/", "charts/commons/", "charts/"])
def test_a_missing_dependency_is_an_error_where_helm_renders_on(tool: Engine, gone: str) -> None:
    files, _, _ = environment({"orders": chart_files("orders")})
    data = tarred({path: state for path, state in files.items() if not path.startswith(gone)})
    with helm_python.Chart.load_archive(data) as chart:
        assert len(chart.render({})) == (1 if gone == "charts/commons/" else 0)
    with pytest.raises(ShunterError, match=r"chart tst depends on \w+ [01]\.0\.0, but its charts/ does not hold it"):
        render(tool, data)


@pytest.mark.parametrize("tool", ENGINES)
def test_another_version_in_charts_is_an_error_where_helm_renders_it(tool: Engine) -> None:
    files, _, _ = environment({"orders": chart_files("orders")})
    text = files["Chart.yaml"].data.replace(b"orders\n  version: 1.0.0", b"orders\n  version: 1.0.1")
    files["Chart.yaml"] = FileState(text)
    with helm_python.Chart.load_archive(tarred(files)) as chart:
        assert 'version: "1.0.0"' in chart.render({})["tst/charts/orders/templates/all.yaml"]
    with pytest.raises(ShunterError, match=r"chart tst depends on orders 1\.0\.1"):
        render(tool, tarred(files))


@pytest.mark.parametrize("tool", ENGINES)
@pytest.mark.parametrize("data", [b"", b"junk"])
def test_what_is_no_chart_is_an_error(tool: Engine, data: bytes) -> None:
    with pytest.raises(ShunterError):
        render(tool, data)


@pytest.mark.parametrize("tool", ENGINES)
def test_lint(tool: Engine, tmp_path: Path) -> None:
    good = chart_files("orders", extra={"values.yaml": "a: 1\n"})
    for chart in (PackedChart.of_files(good), write_files(tmp_path / "orders", good)):
        messages = tool.lint(chart)
        assert {message.severity for message in messages} <= {Severity.NOTE}
        assert any(message.text == "icon is recommended" for message in messages)


@pytest.mark.parametrize("tool", ENGINES)
def test_lint_has_helms_own_severities(tool: Engine, tmp_path: Path) -> None:
    old = "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata:\n  name: x\n"
    warned = write_files(tmp_path / "orders", chart_files("orders", template=old, extra={"values.yaml": ""}))
    assert {message.severity for message in tool.lint(warned)} == {Severity.NOTE, Severity.WARNING}
    broken = write_files(
        tmp_path / "broken", chart_files("broken", template="{{ .Values.a.b }}", extra={"values.yaml": ""})
    )
    errors = [message for message in tool.lint(broken) if message.severity is Severity.ERROR]
    assert errors
    assert "nil pointer" in errors[0].text


@pytest.mark.parametrize("tool", ENGINES)
def test_lint_has_the_namespace_that_helm_takes(tool: Engine, tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook-{{ .Release.Namespace }}\n"
    chart = write_files(tmp_path / "orders", chart_files("orders", template=template, extra={"values.yaml": ""}))
    assert {message.severity for message in tool.lint(chart)} == {Severity.NOTE}
    (named,) = (message for message in tool.lint(chart, namespace="A b") if message.severity is Severity.WARNING)
    assert "hook-A b" in named.text


def test_helms_log_is_no_output_and_what_others_say_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = chart_files("orders", template="{{ fail (toJson .Values) }}", extra={"values.yaml": "a: {b: {c: 1}}\n"})
    chart, tool = write_files(tmp_path / "orders", files), EmbeddedEngine()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: tool.lint(chart, {"a": {"b": 2}}), range(8)))
        os.write(2, b"said beside it\n")
        with pytest.raises(ShunterError):
            render(tool, packed(files), {"a": {"b": 2}})
    assert len(done) == 8
    assert capfd.readouterr().err == "said beside it\n"


@pytest.mark.parametrize("tool", ENGINES)
def test_lint_of_no_chart(tool: Engine, tmp_path: Path) -> None:
    write_files(tmp_path, {"x": FileState(b"")})
    assert Severity.ERROR in {message.severity for message in tool.lint(tmp_path)}


def test_threads_render_side_by_side() -> None:
    """One chart handle in two threads panics, so every call has its own."""
    data, tool = rich(), EmbeddedEngine()
    expected = render(tool, data)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: render(tool, data), range(24)))
    assert set(results) == {expected}


def test_no_handle_is_left_open() -> None:
    before = helm_python.open_handles_count()
    render(EmbeddedEngine(), rich())
    with pytest.raises(ShunterError):
        render(EmbeddedEngine(), packed(chart_files("orders", template='{{ fail "no" }}')))
    assert helm_python.open_handles_count() == before


def test_the_embedded_helm_has_one_kubernetes_version() -> None:
    with pytest.raises(ShunterError, match=r"Kubernetes 1\.30\.0"):
        EmbeddedEngine().render(archived(rich()), {}, release="r", namespace="n", kube_version="1.30.0")


@needs_helm
def test_the_binary_renders_for_a_kubernetes_version() -> None:
    template = "kind: X\nv: {{ .Capabilities.KubeVersion.Version }}\n"
    data = packed(chart_files("orders", template=template))
    text = BinaryEngine(HELM).render(archived(data), {}, release="r", namespace="n", kube_version="1.30.0")
    assert "v: v1.30.0" in text


@pytest.mark.parametrize("tool", ENGINES)
def test_version(tool: Engine) -> None:
    assert re.match(r"v[34]\.\d+", tool.version())


def test_choosing_an_engine() -> None:
    assert isinstance(engine(), EmbeddedEngine)
    with pytest.raises(ShunterError, match="is not installed"):
        engine("no-such-helm")


def test_without_the_extra_the_error_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['helm_python'] = None\n"
        "from shunter.adapters.helm.engine import engine\n"
        "from shunter.model.errors import ShunterError\n"
        "try: engine()\n"
        "except ShunterError as error: print(error.message, '|', error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "the embedded Helm is not installed | pip install 'shunter[helm]'"


FAKE = "import os\ndef helm_c_version(): print('loaded with', os.environ.get('GOGC'))\n"
ASK = "import os; from shunter.adapters.helm.engine import engine; engine(); engine(); print('then', os.environ.get('GOGC'))"


@pytest.mark.parametrize(("own", "loaded", "then"), [({}, "400", "None"), ({"GOGC": "50"}, "50", "50")])
def test_go_is_told_how_much_garbage_it_may_make_and_nobody_else(
    tmp_path: Path, own: dict[str, str], loaded: str, then: str
) -> None:
    """What is loaded says what it finds in the environment, as Go's runtime reads it then; once, and not in its place."""
    (tmp_path / "helm_python.py").write_text(FAKE, "utf-8")
    kept = {name: value for name, value in os.environ.items() if name != "GOGC"}
    path = os.pathsep.join((str(tmp_path), *filter(None, (os.environ.get("PYTHONPATH"),))))
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, env={**kept, **own, "PYTHONPATH": path}, capture_output=True, text=True, check=True)
    assert done.stdout == f"loaded with {loaded}\nthen {then}\n"
