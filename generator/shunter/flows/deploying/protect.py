"""What to protect at the forge: each repository's default branch, and the environments that it deploys, as commands."""

from __future__ import annotations

from collections.abc import Iterator

from shunter.adapters.forge.place import GITHUB, GITLAB
from shunter.adapters.forge.place import place_of as at_forge
from shunter.core.deployment.protection import github_branch, github_environment, gitlab_branch, gitlab_environment
from shunter.core.workspace.layout import origin_url, plan_repositories
from shunter.core.workspace.model import RepositorySpec, Workspace
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

BRANCH = "main"
CHECKS = ("check",)
"""The jobs of generated pipelines that a change has to pass."""


def protect(context: Context) -> Report:
    """Commands of `gh` or `glab` for the whole workspace. Raises ShunterError for other forges."""
    if context.workspace is None:
        raise ShunterError("this repository stands alone", hint="run it in the workspace, where shunter.yaml is")
    lines = [line for spec in plan_repositories(context.workspace) for line in _of(context.workspace, spec)]
    return Report("".join(f"{line}\n" for line in lines))


def _of(workspace: Workspace, spec: RepositorySpec) -> Iterator[str]:
    url = origin_url(workspace, spec.name)
    at = at_forge(url) if url else None
    if at is None or at.kind not in (GITHUB, GITLAB):
        raise ShunterError(
            f"{spec.name} has no place at GitHub or GitLab",
            hint="set `repositories.url` in shunter.yaml, such as git@github.com:acme/{name}.git",
        )
    root = next(project for project in spec.projects if project.path == ".")
    owners = bool(root.answers.get("code_owners"))
    environments = [workspace.environment(each.name) for each in spec.projects if each.kind == "environment"]
    yield f"# {spec.name}"
    if at.kind == GITHUB:
        yield from github_branch(at.path, BRANCH, CHECKS, owners=owners)
        for environment in filter(None, environments):
            accounts = workspace.owners.get(environment.team, ())
            teams = [each.removeprefix("@") for each in accounts if "/" in each]
            yield from github_environment(at.path, environment.name, environment.stage, teams)
    else:
        yield from gitlab_branch(at.path, BRANCH, owners=owners)
        for environment in filter(None, environments):
            yield from gitlab_environment(at.path, environment.name, environment.stage)
