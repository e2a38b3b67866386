"""Plans: what a person reads, what a program keeps, and whether one still holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shunter.core.deployment.changes import Change
from shunter.core.deployment.plan import (
    CHANGE,
    CREATE,
    SAME,
    Conflict,
    ObjectPlan,
    Plan,
    broken_promises,
    data_of,
    promised,
    text_of,
)
from shunter.model.data import replace
from shunter.model.errors import ShunterError

IMAGE = Change("spec.template.spec.containers[web].image", '"a"', '"b"')
OBJECTS = (
    ObjectPlan(CHANGE, "Deployment", "orders", "orders", (IMAGE,), (Conflict("spec.replicas", "kubectl (scale)"),)),
    ObjectPlan(CREATE, "ConfigMap", "web", "web"),
    ObjectPlan(SAME, "Service", "web", "web"),
)
PLAN = Plan(
    "tst", "here", "https://x", "shop-tst", "shop", "v4.2", 3, "tst 1.0.0", "sha256:1", "2", ("orders", "web"), OBJECTS
)


def test_a_person_reads_what_changes_and_who_stands_in_the_way() -> None:
    assert text_of(replace(PLAN, hooks=("Job migrate (pre-upgrade)",), lost=("a.b",))).splitlines() == [
        "tst: shop in shop-tst on here, revision 3 -> 4, Helm v4.2",
        "  change  Deployment orders",
        '            spec.template.spec.containers[web].image: "a" -> "b"',
        "            conflict: spec.replicas belongs to kubectl (scale)",
        "  create  ConfigMap web",
        "  run     Job migrate (pre-upgrade)",
        "  drop    settings that only the release has: a.b",
        "  1 of 2 apps restarts: orders",
    ]


def test_nothing_to_do() -> None:
    done = replace(PLAN, objects=OBJECTS[2:], is_deployed=True, hooks=("Job migrate (pre-upgrade)",))
    assert done.is_done
    assert not replace(done, is_deployed=False).is_done
    assert text_of(done).splitlines()[1:] == ["  nothing to do: 1 object as wanted", "  0 of 2 apps restart"]


def test_what_is_refused_and_a_first_installation() -> None:
    refused = ObjectPlan(CREATE, "Job", "x", refused="no")
    text = text_of(replace(PLAN, revision=0, objects=(refused,), new_namespace=True))
    assert "first installation" in text
    assert "  create  Namespace shop-tst\n  create  Job x\n            refused: no\n" in text


def written(**more: Any) -> bytes:
    return json.dumps(data_of([replace(PLAN, **more)])).encode()


def test_a_plan_holds_until_something_changes() -> None:
    promise = promised(written(), "plan.json")["tst"]
    assert promise["restarts"] == ["orders"]
    assert broken_promises(PLAN, promise) == ()
    for change in ({"revision": 4}, {"manifests": "sha256:9"}, {"server": "https://y"}):
        assert len(broken_promises(replace(PLAN, **change), promise)) == 1
    assert broken_promises(replace(PLAN, helm="v4.3"), promise) == ()


@pytest.mark.parametrize("data", [b"", b"[]", b'{"version": 1}', b'{"version": 2, "plans": []}'])
def test_what_is_no_plan_is_refused(data: bytes) -> None:
    with pytest.raises(ShunterError, match=r"plan\.json is"):
        promised(data, "plan.json")
