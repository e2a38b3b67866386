"""Jobs of GitLab for what a commit touches."""

from __future__ import annotations

from shunter.core.delivery.jobs import jobs
from shunter.core.delivery.touched import CODE, ENVIRONMENT

TRAITS = {
    (CODE, "orders"): {"language": "go"},
    (ENVIRONMENT, "tst"): {"stage": "develop", "helm": "4"},
    (ENVIRONMENT, "old"): {"stage": "develop", "helm": "3"},
    (ENVIRONMENT, "pro"): {"stage": "production", "helm": "3"},
}
NOTHING: dict[str, list[str]] = {"services": [], "charts": [], "environments": [], "previews": []}


def test_what_nothing_touches_has_a_job_that_does_nothing() -> None:
    assert jobs(NOTHING, TRAITS) == {"unchanged": {"extends": ".unchanged"}}


def test_a_chart_waits_for_the_image_of_its_service_alone() -> None:
    found = jobs({**NOTHING, "services": ["orders"], "charts": ["orders", "store"]}, TRAITS)
    assert found == {
        "test-orders": {"extends": ".test-go", "variables": {"NAME": "orders"}},
        "image-orders": {"extends": ".image", "variables": {"NAME": "orders"}, "needs": ["test-orders"]},
        "chart-orders": {"extends": ".chart", "variables": {"NAME": "orders"}, "needs": ["image-orders"]},
        "chart-store": {"extends": ".chart", "variables": {"NAME": "store"}, "needs": []},
    }


def test_an_environment_is_deployed_by_its_helm_and_production_by_hand() -> None:
    found = jobs({**NOTHING, "environments": ["tst", "old", "pro"], "previews": ["old"]}, TRAITS)
    assert {name: job["extends"] for name, job in found.items()} == {
        "render-tst": ".render",
        "render-old": ".render",
        "render-pro": ".render",
        "deploy-tst": ".deploy",
        "deploy-old": [".deploy", ".helm-3"],
        "preview-old": [".preview", ".helm-3"],
        "end-old": [".end", ".helm-3"],
        "deploy-pro": [".deploy-by-hand", ".helm-3"],
    }
    assert found["preview-old"]["environment"]["on_stop"] == "end-old"
