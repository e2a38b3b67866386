"""Objects of a file of manifests, each with its place: documents, and the items of a List."""

from __future__ import annotations

from shunter.core.values.deployed import deployments, deploys
from shunter.core.values.objects import objects_in

LIST = """\
apiVersion: v1
kind: List
items:
- kind: A
  data:
    values.yaml: |
      # kept
      x: 1
- kind: BList
  items: [{kind: B, x: {low: 2}}, 5]
- 7
---
kind: C
items: [1]
"""


def test_documents_and_items_of_lists_are_objects_in_the_order_of_the_file() -> None:
    found = list(objects_in(LIST.encode(), "a.yaml"))
    assert [one.at("kind") for one in found] == ["A", "B", "C"]
    assert [one.span("kind").line for one in found] == [4, 10, 13]
    assert found[1].at("x", "low") == 2
    assert found[1].at("x", "high") is None


def test_a_text_in_an_item_has_its_own_lines() -> None:
    item = next(objects_in(LIST.encode(), "a.yaml"))
    text = item.text(("data", "values.yaml"))
    assert (text.value, text.span(("x",)).line, text.span(("x",)).column) == ({"x": 1}, 8, 10)


def test_a_map_in_an_item_is_a_values_file_in_its_place() -> None:
    inner = list(objects_in(LIST.encode(), "a.yaml"))[1].map(("x",))
    assert (inner.value, inner.span(("low",)).line, inner.span(("low",)).column) == ({"low": 2}, 10, 30)


def test_what_a_list_deploys_is_found() -> None:
    text = (
        b"apiVersion: v1\nkind: List\nitems:\n- apiVersion: argoproj.io/v1alpha1\n  kind: Application\n"
        b"  spec: {source: {path: charts/c, helm: {valuesObject: {a: 1}}}}\n"
    )
    assert deploys(text, "a.yaml")
    (found,) = deployments(text, "a.yaml")
    assert found.chart.path == "charts/c"
    assert not deploys(text.replace(b"Application", b"Applications"), "a.yaml")


def test_a_file_that_is_no_yaml_has_no_objects() -> None:
    assert list(objects_in(b"a: [\n", "a.yaml")) == []
