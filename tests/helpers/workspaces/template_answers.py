"""Answers to render templates with: a workspace that uses everything, in one repository or many."""

from __future__ import annotations

from typing import Any

from helpers.workspaces import own_files
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Project

WORKSPACE = """\
name: shop
layout: {layout}
ci: {ci}
pipelines: {pipelines}
repositories: {{url: "git@github.com:acme/{{name}}.git"}}
deployment: {deployment}
development: {development}
registries: {{images: "{registry}", charts: {{push: "oci://{registry}/charts"}}}}
tools: {{source: {tools}}}
owners: {{alice: ["@acme/alice"]}}
services:
  orders: {{archetype: rest-api, team: alice, language: {language}}}
  gate: {{archetype: api-gateway}}
  site: {{archetype: frontend}}
  auth: {{archetype: auth}}
  mail: {{archetype: worker}}
  night: {{archetype: cron}}
  store: {{archetype: database}}
  cache: {{chart: {{path: third-party/cache}}}}
environments:
  tst: {{stage: develop, releases: {releases}, values: [../common.yaml, common.yaml, values.yaml]}}
  pro: {{stage: production, promotes-from: tst, values: [../common.yaml, values.yaml], cluster: "it's", helm: "3"}}
{environments}"""

# Repository roots in every variant of CI, deployment, development and content.
VARIANTS: dict[str, dict[str, str]] = {
    "github-helm": {},
    "github-gitops": {"deployment": "gitops", "development": "git-flow"},
    "gitlab-helm": {"ci": "gitlab", "development": "git-flow"},
    "gitlab-gitops": {"ci": "gitlab", "deployment": "gitops"},
    "github-argo": {"deployment": "argo"},
    "gitlab-argo": {"ci": "gitlab", "deployment": "argo"},
    "argo-apps": {"deployment": "argo", "releases": "app"},
    "none-flux": {
        "ci": "none",
        "deployment": "flux",
        "environments": "  us: {stage: production, promotes-from: pro}\n",
    },
    "environment-flux": {"layout": "multi", "repository": "shop-pro", "deployment": "flux"},
    "github-aws": {"registry": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme"},
    "github-google": {"registry": "europe-west1-docker.pkg.dev/acme/shop", "development": "git-flow"},
    "github-go": {"language": "go"},
    "github-typescript": {"language": "typescript"},
    "none": {"ci": "none"},
    "code": {"layout": "multi", "repository": "orders", "tools": "https://git.example.com/shunter.git"},
    "chart": {"layout": "multi", "repository": "store", "ci": "gitlab"},
    "environment": {"layout": "multi", "repository": "shop-pro"},
    "workspace": {"layout": "multi"},
    "workspace-gitlab": {"layout": "multi", "ci": "gitlab", "development": "git-flow"},
    "environment-gitlab": {"layout": "multi", "repository": "shop-tst", "ci": "gitlab", "deployment": "gitops"},
    "reusable": {"pipelines": "reusable"},
    "reusable-gitlab": {"pipelines": "reusable", "ci": "gitlab"},
    "reusable-workspace": {"layout": "multi", "pipelines": "reusable"},
    "reusable-code": {"layout": "multi", "pipelines": "reusable", "repository": "orders"},
    "reusable-code-gitlab": {"layout": "multi", "pipelines": "reusable", "repository": "orders", "ci": "gitlab"},
    "reusable-environment": {
        "layout": "multi",
        "pipelines": "reusable",
        "repository": "shop-pro",
        "deployment": "gitops",
    },
}


def projects(
    layout: str = "mono",
    ci: str = "github",
    deployment: str = "helm",
    development: str = "trunk",
    tools: str = "local",
    pipelines: str = "inline",
    registry: str = "ghcr.io/acme",
    language: str = "python",
    releases: str = "umbrella",
    environments: str = "",
) -> list[Project]:
    """Every project of the workspace with its answers, roots first."""
    text = WORKSPACE.format(**locals())
    workspace = own_files.workspace(text)
    found = [project for repository in plan_repositories(workspace) for project in repository.projects]
    return sorted(found, key=lambda project: project.kind not in ("workspace", "repository"))


def root(repository: str = "shop", **choices: str) -> dict[str, Any]:
    """The answers of one repository's root."""
    roots = {project.name: project for project in projects(**choices) if project.path == "."}
    return dict(roots[repository].answers)
