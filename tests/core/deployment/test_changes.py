"""Differences of objects by field, without noise."""

from __future__ import annotations

from typing import Any

from shunter.core.deployment.changes import ABSENT, Change, changes, holds, restarts, without


def deployment(**spec: Any) -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": {"name": "a"}, "spec": spec}


def test_what_the_server_keeps_itself_is_no_change() -> None:
    live = deployment(replicas=1)
    wanted = deployment(replicas=1)
    live["metadata"] |= {"uid": "1", "resourceVersion": "7", "generation": 2, "managedFields": [{}]}
    live["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "3"}
    assert changes({**live, "status": {"replicas": 1}}, wanted) == ()


def test_fields_and_items_of_lists_are_named() -> None:
    live = deployment(replicas=1, template={"spec": {"containers": [{"name": "web", "image": "a"}]}})
    wanted = deployment(replicas=2, template={"spec": {"containers": [{"name": "log"}, {"name": "web", "image": "b"}]}})
    found = changes(live, wanted)
    assert found == (
        Change("spec.replicas", "1", "2"),
        Change("spec.template.spec.containers[web].image", '"a"', '"b"'),
        Change("spec.template.spec.containers[log]", ABSENT, '{"name": "log"}'),
    )
    assert restarts("Deployment", found)
    assert not restarts("Deployment", found[:1])
    assert not restarts("Job", found)
    assert str(found[0]) == "spec.replicas: 1 -> 2"


def test_an_empty_map_says_something() -> None:
    """Such as `emptyDir: {}`."""
    assert changes(deployment(a={}), deployment()) == (Change("spec.a", "{}", ABSENT),)


def test_secrets_are_not_told() -> None:
    live = {"kind": "Secret", "metadata": {}, "data": {"a": "b2xk"}}
    wanted = {"kind": "Secret", "metadata": {}, "data": {"a": "bmV3", "b": "bmV3"}}
    assert changes(live, wanted) == (
        Change("data.a", "(secret)", "(secret)"),
        Change("data.b", ABSENT, "(secret)"),
    )


def test_a_field_that_the_chart_has_no_more_goes() -> None:
    old = {"spec": {"a": 1, "b": 2, "list": [{"name": "x", "i": 1}, {"name": "y"}]}}
    new = {"spec": {"a": 1, "list": [{"name": "x"}]}}
    live = {"spec": {"a": 1, "b": 2, "theirs": 3, "list": [{"name": "x", "i": 1, "d": 0}, {"name": "y"}]}}
    assert without(live, old, new) == {"spec": {"a": 1, "theirs": 3, "list": [{"name": "x", "d": 0}]}}


def test_a_long_value_is_cut_in_text() -> None:
    shown = str(Change("data.a", ABSENT, "x" * 500))
    assert shown.startswith("data.a: (absent) -> xxx")
    assert len(shown) < 200


def test_an_object_holds_what_is_said_of_it_whatever_else_it_has() -> None:
    live = deployment(replicas=1, template={"containers": [{"name": "web", "image": "a", "pull": "Always"}]})
    assert holds(live, deployment(template={"containers": [{"name": "web", "image": "a"}]}))
    assert not holds(live, deployment(template={"containers": [{"name": "web", "image": "b"}]}))
    assert not holds(live, deployment(template={"containers": []}))
    assert not holds(live, deployment(paused=None))
