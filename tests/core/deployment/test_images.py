"""Images that run against those that are wanted."""

from __future__ import annotations

from typing import Any

from shunter.core.deployment.images import images_of, not_as_wanted


def pod(image: str, image_id: str) -> dict[str, Any]:
    status = {"containerStatuses": [{"name": "web", "image": image, "imageID": image_id}]}
    return {"spec": {"containers": [{"name": "web", "image": image}, {"name": "mesh", "image": "m"}]}, "status": status}


def workload(image: str) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}}


def test_a_pod_of_before_runs_another_image() -> None:
    pods = [pod("x:1", "x@sha256:a"), pod("x:1", "x@sha256:a"), pod("x:2", "x@sha256:b")]
    assert not_as_wanted([workload("x:2")], pods) == ("web runs x:1, and not x:2",)
    assert images_of(pods) == ("x@sha256:a", "x@sha256:b")


def test_a_digest_that_is_pinned_is_what_runs() -> None:
    assert not_as_wanted([workload("x@sha256:a")], [pod("x@sha256:a", "x@sha256:a")]) == ()
    assert not_as_wanted([workload("x@sha256:a")], [pod("x@sha256:a", "x@sha256:b")]) == (
        "web runs x@sha256:b, and not sha256:a",
    )
    assert not_as_wanted([workload("x@sha256:a")], [pod("x@sha256:a", "")]) == ()
