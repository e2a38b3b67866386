"""Rendered objects: what they are called, and where their templates stand."""

from __future__ import annotations

from helpers.oracles.embedded_helm import archive
from shunter.core.charts.load import load_archive
from shunter.core.kube.objects import objects_in, objects_of, template_span
from shunter.core.values.coalesce import coalesce

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: tst\nversion: 1.0.0\ndependencies:\n- {name: svc, version: 1.0.0, alias: api}\n"
    "- {name: svc, version: 1.0.0, alias: web}\n- {name: db, version: 1.0.0}\n",
    "charts/svc/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.0.0\n",
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
}
SLICES = coalesce(load_archive(archive(FILES), "tst.tgz"), []).slices


def test_a_template_is_found_by_its_chart_and_not_by_its_alias() -> None:
    assert template_span(SLICES, "tst/charts/api/templates/x/a.yaml")[0].path == "tst.tgz/charts/svc/templates/x/a.yaml"
    assert template_span(SLICES, "tst/charts/web/templates/a.yaml")[1] == "web"
    assert template_span(SLICES, "tst/templates/a.yaml")[0].path == "tst.tgz/templates/a.yaml"


def test_the_items_of_a_list_are_objects_and_what_is_no_map_is_none() -> None:
    texts = ["kind: List\nitems: [{kind: A}, text, {kind: B}]\n", "# nothing\n", "- a\n", "kind: C\nmetadata: x\n"]
    found = list(objects_of(("s", text) for text in texts))
    assert [(item.kind, item.name, item.title) for item in found] == [("A", "", "A"), ("B", "", "B"), ("C", "", "C")]
    assert [item.kind for item in objects_in(b"---\nkind: A\n--- # c\nkind: B\n", "crds/x.yaml")] == ["A", "B"]


def test_an_object_is_called_as_its_head_says() -> None:
    text = (
        "apiVersion: apps/v1\nkind: D\nmetadata: {generateName: x-, namespace: ns, annotations: {helm.sh/hook: test}}\n"
    )
    (item,) = objects_of([("s", text)])
    assert (item.api_version, item.group, item.name, item.namespace, item.is_hook) == (
        "apps/v1",
        "apps",
        "x-",
        "ns",
        True,
    )
