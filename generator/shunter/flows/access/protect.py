"""What to protect at the forge: each repository's default branch, and the environments that it deploys, as commands."""

from __future__ import annotations

from collections.abc import Iterator

from shunter.adapters.forge.place import GITHUB
from shunter.core.deployment.protection import github_branch, github_environment, gitlab_branch, gitlab_environment
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import RepositorySpec, Workspace
from shunter.flows.deploying.targets import forge_of
from shunter.flows.workspace.context import Context
from shunter.model.findings import Report

BRANCH = "main"
CHECKS = {"inline": ("check",), "reusable": ("build / check",)}
"""By `pipelines` of shunter.yaml: what GitHub calls the jobs that a change has to pass."""


def protect(context: Context) -> Report:
    """Commands of `gh` or `glab` for the whole workspace. Raises ShunterError for other forges."""
    workspace = context.require_workspace()
    lines = [line for spec in plan_repositories(workspace) for line in _of(workspace, spec)]
    return Report("".join(f"{line}\n" for line in lines))


def _of(workspace: Workspace, spec: RepositorySpec) -> Iterator[str]:
    at = forge_of(workspace, spec.name)
    root = next(project for project in spec.projects if project.path == ".")
    owners = bool(root.answers.get("code_owners"))
    environments = [workspace.environment(each.name) for each in spec.projects if each.kind == "environment"]
    yield f"# {spec.name}"
    if at.kind == GITHUB:
        yield from github_branch(at.path, BRANCH, CHECKS[workspace.pipelines], owners=owners)
        for environment in filter(None, environments):
            accounts = workspace.owners.get(environment.team, ())
            teams = [each.removeprefix("@") for each in accounts if "/" in each]
            yield from github_environment(at.path, environment.name, environment.stage, teams)
    else:
        yield from gitlab_branch(at.path, BRANCH, owners=owners)
        for environment in filter(None, environments):
            yield from gitlab_environment(at.path, environment.name, environment.stage)
