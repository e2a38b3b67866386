"""Who owns a field."""

from __future__ import annotations

from typing import Any

from shunter.core.deployment.owners import Owner, other_owner, owners_of


def entry(manager: str, time: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"manager": manager, "time": time, "operation": "Update", "fieldsV1": fields, **more}


LIVE = {
    "metadata": {
        "managedFields": [
            entry("helm", "2026-01-01T00:00:00Z", {"f:spec": {"f:replicas": {}, "f:template": {"f:a": {}}}}),
            entry("kubectl", "2026-01-02T00:00:00Z", {"f:spec": {"f:replicas": {}}}, subresource="scale"),
        ]
    }
}


def test_the_newest_owner_comes_first_and_helm_is_no_other() -> None:
    assert [owner.manager for owner in owners_of(LIVE, "spec.replicas")] == ["kubectl", "helm"]
    assert other_owner(LIVE, "spec.replicas") == Owner("kubectl", "2026-01-02T00:00:00Z", "scale")
    assert str(other_owner(LIVE, "spec.replicas")) == "kubectl (scale), since 2026-01-02T00:00:00Z"
    assert other_owner(LIVE, "spec.template.a") is None


def test_who_owns_something_inside_owns_a_part_of_it() -> None:
    assert [owner.manager for owner in owners_of(LIVE, "spec.template")] == ["helm"]
    assert owners_of({"metadata": {}}, "spec") == ()
