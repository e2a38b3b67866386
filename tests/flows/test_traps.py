"""Traps of umbrella charts: what Helm does, silently or too late, and what shunter says before.

Each row is a chart, what the embedded Helm makes of it, and the rule that a command names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from shunter.adapters.helm.engine import EmbeddedEngine
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.ranges import satisfies
from shunter.core.charts.versions import is_exact, parse
from shunter.core.rules.catalogue import RULES
from shunter.model.files import FileState

Files = dict[str, str]
SHOW = "v: {{ .Chart.Version }}\nname: {{ .Release.Name }}-{{ .Chart.Name }}\nvalues: {{ toJson .Values }}\n"
INCLUDES = 'v: {{ include "lib.v" . }}\n'
OBJECT = "apiVersion: v1\nkind: {}\nmetadata: {{name: x{}}}\n"


def head(name: str, version: str = "1.0.0", *dependencies: Mapping[str, str]) -> str:
    """A Chart.yaml; a dependency is on a vendored chart."""
    text = f"apiVersion: v2\nname: {name}\nversion: {version}\n"
    listed = (json.dumps({"version": "1.0.0", "repository": "", **item}) for item in dependencies)
    return text + ("dependencies:\n" + "".join(f"- {item}\n" for item in listed) if dependencies else "")


def umbrella(*dependencies: Mapping[str, str]) -> Files:
    """The umbrella `shop`, without its charts."""
    return {"Chart.yaml": head("shop", "1.0.0", *dependencies), "templates/_none.tpl": ""}


def app(
    name: str, template: str = SHOW, *dependencies: Mapping[str, str], version: str = "1.0.0", at: str = ""
) -> Files:
    folder = f"charts/{at or name}"
    return {f"{folder}/Chart.yaml": head(name, version, *dependencies), f"{folder}/templates/show.yaml": template}


def library(of: str, version: str) -> Files:
    folder = f"charts/{of}/charts/lib"
    define = f'{{{{ define "lib.v" }}}}{version}{{{{ end }}}}'
    return {f"{folder}/Chart.yaml": head("lib", version), f"{folder}/templates/_lib.tpl": define}


def schema(**properties: Any) -> str:
    return json.dumps({"additionalProperties": False, "properties": properties})


def rendered(text: str) -> Callable[[str], bool]:
    """Helm renders this, and says nothing."""
    return lambda said: not said.startswith("Error") and text in said


def refused(text: str) -> Callable[[str], bool]:
    """Helm refuses it, in these words."""
    return lambda said: said.startswith("Error") and text in said


@dataclass(frozen=True)
class Trap:
    """A chart; what Helm says of it with `values`; the command that says before what is wrong, and by which rule."""

    files: Files
    helm: Callable[[str], bool]
    rule: str
    command: str = "validate"
    values: dict[str, Any] = field(default_factory=dict)


def both(one: Files, two: Files) -> Files:
    return umbrella({"name": "one"}, {"name": "two"}) | one | two


LIB = {"name": "lib"}
SVC = {"name": "svc"}
TRAPS = {
    "two versions of a library: both apps render with one of them": Trap(
        both(
            app("one", INCLUDES, LIB) | library("one", "1.0.0"),
            app("two", INCLUDES, LIB | {"version": "2.0.0"}) | library("two", "2.0.0"),
        ),
        lambda said: said.count("v: 1.0.0") == 2,
        "define-collision",
        "lint",
    ),
    "a library that is not built into the app: no template": Trap(
        umbrella({"name": "one"}) | app("one", INCLUDES, LIB), refused('no template "lib.v"'), "missing-dependency"
    ),
    "a library that is not built into the app: it works by accident": Trap(
        both(app("one", INCLUDES, LIB), app("two", INCLUDES, LIB) | library("two", "1.0.0")),
        lambda said: said.count("v: 1.0.0") == 2,
        "missing-dependency",
    ),
    "an alias with an underscore: names that Kubernetes refuses": Trap(
        umbrella(SVC | {"alias": "my_app"}) | app("svc"), rendered("name: rel-my_app"), "alias-name"
    ),
    "an alias with a capital: names that Kubernetes refuses": Trap(
        umbrella(SVC | {"alias": "Web"}) | app("svc", "name: {{ .Release.Name }}-{{ .Chart.Name }}\n"),
        rendered("name: rel-Web"),
        "alias-name",
    ),
    "an alias with a dot": Trap(
        umbrella(SVC | {"alias": "my.app"}) | app("svc"), refused("disallowed characters"), "chart-broken"
    ),
    "one name twice": Trap(umbrella(SVC, SVC) | app("svc"), refused("more than one dependency"), "chart-broken"),
    "a condition below the chart's name: the app stays on": Trap(
        umbrella(SVC | {"alias": "web", "condition": "svc.enabled"}) | app("svc"),
        rendered('"enabled":false'),
        "condition-name",
        values={"web": {"enabled": False}},
    ),
    "a closed schema, and `global`": Trap(
        umbrella(SVC) | app("svc") | {"charts/svc/values.schema.json": schema(a={})},
        refused("additional properties 'global' not allowed"),
        "unknown-key",
    ),
    "a closed schema, and a condition": Trap(
        umbrella(SVC | {"condition": "svc.enabled"})
        | app("svc")
        | {"charts/svc/values.schema.json": schema(a={}, **{"global": {}})},
        refused("additional properties 'enabled' not allowed"),
        "unknown-key",
        values={"svc": {"enabled": True}},
    ),
    "a closed schema of an umbrella, and tags": Trap(
        umbrella(SVC) | app("svc") | {"values.schema.json": schema(svc={}, **{"global": {}})},
        refused("additional properties 'tags' not allowed"),
        "unknown-key",
        values={"tags": {"a": True}},
    ),
    "a closed schema, before it is in an umbrella": Trap(
        {"Chart.yaml": head("svc"), "templates/show.yaml": SHOW, "values.schema.json": schema(a={})},
        rendered("v: 1.0.0"),
        "schema-no-global",
        "lint",
    ),
    "a relative reference in the umbrella's schema": Trap(
        umbrella(SVC)
        | app("svc")
        | {"values.schema.json": json.dumps({"properties": {"svc": {"$ref": "charts/svc/values.schema.json"}}})},
        refused("/charts/svc/values.schema.json"),
        "schema-broken",
    ),
    "a schema from the network": Trap(
        umbrella(SVC)
        | app("svc")
        | {"values.schema.json": json.dumps({"properties": {"svc": {"$ref": "http://127.0.0.1:9/x.json"}}})},
        refused("HTTP request failed"),
        "remote-schema",
    ),
    "a misspelt alias in values": Trap(
        umbrella(SVC | {"alias": "web"}) | app("svc"),
        lambda said: not said.startswith("Error") and "wbe" not in said,
        "unknown-alias",
        values={"wbe": {"a": 1}},
    ),
    "wrong values of a disabled app": Trap(
        umbrella(SVC | {"condition": "svc.enabled"})
        | app("svc")
        | {"charts/svc/values.schema.json": json.dumps({"properties": {"a": {"type": "integer"}}})},
        lambda said: said == "",
        "disabled-values",
        values={"svc": {"enabled": False, "a": "x"}},
    ),
    "a null in the umbrella's own values": Trap(
        umbrella(SVC) | app("svc") | {"charts/svc/values.yaml": "a: 1\n", "values.yaml": "svc: {a: null}\n"},
        rendered('"a":1'),
        "ignored-null",
    ),
    "a file that the release's Secret cannot hold": Trap(
        umbrella(SVC) | app("svc", OBJECT.format("ConfigMap", "")) | {"big.txt": Random(1).randbytes(900_000).hex()},
        rendered("kind: ConfigMap"),
        "release-size",
        "lint",
    ),
    "a file above Helm's limit": Trap(
        umbrella(SVC) | app("svc") | {"big.txt": "x" * (6 << 20)}, refused("larger than the maximum"), "file-too-large"
    ),
    "one object from two apps": Trap(
        both(app("one", OBJECT.format("ConfigMap", "")), app("two", OBJECT.format("ConfigMap", ""))),
        lambda said: said.count("kind: ConfigMap") == 2,
        "duplicate-object",
        "lint",
    ),
    "hooks of two apps: one queue": Trap(
        both(
            app("one", OBJECT.format("Pod", ", annotations: {helm.sh/hook: pre-upgrade}")),
            app("two", OBJECT.format("Job", ", annotations: {helm.sh/hook: pre-upgrade}")),
        ),
        lambda said: said.count("helm.sh/hook: pre-upgrade") == 2,
        "serial-hooks",
        "lint",
    ),
    "a commit's digits as a version": Trap(
        {"Chart.yaml": head("svc", "1.0.0-0012345")}, refused('version "1.0.0-0012345" is invalid'), "chart-broken"
    ),
    "a pre-release, and a range": Trap(
        umbrella(SVC | {"version": "^1.0.0", "alias": "web"}) | app("svc", version="1.1.0-main.5"),
        rendered("name: rel-svc"),  # as if no alias were there
        "missing-dependency",
    ),
}


def put(folder: Path, trap: Trap) -> Path:
    for path, text in trap.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


def helm(folder: Path, values: Mapping[str, Any]) -> str:
    """All that the embedded Helm renders, or `Error` and why it does not."""
    import helm_python

    helm_python.disable_logging()
    try:
        with helm_python.Chart.load(str(folder)) as chart:
            return "".join(chart.render(dict(values), name="rel").values())
    except helm_python.HelmError as error:
        return f"Error: {error}"


@pytest.mark.parametrize("name", TRAPS)
def test_what_helm_does_is_said_before(name: str, tmp_path: Path) -> None:
    need_helm()
    trap = TRAPS[name]
    folder = put(tmp_path / "chart", trap)
    said = helm(folder, trap.values)
    assert trap.helm(said), said
    target = "chart"
    if trap.values:
        target = "chart/v.yaml"
        (tmp_path / target).write_text(yaml.safe_dump(trap.values), "utf-8")
    found = shunter(trap.command, target, cwd=tmp_path).err
    assert trap.rule in {rule for rule in RULES if f"[{rule}]" in found}, found


def test_a_chart_twice_with_a_range_renders_in_two_ways(tmp_path: Path) -> None:
    need_helm()
    dependencies = (SVC | {"version": "~1", "alias": "a"}, SVC | {"version": "1.1.0", "alias": "b"})
    charts = app("svc", version="1.0.0", at="svc-1.0.0") | app("svc", version="1.1.0", at="svc-1.1.0")
    trap = Trap(umbrella(*dependencies) | charts, rendered("v: 1.1.0"), "ambiguous-version")
    folder = put(tmp_path / "chart", trap)
    seen: set[str] = set()
    for _ in range(400):  # 34 of 40 loads gave the older one, and 6 the newer
        seen.add(helm(folder, {}))
        if len(seen) > 1:
            break
    assert len(seen) > 1
    assert "error[ambiguous-version]: `svc` ~1 is any of 1.0.0, 1.1.0" in shunter("validate", "chart", cwd=tmp_path).err


@pytest.mark.parametrize(("version", "helms"), [("1.0.0-g0012345", True), ("1.0.0-0012345", False), ("1.2", True)])
def test_versions_that_helm_takes_and_those_that_a_train_takes(version: str, helms: bool, tmp_path: Path) -> None:
    need_helm()
    folder = put(tmp_path, Trap({"Chart.yaml": head("svc", version)}, rendered(""), ""))
    assert helm(folder, {}).startswith("Error") is not helms
    assert (parse(version) is not None) is helms
    assert is_exact(version) is (helms and version.count(".") == 2)


@pytest.mark.parametrize(
    ("constraint", "taken"),
    [("^1.0.0", False), (">=1.0.0", False), ("*", False), (">=1.0.0-0", True), ("~1.1.0-0", True)],
)
def test_a_range_and_a_pre_release(constraint: str, taken: bool, tmp_path: Path) -> None:
    need_helm()
    files = umbrella(SVC | {"version": constraint, "alias": "web"}) | app("svc", version="1.1.0-main.5")
    said = helm(put(tmp_path, Trap(files, rendered(""), "")), {})
    assert ("name: rel-web" in said) is taken
    assert satisfies("1.1.0-main.5", constraint) is taken


def test_a_chart_that_changed_under_its_version(railed: Path) -> None:
    """Helm's lock compares names and versions: what was vendored may be another chart."""
    need_helm()
    import helm_python

    template = railed / "shop-tst/envs/tst/charts/orders/templates/extra.yaml"
    template.write_text(OBJECT.format("ConfigMap", "-extra"), "utf-8")
    folder = railed / "shop-tst/envs/tst"
    states = {item["name"]: item["status"] for item in helm_python.dependency_list(str(folder))}
    assert states["orders"] in ("ok", "unpacked")
    assert "name: x-extra" in helm(folder, {})
    assert "error[digest-mismatch]" in shunter("validate", "-e", "tst", cwd=railed).err


def test_a_lock_that_an_edit_of_a_condition_breaks(railed: Path) -> None:
    """What builds dependencies before it renders, as Argo CD does, stops on it; Helm's lint and template say nothing."""
    need_helm()
    import helm_python

    folder = railed / "shop-tst/envs/tst"
    helm_python.dependency_build(str(folder))
    ok("lint", "shop-tst/envs/tst", cwd=railed)
    file = folder / "Chart.yaml"
    file.write_text(file.read_text("utf-8").replace("orders.enabled", "orders.on"), "utf-8")
    with pytest.raises(helm_python.HelmError, match=r"Chart.lock\) is out of sync"):
        helm_python.dependency_build(str(folder))
    assert "error[lock-out-of-sync]" in shunter("lint", "shop-tst/envs/tst", cwd=railed).err
    assert shunter("lock", "--check", "tst", cwd=railed).code == 1
    git(railed / "shop-tst", "commit", "-qam", "a condition of our own")
    ok("lock", "tst", cwd=railed)
    helm_python.dependency_build(str(folder))
    ok("lint", "shop-tst/envs/tst", cwd=railed)


def test_dependencies_are_built_without_a_download_and_each_library_is_loaded_once(railed: Path) -> None:
    """Helm downloads one dependency after the other, and renders twice the apps in four times the time where each has a
    library of its own: an environment's dependencies have no repository, and its apps no chart below them."""
    need_helm()
    import helm_python

    folder = railed / "shop-tst/envs/tst"
    listed = yaml.safe_load((folder / "Chart.yaml").read_text("utf-8"))["dependencies"]
    assert {item["repository"] for item in listed} == {""}
    helm_python.dependency_build(str(folder))
    assert git(railed / "shop-tst", "status", "--porcelain") == ""
    charts = sorted(path.parent.relative_to(folder).as_posix() for path in folder.rglob("Chart.yaml"))
    assert charts == sorted([".", *(f"charts/{item['name']}" for item in listed)])


def test_objects_are_installed_by_kind_whatever_app_they_are_of() -> None:
    """What the embedded Helm renders, in the order of Helm's list of kinds (`core.kube.order`): it has no other face."""
    need_helm()
    kinds = {"one": "Deployment", "two": "Service"}
    files = both(*(app(name, OBJECT.format(kind, f", labels: {{app: {name}}}")) for name, kind in kinds.items()))
    chart = PackedChart.of_files({path: FileState(text.encode()) for path, text in files.items()}).packed()
    text = EmbeddedEngine().render(chart, {}, release="rel", namespace="default")
    assert re.findall("^kind: (.*)", text, re.MULTILINE) == ["Service", "Deployment"]


def test_the_page_of_traps_names_what_tells_them_and_what_nobody_can() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/traps.md").read_text("utf-8")
    assert {trap.rule for trap in TRAPS.values()} | {"ambiguous-version", "digest-mismatch", "lock-out-of-sync"} == {
        rule for rule in RULES if f"`{rule}`" in page
    } - {"version-taken"}, "each row of the page is a test here"
    for said in ("by kind, whatever app", "`pending-upgrade`", "helm rollback RELEASE REVISION", "--take-ownership"):
        assert said in page
    assert all(f" {option} " in ok("promote", "--help", cwd=Path()).out for option in ("--to", "--allow-remove"))


def test_a_generated_environment_falls_into_no_trap(railed: Path) -> None:
    need_helm()
    said = ok("validate", cwd=railed).err + ok("lint", cwd=railed).err
    assert not [trap.rule for trap in TRAPS.values() if f"[{trap.rule}]" in said]
    workflow = (railed / "shop-tst/.github/workflows/deploy.yaml").read_text("utf-8")
    assert "cancel-in-progress: false" in workflow  # an interrupted upgrade leaves the release locked
    assert 'shunter deploy "$ENVIRONMENT"' in workflow  # which rolls back
