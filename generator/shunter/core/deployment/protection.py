"""Protected branches and environments of a forge, as commands of its own client that a person runs once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

_APPROVED: Final = ("staging", "production")
"""Stages for which somebody else has to say yes."""


def github_branch(path: str, branch: str, checks: Sequence[str], *, owners: bool) -> Iterator[str]:
    """Only pull requests with these checks reach a branch; with `owners` they review what is theirs.

    They need not have the branch's newest commit: where approvals are dismissed, too, a promotion that waits for one
    would be pushed and asked for again whenever the branch moves.
    """
    reviews = {
        "required_approving_review_count": 1,
        "require_code_owner_reviews": owners,
        "dismiss_stale_reviews": True,
    }
    wanted = {
        "required_status_checks": {"strict": False, "contexts": list(checks)},
        "enforce_admins": True,
        "required_pull_request_reviews": reviews,
        "restrictions": None,
        "allow_force_pushes": False,
        "allow_deletions": False,
    }
    yield from _gh("PUT", f"repos/{path}/branches/{quote(branch, '')}/protection", wanted)


def github_environment(path: str, name: str, stage: str, reviewers: Sequence[str]) -> Iterator[str]:
    """Only protected branches deploy to an environment; from staging on a team (`acme/ops`) has said yes."""
    wanted: dict[str, Any] = {
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
        "prevent_self_review": stage in _APPROVED,
    }
    if stage in _APPROVED and reviewers:
        wanted["reviewers"] = [{"type": "Team", "id": f"@{team}"} for team in reviewers]
    lines = list(_gh("PUT", f"repos/{path}/environments/{quote(name, '')}", wanted))
    for team in reviewers:
        organisation, _, slug = team.partition("/")
        number = f"$(gh api orgs/{organisation}/teams/{slug} --jq .id)"
        lines = [line.replace(f'"@{team}"', number).replace("<<'JSON'", "<<JSON") for line in lines]
    yield from lines


def _gh(method: str, path: str, body: Mapping[str, Any]) -> Iterator[str]:
    yield f"gh api --method {method} {path} --input - <<'JSON'"
    yield json.dumps(body)
    yield "JSON"


def gitlab_branch(path: str, branch: str, *, owners: bool) -> Iterator[str]:
    """The same on GitLab: nobody pushes, and maintainers merge what a pipeline has passed."""
    at = f"projects/{quote(path, '')}"
    yield f"glab api --method DELETE {at}/protected_branches/{quote(branch, '')} || true"
    more = " -F code_owner_approval_required=true" if owners else ""
    access = f"-f name={branch} -F push_access_level=0 -F merge_access_level=40 -F allow_force_push=false{more}"
    yield f"glab api --method POST {at}/protected_branches {access}"
    yield f"glab api --method PUT {at} -F only_allow_merge_if_pipeline_succeeds=true"


def gitlab_environment(path: str, name: str, stage: str) -> Iterator[str]:
    """Maintainers deploy to an environment; from staging on one of them has said yes."""
    approvals = 1 if stage in _APPROVED else 0
    wanted = {"name": name, "deploy_access_levels": [{"access_level": 40}], "required_approval_count": approvals}
    at = f"projects/{quote(path, '')}/protected_environments"
    yield f"glab api --method POST {at} --header 'Content-Type: application/json' --input - <<'JSON'"
    yield json.dumps(wanted)
    yield "JSON"
