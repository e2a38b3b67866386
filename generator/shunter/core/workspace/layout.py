"""From a workspace to its repositories, projects and answers: the one place that knows what a layout means."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from posixpath import normpath
from typing import Any

from shunter import __version__
from shunter.core.workspace.model import (
    PLACEHOLDER_REGISTRY,
    Environment,
    Project,
    RepositorySpec,
    Service,
    Workspace,
)

LIBRARY_FOLDER = "library"
TRAINS_FOLDER = "trains"
EXAMPLE_ORGANISATION = "acme"
CONTROLLERS = ("argo", "flux")
"""Values of `deployment` that write objects for a GitOps controller."""


def service_folder(name: str) -> str:
    """Folder of a service's code, in its repository."""
    return f"services/{name}"


def chart_folder(name: str) -> str:
    """Folder of an app chart, in its repository."""
    return f"charts/{name}"


def charts_url(workspace: Workspace | None, url: str, chart: str) -> str:
    """Where a chart of that name is kept by a registry's URL, in which `{service}` and `{repository}` may stand.

    They are the service, or the library, that the chart belongs to, and the repository that holds it. Without a
    workspace nobody knows the repository, and the chart is called as its service is.
    """
    if "{" not in url:
        return url
    if workspace is None:
        return url.replace("{service}", chart)
    names = ((each, (each.name, *each.formerly, each.chart.name if each.chart else "")) for each in workspace.services)
    service = next((each for each, known in names if chart in known), None)
    name, repository = chart, workspace.name
    if service:
        # What was published under a former name stays there.
        name = chart if chart in service.formerly else service.name
        repository = chart_repository(workspace, service)
    return url.replace("{service}", name).replace("{repository}", repository)


def images_prefix(images: str) -> str:
    """What the names of a workspace's own images begin with, by `registries.images`.

    It ends before a `{service}`, and is empty while nobody has said where the images really are.
    """
    prefix = images.partition("{")[0].rstrip("/")
    return "" if prefix.partition("/")[0] == PLACEHOLDER_REGISTRY else prefix


def image_registry(workspace: Workspace, service: Service) -> str:
    """Where a service's image is, by `registries.images`, in which its name and that of its repository may stand."""
    place = workspace.registries.images.replace("{service}", service.name)
    return place.replace("{repository}", code_repository(workspace, service))


def image_name(workspace: Workspace, service: Service) -> str:
    """The name of a service's image, without a tag."""
    return posixpath.join(image_registry(workspace, service), service.name)


def environment_folder(name: str) -> str:
    """Folder of an environment's umbrella chart, in its repository."""
    return f"envs/{name}"


def values_path(environment: str, name: str) -> str:
    """Where a values file of an environment stands in its repository; `name` is as in `values:`."""
    return normpath(f"{environment_folder(environment)}/{name}")


def is_shared(name: str) -> bool:
    """Whether a values file of an environment, named as in `values:`, is one that others may share."""
    return name.startswith("../")


def code_repository(workspace: Workspace, service: Service) -> str:
    """Name of the repository that holds the service's code (or would, if it had any)."""
    match workspace.layout.code:
        case "monolith":
            return workspace.name
        case "multi":
            return service.name
        case _:
            return workspace.layout.code_repository


def chart_repository(workspace: Workspace, service: Service) -> str:
    """Name of the repository that holds the service's app chart."""
    if workspace.layout.charts == "mono":
        return workspace.layout.charts_repository
    if workspace.layout.code == "monolith" and not service.language:
        return service.name
    return code_repository(workspace, service)


def environment_repository(workspace: Workspace, environment: str) -> str:
    """Name of the repository that holds the environment."""
    if workspace.layout.envs == "mono":
        return workspace.layout.envs_repository
    return f"{workspace.name}-{environment}"


def repository_url(workspace: Workspace, name: str) -> str:
    """Where a repository is cloned from and pushed to, by `repositories.url`; empty where that is not set."""
    return workspace.repositories_url.replace("{name}", name).replace("{workspace}", workspace.name)


def placeholder_url(organisation: str) -> str:
    """The `repositories.url` of a new shunter.yaml, until somebody says where the repositories really are."""
    return f"git@git.example:{organisation}/{{name}}.git"


def origin_url(workspace: Workspace, name: str) -> str:
    """The remote that a new repository gets: `repository_url`, or empty while that is the placeholder."""
    if workspace.repositories_url in map(placeholder_url, (EXAMPLE_ORGANISATION, workspace.name)):
        return ""
    return repository_url(workspace, name)


def plan_repositories(workspace: Workspace) -> tuple[RepositorySpec, ...]:
    """Every repository of the workspace with its projects and their answers; the workspace's own comes first.

    Pure: the same workspace gives the same plan, and nothing else is looked at.
    """
    projects: dict[str, list[Project]] = {workspace.name: [_library(workspace)]}
    for service in workspace.services:
        if service.language:
            projects.setdefault(code_repository(workspace, service), []).append(_code(workspace, service))
        if service.chart is None:
            projects.setdefault(chart_repository(workspace, service), []).append(_app(workspace, service))
    for environment in workspace.environments:
        name = environment_repository(workspace, environment.name)
        projects.setdefault(name, []).append(_environment(workspace, environment))
    others = [name for name in projects if name != workspace.name]
    return tuple(
        RepositorySpec(name, "." if name == workspace.name else name, (_root(workspace, name, found, others), *found))
        for name, found in projects.items()
    )


def reference_rank(spec: RepositorySpec | None) -> int:
    """The place of a repository behind all that it refers to: charts, code, the workspace, environments."""
    kinds = {project.kind for project in spec.projects} if spec else set()
    return next((rank for rank, kind in ((2, "workspace"), (3, "environment"), (1, "service")) if kind in kinds), 0)


def promotion_order(environments: Iterable[Environment]) -> tuple[Environment, ...]:
    """Environments so that each comes after those it promotes from; otherwise in the order given."""
    waiting, ordered, known = list(environments), [], set[str]()
    while waiting:
        ready = next((e for e in waiting if known.issuperset(e.promotes_from)), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
        known.add(ready.name)
    return tuple(ordered)


def _root(workspace: Workspace, name: str, projects: list[Project], others: list[str]) -> Project:
    kind = "workspace" if name == workspace.name else "repository"
    answers: dict[str, Any] = {
        "kind": kind,
        "workspace": workspace.name,
        "repository": name,
        "projects": [
            *(_summary(workspace, project) for project in projects),
            *(_existing(workspace, others) if kind == "workspace" else ()),
        ],
        "code_owners": _code_owners(workspace, projects),
        "ci": workspace.ci,
        "deployment": workspace.deployment,
        "development": workspace.development,
        "image_registry": workspace.registries.images.replace("{repository}", name),
        "chart_registry": workspace.registries.push.replace("{repository}", name),
        "tools_source": workspace.tools_source,
        "tools_version": __version__,
    }
    if workspace.ci != "none":
        answers["pipelines"] = workspace.pipelines
    if workspace.ci != "none" or workspace.deployment in CONTROLLERS:
        answers["repositories_url"] = workspace.repositories_url if origin_url(workspace, name) else ""
    if workspace.versions:
        answers["versions"] = workspace.versions
    if kind == "workspace":
        answers["checkouts"] = others
    return Project(kind, name, ".", answers)


def _summary(workspace: Workspace, project: Project) -> dict[str, Any]:
    summary: dict[str, Any] = {"kind": project.kind, "name": project.name, "path": project.path}
    wanted = ["archetype", "language", "stage", "namespace", "cluster", "helm"]
    if project.kind == "environment":
        summary["values_paths"] = [values_path(project.name, name) for name in project.answers["values_files"]]
        summary |= _controlled(workspace, project)
    if project.kind == "app":
        wanted.remove("language")  # its service has that
    return summary | {key: project.answers[key] for key in wanted if key in project.answers}


def _controlled(workspace: Workspace, project: Project) -> dict[str, Any]:
    """What a controller's objects say of an environment: its apps, where each is one, and whom it comes after.

    Only environments of its own stage: a broken one where everything is tried must not keep production from a repair.
    """
    environment = workspace.environment(project.name)
    if environment is None or workspace.deployment not in CONTROLLERS:
        return {}
    before = [workspace.environment(name) for name in environment.promotes_from]
    after = [each.name for each in before if each and each.stage == environment.stage]
    apps = project.answers["services"] if environment.releases == "app" else []
    return ({"apps": apps} if apps else {}) | ({"after": after} if after else {})


def _existing(workspace: Workspace, others: Collection[str]) -> Iterator[dict[str, Any]]:
    """The existing charts that lie in the workspace's own repository, and not in another one's checkout."""
    for service in workspace.services:
        path = normpath(service.chart.path) if service.chart and service.chart.path else "."
        if path.split("/")[0] not in (*others, "..", "."):
            yield {"kind": "chart", "name": service.name, "path": path}


def _code_owners(workspace: Workspace, projects: list[Project]) -> list[str]:
    lines = []
    for project in projects:
        owners = workspace.owners.get(_team(workspace, project), ())
        if owners:
            lines.append(f"/{project.path}/ {' '.join(owners)}")
    return lines


def _team(workspace: Workspace, project: Project) -> str:
    """Whose a project is; an environment's answers do not say it, since no file of it depends on that."""
    environment = workspace.environment(project.name) if project.kind == "environment" else None
    return environment.team if environment else str(project.answers.get("team", ""))


def _library(workspace: Workspace) -> Project:
    answers = {"kind": "library", "workspace": workspace.name, "name": workspace.library}
    return Project("library", workspace.library, LIBRARY_FOLDER, answers)


def _shape(kind: str, service: Service) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": service.name,
        "archetype": service.archetype,
        "team": service.team,
        "port": service.port,
    }


def _calls(workspace: Workspace, service: Service) -> dict[str, Any]:
    """What code and chart are told of whom the service calls; nothing where it calls nobody.

    A service that was renamed is called by its former names, too: variables are called after them in the code.
    """
    called = [found for name in service.calls if (found := workspace.service(name))]
    told = [
        {
            "name": each.name,
            "formerly": list(each.formerly),
            "known_as": each.in_cluster,
            "archetype": each.archetype,
            "port": each.port,
        }
        for each in called
    ]
    return {"calls": told} if told else {}


def _tokens(workspace: Workspace, service: Service) -> dict[str, Any]:
    """What a REST API is told of who issues tokens; nothing where nobody does."""
    issuer = workspace.issuer
    if issuer is None or service.archetype != "rest-api":
        return {}
    return {"provider": issuer.provider, "issuer": issuer.in_cluster}


def _callers(workspace: Workspace, service: Service) -> dict[str, Any]:
    """What a chart is told of who calls its service; nothing where nobody does."""
    found = [
        {"name": each.in_cluster, "archetype": each.archetype, "code": bool(each.language)}
        for each in workspace.services
        if service.name in each.calls
    ]
    return {"callers": found} if found else {}


def _code(workspace: Workspace, service: Service) -> Project:
    answers = _shape("service", service) | {"language": service.language} | _calls(workspace, service)
    answers |= _tokens(workspace, service)
    return Project("service", service.name, service_folder(service.name), answers)


def _app(workspace: Workspace, service: Service) -> Project:
    answers = _shape("app", service) | {
        "language": service.language or "none",
        "workspace": workspace.name,
        "image_registry": image_registry(workspace, service),
        "library": workspace.library,
        "chart_repository": charts_url(workspace, workspace.registries.url, workspace.library),
    }
    answers |= _calls(workspace, service) | _callers(workspace, service) | _tokens(workspace, service)
    return Project("app", service.name, chart_folder(service.name), answers)


def _environment(workspace: Workspace, environment: Environment) -> Project:
    answers: Mapping[str, Any] = {
        "kind": "environment",
        "workspace": workspace.name,
        "name": environment.name,
        "stage": environment.stage,
        "promotes_from": ", ".join(environment.promotes_from),
        "namespace": environment.namespace,
        "cluster": environment.cluster,
        "values_files": list(environment.values),
        "helm": environment.helm,
        "separate_releases": environment.releases == "app" and workspace.deployment == "helm",
        "services": [service.name for service in workspace.services if environment.declares(service.name)],
        "other_services": [service.name for service in workspace.services if not environment.declares(service.name)]
        if any(map(is_shared, environment.values))
        else [],
        "library": workspace.library,
        "chart_repository": workspace.registries.url,
    }
    return Project("environment", environment.name, environment_folder(environment.name), answers)
