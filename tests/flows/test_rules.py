"""Every rule of the catalogue is raised by a command, each for the smallest input that has its fault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from helpers.charts.releases import substitute
from helpers.charts.tiny_charts import chart_files
from helpers.tools import need_helm
from helpers.workspaces import shop as umbrella
from helpers.workspaces import small
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.http import served_by
from helpers.workspaces.registries import answering
from helpers.workspaces.workspaces import copy, shared
from shunter.core.charts.lock import render_lock
from shunter.core.charts.pins import Dependency, Pin
from shunter.core.goyaml.document import MAX_BYTES
from shunter.core.rules.catalogue import RULES
from shunter.core.rules.limits import MOST_FINDINGS
from shunter.core.rules.schema_lints import MAX_SIZE
from shunter.core.trains.file import render_train
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace

Files = dict[str, str]
CHART = "apiVersion: v2\nname: {}\nversion: 1.0.0\n"
ALIASED = CHART.format("shop") + (
    "dependencies:\n- {{name: svc, alias: {}, condition: {}, version: '{}', repository: ''}}\n"
)
OBJECT = "apiVersion: {}\nkind: {}\nmetadata: {{name: x}}\n"
IF_ENABLED = "a: {{ if .Values.x.enabled }}{{ .Values.x.b }}{{ end }}\n"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"

READ: Files = {
    "yaml-syntax": "a: b: c",
    "merge-conflict": "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n",
    "yaml-root": "- a",
    "yaml-separator": "a: 1\n--- b",
    "yaml-number": "a: .inf",
    "yaml-key": "a:\n  ~: 1",
    "yaml-alias": "x: &a [*a]",
    "yaml-merge": "a:\n  <<: x",
    "yaml-tag": "a: !!int x",
    "yaml-encoding": "a: \x01",
    "file-too-large": "#" * (MAX_BYTES + 1),
    "too-deep": "a: " + "[" * 900 + "]" * 900,
    "too-many-findings": "a: yes\n" + "".join(f"a{number}: yes\n" for number in range(MOST_FINDINGS)),
    "duplicate-key": "a: 1\na: 2",
    "colliding-keys": 'x:\n  1: a\n  "1": b',
    "boolean-key": "on: 1",
    "number-key": "0777: a",
    "yaml-1.1-boolean": "a: off",
    "leading-zero": "a: 0777",
    "trailing-zero": "a: 1.10",
    "big-number": "a: 9007199254740993",
    "exponent-number": "a: 1000000",
    "multi-document": "a: 1\n---\nb: 2",
    "ignored-document": "a: 1\n...\nb: 2",
    "merge-order": "a: &a {q: 1}\nb:\n  q: 2\n  <<: *a",
    "plaintext-secret": "password: hunter22",
    "encrypted-values": "a: ENC[AES256_GCM,data:x,type:str]\nsops: {mac: x, lastmodified: x}\n",
}
"""A values file, passed to `validate` for a chart without a schema."""

APPLICATION = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {chart: c, repoURL: oci://r.example}}\n"
)
JUDGED: dict[str, tuple[Any, str]] = {
    "type": ({"properties": {"a": {"type": "integer"}}}, "a: x"),
    "unquoted-string": ({"properties": {"a": {"type": "string"}}}, "a: 1.5"),
    "quoted-value": ({"properties": {"a": {"type": "integer"}}}, "a: '1'"),
    "null-value": ({"properties": {"a": {"type": "integer"}}}, "a: null"),
    "unknown-key": ({"additionalProperties": False, "properties": {"b": {}}}, "a: 1"),
    "missing-key": ({"required": ["a"]}, "b: 1"),
    "indentation": (
        {"additionalProperties": False, "properties": {"a": {"type": "object", "properties": {"b": {}}}}},
        "a:\nb: 1",
    ),
    "enum": ({"properties": {"a": {"enum": ["x"]}}}, "a: z"),
    "range": ({"properties": {"a": {"maximum": 1}}}, "a: 2"),
    "length": ({"properties": {"a": {"minItems": 1}}}, "a: []"),
    "pattern": ({"properties": {"a": {"pattern": "^x"}}}, "a: z"),
    "format": ({"$schema": DRAFT_7, "properties": {"a": {"format": "ipv4"}}}, "a: z"),
    "alternatives": ({"properties": {"a": {"anyOf": [{"minimum": 1}, {"multipleOf": 3}]}}}, "a: -1"),
    "forbidden": ({"properties": {"a": False}}, "a: 1"),
    "constraint": ({"properties": {"a": {"multipleOf": 2}}}, "a: 1"),
    "schema-broken": ({"properties": {"a": {"$ref": "defs.json"}}}, "a: 1"),
    "remote-schema": ({"properties": {"a": {"$ref": "https://x.example/s"}}}, "a: 1"),
    "schema-too-complex": (
        {"$defs": {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)} | {"d30": {}}, "$ref": "#/$defs/d0"},
        "a: 1",
    ),
    "deprecated-key": ({"properties": {"a": {"deprecated": True}}}, "a: 1"),
}  # fmt: skip
"""A chart's schema and a values file, passed to `validate`."""

SHOP: dict[str, tuple[Files, str]] = {
    "null-over-default": ({"charts/svc/templates/a.yaml": "a: {{ .Values.service.port }}\n"}, "api: {service: null}"),
    "not-a-table": ({"charts/svc/values.schema.json": "{}"}, "api: {service: 5}"),
    "subchart-type": ({}, "api: true"),
    "import-circle": (
        {
            "Chart.yaml": ALIASED.format("api", "api.enabled", "1.2.0").replace(
                "repository: ''", "import-values: [data, {child: exports.data, parent: b.c}]"
            ),
            "charts/svc/values.yaml": "exports: {data: {b: {x: 1}}}\n",
        },
        "",
    ),
    "missing-dependency": ({"Chart.yaml": CHART.format("shop") + "dependencies:\n- {name: svc, version: 9.0.0}\n"}, ""),
    "unknown-release": ({}, "svc: {replicaCount: 2}"),
    "unknown-alias": ({}, "wbe: {replicaCount: 2}"),
    "ignored-null": ({"values.yaml": "api: {replicaCount: null}\n"}, ""),
    "condition-type": ({"charts/svc/values.schema.json": "{}"}, "api: {enabled: 0}"),
    "disabled-values": ({}, "api: {enabled: false, replicaCount: x}"),
    "condition-name": ({"Chart.yaml": ALIASED.format("api", "svc.enabled", "1.2.0")}, "api: {}"),
    "alias-name": ({"Chart.yaml": ALIASED.format("my_api", "my_api.enabled", "1.2.0")}, "my_api: {}"),
    "ambiguous-version": (
        {
            "Chart.yaml": ALIASED.format("api", "api.enabled", "~1"),
            "charts/svc-1.3.0/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.3.0\n",
        },
        "",
    ),
}
"""What is changed in an umbrella of the chart `svc` under two aliases, and a values file, passed to `validate`."""

UPGRADED: Files = {
    "values.yaml": "a: 1\nb: 1\n",
    "templates/a.yaml": "x: {{ .Values.a }}{{ .Values.b }}\n",
    "../new/Chart.yaml": CHART.format("web"),
    "../new/values.yaml": "b: 2\n",
    "../new/templates/a.yaml": "x: {{ .Values.b }}\n",
}
"""A chart, and beside it another version of it."""

CHARTS: dict[str, tuple[str, Files]] = {
    "schema-unknown-keyword": ("lint web", {"values.schema.json": '{"tpye": "object"}'}),
    "schema-no-global": ("lint web", {"values.schema.json": '{"additionalProperties": false}'}),
    "schema-format-ignored": ("lint web", {"values.schema.json": '{"properties": {"a": {"format": "uri"}}}'}),
    "schema-reference-ignored": ("lint web", {"values.schema.json": '{"not": {"$ref": "urn:x:y"}}'}),
    "dropped-key": ("upgrade-check web@new -f v.yaml", {**UPGRADED, "../v.yaml": "a: 2\n"}),
    "changed-default": ("upgrade-check web@new", UPGRADED),
    "schema-message-unread": (
        "lint web",
        {"values.schema.json": '{"properties": {"a": {"minimum": 1, "x-message": {"minimun": "more"}}}}'},
    ),
    "schema-size": ("lint web", {"values.schema.json": json.dumps({"title": "x" * MAX_SIZE})}),
    "unused-key": ("lint web", {"values.yaml": "a: 1\n"}),
    "stray-values": ("validate web web/../v.yaml", {"../v.yaml": "a: 1\n"}),
    "unjudged-values": ("validate web/../app.yaml", {"../app.yaml": APPLICATION}),
    "inactive-key": (
        "validate --exact web/v.yaml",
        {"v.yaml": "x: {enabled: false, b: 1}\n", "templates/a.yaml": IF_ENABLED},
    ),
    "chart-broken": ("validate web", {"Chart.yaml": "apiVersion: v2\nversion: 1.0.0\n"}),
    "lock-out-of-sync": (
        "lint web",
        {
            "Chart.yaml": CHART.format("web") + "dependencies:\n- {name: one, version: 1.0.0, condition: one.enabled}\n",
            "Chart.lock": render_lock([Dependency("one", "1.0.0")]).decode(),
            "charts/one/templates/_a.tpl": "",
        },
    ),
    "define-collision": (
        "lint web",
        {f"charts/{name}/templates/_a.tpl": f'{{{{ define "a" }}}}{name}{{{{ end }}}}' for name in ("one", "two")},
    ),
    "duplicate-object": (
        "lint web",
        {f"charts/{name}/templates/a.yaml": OBJECT.format("v1", "ConfigMap") for name in ("one", "two")},
    ),
    "manifest-invalid": (
        "validate --manifests web", {"templates/a.yaml": OBJECT.format("v1", "Secret") + "type: 5\n"}
    ),
    "removed-api": (
        "validate --manifests web", {"templates/a.yaml": OBJECT.format("policy/v1beta1", "PodDisruptionBudget")}
    ),
    "deprecated-api": ("validate --manifests web", {"templates/a.yaml": OBJECT.format("v1", "Endpoints")}),
    "unknown-kind": ("validate --manifests web", {"templates/a.yaml": OBJECT.format("x.example/v1", "Thing")}),
    "serial-hooks": (
        "lint web",
        {
            f"charts/{name}/templates/a.yaml": OBJECT.format("v1", "Pod").replace(
                "name: x", f"name: {name}, annotations: {{helm.sh/hook: pre-upgrade}}"
            )
            for name in ("one", "two")
        },
    ),
    "release-size": (
        "lint web",
        {
            "templates/a.yaml": OBJECT.format("v1", "ConfigMap"),
            "dashboard.json": Random(1).randbytes(900_000).hex(),
        },
    ),
    "helm-lint": ("lint web", {"templates/a.yaml": "a: {{ fail `no` }}\n"}),
}  # fmt: skip
"""A command, and the files of the chart `web`."""


def link_out(chart: Path) -> None:
    (chart / "values.yaml").rename(chart.parent / "common.yaml")
    (chart / "values.yaml").symlink_to("../common.yaml")


def forge(root: Path) -> None:
    values = root / "shop-tst/envs/tst/charts/orders/values.yaml"
    values.write_text(values.read_text("utf-8") + "# changed\n", "utf-8")


def edit_pin(root: Path) -> None:
    substitute(root / "shop-tst/envs/tst/Chart.yaml", "version: 0.1.0", "version: 0.2.0")


def stray(root: Path) -> None:
    write(root / "shop-tst/envs/tst/charts/stray", {"Chart.yaml": CHART.format("stray")})


def edit(path: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / path).open("a", encoding="utf-8") as out:
            out.write(text)

    return change


def publish_again(root: Path) -> None:
    substitute(root / "orders/charts/orders/Chart.yaml", "version: 0.1.0", "version: 0.2.0")
    git(root / "orders", "commit", "-qam", "orders 0.2.0")
    ok("package", "orders", cwd=root)


def cut_from_no_commit(root: Path) -> None:
    edit(ORDERS, "# changed\n")(root)
    substitute(root / "orders/charts/orders/Chart.yaml", "version: 0.1.0", "version: 0.2.0")
    ok("package", "orders", "--allow-dirty", cwd=root)


def edit_copy(root: Path) -> None:
    files = {"common.yaml": "{}\n", "tst/.shunter/shared-values.yaml": "../common.yaml: sha256:0\n"}
    write(root / "shop-tst/envs", files)


def set_in_two(root: Path) -> None:
    for name in ("tst", "pre"):
        (root / f"shop-{name}/envs/{name}/values.yaml").write_text("orders: {podLabels: {a: b}}\n", "utf-8")
    (root / "shop-pro/envs/pro/values.yaml").write_text("orders: {}\n", "utf-8")


def remove_auth(root: Path) -> None:
    (root / VALUES).write_text("catalog: {replicaCount: 2}\n", "utf-8")
    git(root / "shop-tst", "commit", "-qam", "values of catalog")
    ok("remove", "service", "catalog", "--force", cwd=root)
    ok("train", "cut", "1.1.0", "--drop", "catalog", cwd=root)
    ok("promote", "1.1.0", "--to", "tst", cwd=root)


ORDERS = "orders/charts/orders/values.yaml"
VALUES = "shop-tst/envs/tst/values.yaml"
WORKSPACE: dict[str, tuple[Callable[[Path], object], str]] = {
    "digest-mismatch": (forge, "validate -e tst"),
    "chart-not-pinned": (stray, "validate -e tst"),
    "values-copy": (edit_copy, "validate -e tst"),
    "pins-differ": (edit_pin, "lint"),
    "version-taken": (edit(ORDERS, "# changed\n"), "package"),
    "not-packaged": (edit(ORDERS, "# changed\n"), "train cut 1.1.0"),
    "dirty-chart": (cut_from_no_commit, "train cut 1.1.0 --car orders=0.2.0+dirty"),
    "train-exists": (publish_again, "train cut 1.0.0"),
    "image-tag-in-environment": (edit(VALUES, "catalog:\n  image:\n    tag: '1'\n"), "lint"),
    "chart-name": (
        lambda root: substitute(root / "catalog/charts/catalog/Chart.yaml", "name: catalog", "name: orders"),
        "lint",
    ),
    "image-elsewhere": (lambda root: substitute(root / "shunter.yaml", "registry.example", "ghcr.io"), "lint"),
    "missing-in-environment": (set_in_two, "lint"),
    "values-left": (remove_auth, "lint"),
    "editor-schema": (lambda root: (root / VALUES).write_text("orders: {}\n", "utf-8"), "lint"),
    "drift": (lambda root: shutil.rmtree(root / "orders"), "lint"),
}
"""A change of the example workspace with train 1.0.0 in tst, and a command."""
FIRST = (
    "name: shop\nservices:\n  orders: {archetype: rest-api}\nenvironments:\n  tst: {}\n  pre: {promotes-from: tst}\n"
)
OWN_FILES: dict[str, tuple[str, str]] = {
    "unknown-name": ("promotes-from: tst", "promotes-from: prod"),
    "promotion-circle": ("tst: {}", "tst: {promotes-from: pre}"),
    "name-taken": ("orders:", "global:"),
    "monolith-services": ("rest-api", "database"),
    "reusable-nowhere": ("services:", "ci: gitlab\npipelines: reusable\nservices:"),
    "uncallable": ("archetype: rest-api", "archetype: rest-api, calls: [orders]"),
    "deployed-from-nowhere": ("services:", "deployment: argo\nservices:"),
    "not-apart": ("environments:\n  tst: {}", "deployment: gitops\nenvironments:\n  tst: {releases: app}"),
    "values-elsewhere": ("tst: {}", "tst: {values: [../pre/values.yaml]}"),
    "fixed-level": ("services:", "rules: {unknown-key: off}\nservices:"),
}
"""A change of a `shunter.yaml` whose layout is a monolith."""
ELSEWHERE = {"redundant-value", "train-file-name", "not-a-file", "update-conflict", "image-missing"}


def write(folder: Path, files: Files) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def raised(command: str, cwd: Path) -> set[str]:
    """The rules that a command names on standard error."""
    said = shunter(*command.split(), cwd=cwd).err
    return {rule for rule in RULES if f"[{rule}]" in said}


def another_train(**cars: Any) -> Callable[[Path], None]:
    """Train 1.2.0: 1.1.0 with some cars otherwise; None is a car that it does not have."""

    def change(root: Path) -> None:
        found = trains_of(open_context(root)).find("1.1.0")
        changed = {alias: pin for alias, pin in (dict(found.cars) | cars).items() if pin}
        write(root, {"trains/1.2.0.yaml": render_train(replace(found, version="1.2.0", cars=changed)).decode()})

    return change


def typed(*commands: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        for command in commands:
            ok(*command.split(), cwd=root)

    return change


def outdated(root: Path) -> None:
    plan = ok(*["promote", "1.1.0", "--to", "tst", "--dry-run", "-o", "json"], cwd=root).out
    ok(*["promote", "1.1.0", "--to", "tst"], cwd=root)
    write(root, {"plan.json": plan})


def rewrite(folder: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        for path in (root / folder).glob("*.yaml"):
            substitute(path, old, new)

    return change


def rewrite_workspace(old: str, new: str) -> Callable[[Path], None]:
    return lambda root: substitute(root / "shunter.yaml", old, new)


line = rewrite_workspace("{stage: develop}", "{line: acme}")


def lower_image(root: Path) -> None:
    """web 1.1.0 with a pinned image is in train 1.2.0; 1.2.0 has an older one, without a digest."""
    context = open_context(root)
    for version, app, digest in (("1.1.0", "2.0.0", f", digest: 'sha256:{'1' * 64}'"), ("1.2.0", "1.9.0", "")):
        values = {"values.yaml": f"image: {{repository: ghcr.io/acme/web{digest}}}\n"}
        small.publish(context, chart_files("web", version, app_version=app, extra=values), "third/web")
        if digest:
            ok("train", "cut", "1.2.0", cwd=root)


TRAINS: dict[str, tuple[Callable[[Path], None], str]] = {
    "history-broken": (rewrite("envs/tst/.shunter/history", "verb: promote", "verb: repin"), "lint"),
    "record-mismatch": (rewrite("envs/tst/.shunter", "train: 1.0.0", "train: 7.7.7"), "validate"),
    "train-changed": (rewrite("trains", "cars:", "drops: [web]\ncars:"), "lint"),
    "stage-skipped": (another_train(web=Pin("web", "1.1.0")), "promote 1.2.0 --to pre"),
    "car-rolled-back": (typed("promote 1.1.0 --to tst", "rollback tst"), "promote 1.1.0 --to pre"),
    "train-yanked": (
        lambda root: write(root, {"trains/yanked/1.1.0.yaml": "version: 1.1.0\nwhy: INC-77\n"}),
        "promote 1.1.0 --to tst",
    ),
    "other-line": (line, "promote 1.1.0 --to tst"),
    "hold-expired": (typed("hold tst orders --why INC-77 --until 2026-01-02"), "promote 1.1.0 --to tst"),
    "car-down": (typed("promote 1.1.0 --to tst"), "promote 1.0.0 --to tst"),
    "image-down": (lower_image, "train cut 1.3.0"),
    "image-unpinned": (lower_image, "train cut 1.3.0"),
    "car-removed": (another_train(web=None), "promote 1.2.0 --to tst"),
    "car-replaced": (another_train(web=Pin("orders", "1.0.0")), "promote 1.2.0 --to tst"),
    "version-rewritten": (
        another_train(web=Pin("web", "1.0.0", digest=f"sha256:{'0' * 64}")),
        "promote 1.2.0 --to tst",
    ),
    "service-gone": (rewrite_workspace("  web: {chart: {path: third/web}}\n", ""), "train cut 1.3.0"),
    "not-published": (rewrite_workspace("services:\n", "services:\n  cart: {archetype: auth}\n"), "train cut 1.3.0"),
    "plan-outdated": (outdated, "promote --plan plan.json"),
}
"""A change of a small workspace whose tst runs train 1.0.0, and a command."""


def test_each_rule_has_a_case() -> None:
    cases = [*READ, *JUDGED, *SHOP, *CHARTS, *WORKSPACE, *OWN_FILES, *ELSEWHERE, *TRAINS]
    assert sorted(cases) == sorted(RULES)


@pytest.mark.parametrize("rule", READ)
def test_rules_of_reading(rule: str, tmp_path: Path) -> None:
    write(tmp_path / "web", {"Chart.yaml": CHART.format("web"), "v.yaml": READ[rule]})
    assert rule in raised("validate web/v.yaml", tmp_path)


@pytest.mark.parametrize("rule", JUDGED)
def test_rules_of_schemas(rule: str, tmp_path: Path) -> None:
    schema, text = JUDGED[rule]
    files = {"Chart.yaml": CHART.format("web"), "values.schema.json": json.dumps(schema), "v.yaml": text}
    write(tmp_path / "web", files)
    assert rule in raised("validate web/v.yaml", tmp_path)


@pytest.mark.parametrize("rule", SHOP)
def test_rules_of_umbrellas(rule: str, tmp_path: Path) -> None:
    changed, text = SHOP[rule]
    write(tmp_path / "shop", {**umbrella.files(condition="enabled" in text), **changed, "v.yaml": text})
    assert rule in raised("validate shop/v.yaml" if text else "validate shop", tmp_path)


@pytest.mark.parametrize("rule", CHARTS)
def test_rules_of_charts(rule: str, tmp_path: Path) -> None:
    need_helm()
    command, files = CHARTS[rule]
    names = dict.fromkeys(path.split("/")[1] for path in files if path.startswith("charts/"))
    below = {f"charts/{name}/Chart.yaml": CHART.format(name) for name in names}
    write(tmp_path / "web", {"Chart.yaml": CHART.format("web"), **below, **files})
    assert rule in raised(command, tmp_path)


@pytest.mark.parametrize("rule", WORKSPACE)
def test_rules_of_workspaces(rule: str, railed: Path) -> None:
    need_helm()
    change, command = WORKSPACE[rule]
    assert rule not in raised(command, railed)
    change(railed)
    assert rule in raised(command, railed)


@pytest.mark.parametrize("rule", OWN_FILES)
def test_rules_of_own_files(rule: str, tmp_path: Path) -> None:
    text = f"layout: {{code: monolith}}\n{FIRST}"
    write(tmp_path, {"shunter.yaml": text})
    assert raised("train list", tmp_path) == set()
    write(tmp_path, {"shunter.yaml": text.replace(*OWN_FILES[rule], 1)})
    assert raised("train list", tmp_path) == raised("validate", tmp_path) == {rule}


def test_a_rule_about_trains(tmp_path: Path) -> None:
    train = "version: 1.0.0\nlibrary: {name: shop-library, version: 1.0.0}\ncars: {}\n"
    write(tmp_path, {"shunter.yaml": FIRST, "trains/1.0.0.yaml": train})
    assert raised("train list", tmp_path) == set()
    write(tmp_path, {"trains/1.1.0.yaml": train})
    assert raised("train list", tmp_path) == {"train-file-name"}


def test_a_rule_about_files_of_one_environment(tmp_path: Path) -> None:
    answers = "_src_path: x\n_commit: v1\nkind: environment\nname: web\nvalues_files:\n- a.yaml\n- values.yaml\n"
    files = {"Chart.yaml": CHART.format("web"), ".copier-answers.yml": answers, "a.yaml": "a: 1\n"}
    write(tmp_path / "web", {**files, "values.yaml": "a: 2\n"})
    assert "redundant-value" not in raised("lint", tmp_path)
    write(tmp_path / "web", {"values.yaml": "a: 1\n"})
    assert "redundant-value" in raised("lint", tmp_path)


def test_a_rule_about_links(tmp_path: Path) -> None:
    write(tmp_path / "web", {"Chart.yaml": CHART.format("web"), "values.yaml": "a: 1\n"})
    assert "not-a-file" not in raised("validate web", tmp_path)
    link_out(tmp_path / "web")
    assert "not-a-file" in raised("validate web", tmp_path)


@pytest.fixture
def trains(tmp_path: Path) -> Path:
    """Trains 1.0.0 and 1.1.0, with a newer orders; tst runs the first one."""

    def make(folder: Path) -> None:
        context = small.small_workspace(folder / "small")
        ok("train", "cut", "1.0.0", cwd=context.root)
        ok("promote", "1.0.0", "--to", "tst", cwd=context.root)
        small.publish(context, small.orders("1.1.0"), "third/orders")
        ok("train", "cut", "1.1.0", cwd=context.root)

    return copy(shared("small-with-trains", make) / "small", tmp_path.resolve() / "small")


@pytest.mark.parametrize("rule", TRAINS)
def test_rules_of_trains(rule: str, trains: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change, command = TRAINS[rule]
    assert rule not in raised(f"{command} --dry-run" if command.startswith("promote") else command, trains)
    with monkeypatch.context() as then:
        then.setenv("SOURCE_DATE_EPOCH", "1767225600")
        change(trains)
    assert rule in raised(command, trains)


def test_a_rule_about_images(trains: Path) -> None:
    need_helm()
    with served_by(answering(lambda _, __: (404, {}, b""))) as url:
        place = url.removeprefix("http://")
        write(trains, {"envs/tst/templates/pod.yaml": f"spec: {{containers: [{{image: '{place}/a:1'}}]}}\n"})
        assert raised("promote 1.1.0 --to tst --dry-run", trains) == set()
        with (trains / "shunter.yaml").open("a") as file:
            file.write(f"registries: {{images: '{place}'}}\n")
        assert raised("promote 1.1.0 --to tst --dry-run", trains) == {"image-missing"}


def test_a_rule_about_updates() -> None:
    """A second release of the package is made once, in `test_update`; that its command raises the rule is asserted there."""
    text = (Path(__file__).parent / "fleet" / "test_update.py").read_text("utf-8")
    body = text.partition("def test_a_conflict_is_left_to_its_person(")[2].partition("\ndef ")[0]
    assert 'run("update")' in body
    assert '[block.rule for block in refusals(result)] == ["update-conflict"]' in body
