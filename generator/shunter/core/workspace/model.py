"""The workspace as data: what one `shunter.yaml` says, and the repositories and projects that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.model.data import dataclass, field

STATELESS = ("rest-api", "api-gateway", "frontend", "auth", "worker", "cron")
STATEFUL = ("database", "search", "broker", "monitoring")
WITHOUT_CODE = ("api-gateway", "auth", *STATEFUL)
"""Archetypes that have no code of a team's unless a language is named."""
WITHOUT_SERVICE = ("worker", "cron")
ARCHETYPES = STATELESS + STATEFUL
STAGES = ("develop", "staging", "production")
PLACEHOLDER_REGISTRY = "registry.example"
"""The host of images until somebody says where they really are: no registry has that name (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which repository holds code, charts and environments.

    A mode is `mono`, `multi` or (code only) `monolith`; the `*_repository` names apply to mono modes. Modes that
    name the same repository share it.
    """

    code: str
    charts: str
    envs: str
    code_repository: str
    charts_repository: str
    envs_repository: str


@dataclass(frozen=True, slots=True)
class ExistingChart:
    """A chart that shunter did not make: a folder of the workspace, or name and exact version in a repository."""

    path: str = ""
    repository: str = ""
    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """What a team owns. `language` is empty where there is no code; `chart` is set for an existing chart.

    `formerly` are names that it had before, by which trains may still call it, and `known_as` is the name after which
    its objects in clusters are called, where that is another one. `calls` are the services that it calls. `provider` is
    what an existing chart issues tokens as, or empty.
    """

    name: str
    archetype: str = ""
    language: str = ""
    team: str = ""
    port: int = 8080
    chart: ExistingChart | None = None
    formerly: tuple[str, ...] = ()
    known_as: str = ""
    calls: tuple[str, ...] = ()
    provider: str = ""

    @property
    def in_cluster(self) -> str:
        """What names and labels of its objects are made of."""
        return self.known_as or self.name

    @property
    def can_be_called(self) -> bool:
        """Whether its chart has a Service whose name and port are known here."""
        return self.chart is None and self.archetype not in WITHOUT_SERVICE


@dataclass(frozen=True, slots=True)
class Environment:
    """A place where a release runs.

    `promotes_from` is empty at the start of a route; a car must have run in one of them, or with `promotes_from_all` in
    each. `services` are those that belong here (None: all), `line` is the line of trains that it takes (empty: trains
    of no line), and `may_go_down` lets cars go down and away unasked, as for feature builds. `team` reviews it.
    `releases` is what is deployed at once: the `umbrella`, or each `app` on its own.
    """

    name: str
    stage: str = ""
    promotes_from: tuple[str, ...] = ()
    promotes_from_all: bool = False
    services: tuple[str, ...] | None = None
    line: str = ""
    may_go_down: bool = False
    namespace: str = ""
    cluster: str = ""
    values: tuple[str, ...] = ("values.yaml",)
    helm: str = "4"
    team: str = ""
    releases: str = "umbrella"

    def declares(self, service: str) -> bool:
        """Whether a service belongs here."""
        return self.services is None or service in self.services


@dataclass(frozen=True, slots=True)
class Registries:
    """`directory` holds chart archives and index.yaml; `url` is where environments' charts name them, or empty.

    `source` is where charts are fetched from that the directory does not hold, `push` where they are pushed to; all
    three may hold `{service}` and `{repository}`. `plain_http`: without TLS.
    """

    directory: str = ".shunter/registry"
    url: str = ""
    push: str = ""
    images: str = ""
    source: str = ""
    plain_http: bool = False


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything one `shunter.yaml` describes, defaults filled in.

    `groups` are environments under one name; `versions` is the map of the style `custom`, as it is written.
    `keep_trains` is how many automatic trains of a line stay that nothing names (0: all). Promotions to the
    environments that `direct` names are commits on the branch itself, others are pull requests; `commit_by` is who
    makes the commits, `git` or the forge's `api`.
    `access` is whether one account deploys all environments (`centralized`), or each its own.
    """

    name: str
    layout: Layout
    services: tuple[Service, ...]
    environments: tuple[Environment, ...]
    library: str
    registries: Registries
    templates_source: str
    templates_release: str
    repositories_url: str = ""
    development: str = "trunk"
    versions: Mapping[str, Any] = field(default_factory=dict)
    ci: str = "github"
    pipelines: str = "inline"
    deployment: str = "helm"
    tools_source: str = "local"
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep_trains: int = 0
    direct: tuple[str, ...] = ("stage:develop",)
    commit_by: str = "git"
    access: str = "decentralized"

    def service(self, name: str) -> Service | None:
        """The service of that name, or None."""
        return next((service for service in self.services if service.name == name), None)

    @property
    def issuer(self) -> Service | None:
        """The service that issues tokens, or None."""
        return next((service for service in self.services if service.provider), None)

    @property
    def renamed(self) -> dict[str, str]:
        """Former names of services, and what each is called now."""
        return {name: service.name for service in self.services for name in service.formerly}

    def environment(self, name: str) -> Environment | None:
        """The environment of that name, or None."""
        return next((environment for environment in self.environments if environment.name == name), None)


@dataclass(frozen=True, slots=True)
class Project:
    """One application of one template at one place. `path` is relative to its repository (`.` is the root)."""

    kind: str
    name: str
    path: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RepositorySpec:
    """One planned git repository: its folder relative to the workspace (`.` for the workspace's own), its projects."""

    name: str
    folder: str
    projects: tuple[Project, ...]

    def project(self, kind: str, name: str) -> Project | None:
        """The project of that kind and name, or None."""
        return next((project for project in self.projects if (project.kind, project.name) == (kind, name)), None)
