"""Helm's Secrets: read, and marked as failed. tests/flows/deploying has real ones."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from shunter.core.deployment.revision import as_failed, lost_settings, revision_of, revisions_of, values_key
from shunter.model.errors import ShunterError


def secret(number: int = 2, status: str = "pending-upgrade", **more: Any) -> dict[str, Any]:
    value = {
        "name": "shop",
        "version": number,
        "info": {"status": status, "last_deployed": "2026-01-01T00:00:00Z", "description": "Preparing upgrade"},
        "chart": {"metadata": {"name": "tst", "version": "1.0.0"}},
        "config": {"a": 1},
        "manifest": "---\n",
        "hooks": [{"manifest": "kind: Job"}],
        **more,
    }
    data = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(value).encode()))).decode()
    metadata = {"name": f"sh.helm.release.v1.shop.v{number}", "resourceVersion": "7", "labels": {"status": status}}
    return {"metadata": metadata, "data": {"release": data}}


def test_a_revision_is_read() -> None:
    found = revision_of(secret(apply_method="ssa"))
    assert (found.number, found.status, found.chart, found.config) == (2, "pending-upgrade", "tst 1.0.0", {"a": 1})
    assert found.is_pending
    assert found.server_side
    assert not revision_of(secret()).server_side
    assert [each.number for each in revisions_of([secret(10), secret(9)])] == [9, 10]


def test_hooks_are_a_part_of_what_a_revision_is() -> None:
    assert revision_of(secret()).manifest_digest != revision_of(secret(hooks=[])).manifest_digest


def test_a_failed_one_is_the_same_but_for_its_status() -> None:
    before = secret()
    change = as_failed(before, "was pending")
    assert change["metadata"] == {"resourceVersion": "7", "labels": {"status": "failed"}}
    after = revision_of({**before, "data": change["data"]})
    assert (after.status, after.description, after.is_pending) == ("failed", "was pending", False)
    assert after.manifest_digest == revision_of(before).manifest_digest


def test_what_is_no_release_is_refused() -> None:
    with pytest.raises(ShunterError, match="holds no release"):
        revision_of({"metadata": {"name": "x"}, "data": {"release": "AAAA"}})


def test_settings_that_only_the_cluster_has() -> None:
    old = {"a": {"b": 1, "c": {"d": 2}}, "e": 3, "f": {"g": 1}}
    assert lost_settings(old, {"a": {"b": 2}, "f": 4}) == ("a.c", "e")
    assert lost_settings(old, old) == ()


def test_values_have_one_key_whatever_their_order() -> None:
    assert values_key({"a": 1, "b": 2}) == values_key({"b": 2, "a": 1}) != values_key({"a": 1})
    assert len(values_key({})) == 40


@pytest.mark.parametrize(
    ("status", "description", "ready"),
    [
        ("deployed", "Install complete", True),
        ("superseded", "Upgrade complete", True),
        ("superseded", "Rollback to 2", True),
        ("failed", "Upgrade complete", False),
        ("superseded", 'Release "shop" failed: context deadline exceeded', False),
    ],
)
def test_a_revision_that_got_ready_once(status: str, description: str, ready: bool) -> None:
    assert revision_of(secret(info={"status": status, "description": description})).got_ready is ready
