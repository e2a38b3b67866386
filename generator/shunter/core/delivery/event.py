"""git events as data, and how CI providers tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

Kind = Literal["tag", "branch", "pull-request"]
_QUEUE: Final = re.compile(r"refs/heads/gh-readonly-queue/.+/pr-([0-9]+)-[0-9a-f]+")
_REVIEW: Final = re.compile(r"refs/(?:pull|merge-requests)/([0-9]+)(?:/.*)?")
_FORMS: Final = "refs/heads/BRANCH, refs/tags/TAG or refs/pull/NUMBER"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: a tag, a branch or a pull request (a merge request) was built.

    `name` is the tag, the branch, or the request's number.
    """

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a CI provider says: its event, and the id of the commit that this is about."""

    provider: str
    event: Event
    commit: str


def event_of(ref: str) -> Event:
    """The event of a full name of a ref, as git and the providers write it. Raises ShunterError for other names."""
    if found := _QUEUE.fullmatch(ref) or _REVIEW.fullmatch(ref):
        return Event("pull-request", found[1])
    for prefix, kind in _KINDS.items():
        if ref.startswith(prefix) and len(ref) > len(prefix):
            return Event(kind, ref[len(prefix) :])
    raise ShunterError(f"`{ref}` is no ref that versions are made of", hint=f"write it in full: {_FORMS}")


_KINDS: Final[Mapping[str, Kind]] = {"refs/heads/": "branch", "refs/tags/": "tag"}


def told_by(variables: Mapping[str, str]) -> Told | None:
    """What the CI provider's variables say, or None where there is no provider that is known.

    GitHub (also Gitea and Forgejo), GitLab and Jenkins' multibranch pipelines.
    """
    if variables.get("GITHUB_ACTIONS") == "true":
        return _told("GitHub", variables.get("GITHUB_REF", ""), variables.get("GITHUB_SHA", ""))
    if variables.get("GITLAB_CI"):
        names = ("CI_COMMIT_TAG", "CI_MERGE_REQUEST_IID", "CI_COMMIT_BRANCH")
        return _told("GitLab", _ref(variables, *names), variables.get("CI_COMMIT_SHA", ""))
    if variables.get("JENKINS_URL"):
        return _told(
            "Jenkins", _ref(variables, "TAG_NAME", "CHANGE_ID", "BRANCH_NAME"), variables.get("GIT_COMMIT", "")
        )
    return None


def commit_before(variables: Mapping[str, str], payload: Mapping[str, Any]) -> str | None:
    """The commit that a pipeline's changes come after; zeros where there is none, None where no provider is known.

    `payload` is GitHub's document of the event. A pipeline of a schedule, or by hand, is about no change.
    """
    if variables.get("GITHUB_ACTIONS") == "true":
        found = (_at(payload, *keys) for keys in _GITHUB_BEFORE)
        return next((str(commit) for commit in found if commit), NO_COMMIT)
    if variables.get("GITLAB_CI"):
        return variables.get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or variables.get("CI_COMMIT_BEFORE_SHA") or NO_COMMIT
    return None


def is_of_fork(variables: Mapping[str, str], payload: Mapping[str, Any]) -> bool:
    """Whether a pipeline builds what somebody asks to be taken over from another repository: it has no secrets."""
    if variables.get("GITHUB_ACTIONS") == "true":
        base, head = (_at(payload, "pull_request", end, "repo", "full_name") for end in ("base", "head"))
        return "pull_request" in payload and base != head
    target = variables.get("CI_MERGE_REQUEST_PROJECT_ID", "")
    return bool(variables.get("GITLAB_CI")) and variables.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", target) != target


def page_of(variables: Mapping[str, str]) -> str:
    """The repository's page, as a provider tells it; empty without one."""
    if variables.get("GITHUB_ACTIONS") == "true":
        return f"{variables.get('GITHUB_SERVER_URL', '')}/{variables.get('GITHUB_REPOSITORY', '')}"
    return variables.get("CI_PROJECT_URL", "")


def _at(payload: Any, *keys: str) -> Any:
    for key in keys:
        payload = payload.get(key) if isinstance(payload, Mapping) else None
    return payload


NO_COMMIT: Final = "0" * 40
"""What git and CI providers write for no commit."""
_GITHUB_BEFORE: Final = (("pull_request", "base", "sha"), ("merge_group", "base_sha"), ("before",))


def _ref(variables: Mapping[str, str], tag: str, request: str, branch: str) -> str:
    """The ref that three variables of a provider tell, of which the first that is set counts; empty without one."""
    forms = {tag: "refs/tags/{}", request: "refs/pull/{}", branch: "refs/heads/{}"}
    return next((form.format(variables[name]) for name, form in forms.items() if variables.get(name)), "")


def _told(provider: str, ref: str, commit: str) -> Told | None:
    return Told(provider, event_of(ref), commit) if ref and commit else None
