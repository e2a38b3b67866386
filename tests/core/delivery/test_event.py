"""Events as refs and as CI providers tell them."""

from __future__ import annotations

import pytest

from shunter.core.delivery.event import NO_COMMIT, Event, Told, commit_before, event_of, is_of_fork, page_of, told_by
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


GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop"}
REQUEST = {
    "pull_request": {
        "base": {"sha": "b1", "repo": {"full_name": "acme/shop"}},
        "head": {"repo": {"full_name": "x/shop"}},
    }
}


def test_providers_say_what_came_before() -> None:
    assert commit_before(GITHUB, {"before": "a1"}) == "a1"
    assert commit_before(GITHUB, REQUEST) == "b1"
    assert commit_before(GITHUB, {"merge_group": {"base_sha": "c1"}}) == "c1"
    assert commit_before(GITHUB, {"schedule": "* * * * *"}) == NO_COMMIT
    assert commit_before({"GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": "d1"}, {}) == "d1"
    told = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "e1", "CI_COMMIT_BEFORE_SHA": NO_COMMIT}
    assert commit_before(told, {}) == "e1"
    assert commit_before({}, {"before": "a1"}) is None


def test_a_fork_is_another_repository() -> None:
    assert is_of_fork(GITHUB, REQUEST)
    own = {"pull_request": {end: {"repo": {"full_name": "acme/shop"}} for end in ("base", "head")}}
    assert not is_of_fork(GITHUB, own)
    assert is_of_fork(GITHUB, {"pull_request": {"base": own["pull_request"]["base"], "head": {"repo": None}}})
    assert not is_of_fork(GITHUB, {"before": "a1"})
    asked = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}
    assert is_of_fork(asked, {})
    assert not is_of_fork({**asked, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"}, {})
    assert not is_of_fork({"GITLAB_CI": "true"}, {})


def test_a_provider_names_the_page_of_the_repository() -> None:
    assert page_of(GITHUB) == "https://github.com/acme/shop"
    assert page_of({"CI_PROJECT_URL": "https://gitlab.com/acme/shop"}) == "https://gitlab.com/acme/shop"
    assert page_of({}) == ""
