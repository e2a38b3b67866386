"""Events as refs and as CI providers tell them."""

from __future__ import annotations

import pytest

from shunter.core.delivery.event import Event, Told, event_of, told_by
from shunter.model.errors import ShunterError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("ref", "event"),
    [
        ("refs/heads/main", Event("branch", "main")),
        ("refs/heads/feature/x", Event("branch", "feature/x")),
        ("refs/heads/refs/tags/v1.0.0", Event("branch", "refs/tags/v1.0.0")),
        ("refs/tags/orders-v1.2.3", Event("tag", "orders-v1.2.3")),
        ("refs/pull/12/merge", Event("pull-request", "12")),
        ("refs/pull/12", Event("pull-request", "12")),
        ("refs/merge-requests/7/head", Event("pull-request", "7")),
        (f"refs/heads/gh-readonly-queue/release/1.3/pr-12-{COMMIT}", Event("pull-request", "12")),
    ],
)
def test_a_ref_is_an_event(ref: str, event: Event) -> None:
    assert event_of(ref) == event


@pytest.mark.parametrize("ref", ["", "main", "refs/heads/", "refs/pull/x/merge", "refs/notes/x"])
def test_another_ref_is_refused(ref: str) -> None:
    with pytest.raises(ShunterError) as caught:
        event_of(ref)
    assert "refs/heads/BRANCH" in caught.value.hint


GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": COMMIT}
GITLAB = {"GITLAB_CI": "true", "CI_COMMIT_SHA": COMMIT}
JENKINS = {"JENKINS_URL": "https://ci.example/", "GIT_COMMIT": COMMIT}


@pytest.mark.parametrize(
    ("variables", "provider", "event"),
    [
        (GITHUB | {"GITHUB_REF": "refs/heads/main"}, "GitHub", Event("branch", "main")),
        (GITHUB | {"GITHUB_REF": "refs/tags/v1.2.3"}, "GitHub", Event("tag", "v1.2.3")),
        (GITHUB | {"GITHUB_REF": "refs/pull/3/merge"}, "GitHub", Event("pull-request", "3")),
        (GITLAB | {"CI_COMMIT_BRANCH": "main"}, "GitLab", Event("branch", "main")),
        (GITLAB | {"CI_COMMIT_TAG": "v1.2.3"}, "GitLab", Event("tag", "v1.2.3")),
        (GITLAB | {"CI_MERGE_REQUEST_IID": "3", "CI_COMMIT_TAG": ""}, "GitLab", Event("pull-request", "3")),
        (JENKINS | {"BRANCH_NAME": "main"}, "Jenkins", Event("branch", "main")),
        (JENKINS | {"BRANCH_NAME": "PR-3", "CHANGE_ID": "3"}, "Jenkins", Event("pull-request", "3")),
        (JENKINS | {"BRANCH_NAME": "v1.2.3", "TAG_NAME": "v1.2.3"}, "Jenkins", Event("tag", "v1.2.3")),
    ],
)
def test_a_provider_tells_an_event(variables: dict[str, str], provider: str, event: Event) -> None:
    assert told_by(variables) == Told(provider, event, COMMIT)


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, GITHUB, GITLAB, JENKINS, {"GITHUB_REF": "refs/heads/main"}])
def test_where_no_provider_tells_git_is_asked(variables: dict[str, str]) -> None:
    assert told_by(variables) is None
