"""The checkouts that versions and changes are asked of, each as its last commit has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from posixpath import normpath
from typing import Any

from shunter.adapters.git.repository import GitTree, Repository
from shunter.adapters.system.regular import is_checkout, read_regular
from shunter.core.charts.packed import PackedChart
from shunter.core.delivery.event import Told, told_by
from shunter.core.delivery.touched import CHART, CODE, ENVIRONMENT, Place
from shunter.core.workspace.model import RepositorySpec
from shunter.flows.workspace.context import Context, repository_root
from shunter.flows.workspace.labels import label
from shunter.flows.workspace.projects import answers_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import SubTree, Tree

_KINDS = {"service": CODE, "app": CHART, "library": CHART, "chart": CHART, "environment": ENVIRONMENT}


@dataclass(frozen=True, eq=False)
class Checkout:
    """One repository on disk: its name, its root's answers, and its projects. `label` names its folder in errors."""

    root: Path
    label: str
    name: str
    answers: Mapping[str, Any]
    places: tuple[Place, ...]

    @cached_property
    def repository(self) -> Repository:
        """Its git repository."""
        return Repository(self.root)

    @cached_property
    def commit(self) -> str:
        """The commit that HEAD stands on. Raises ShunterError before the first one."""
        found = self.repository.head()
        if found is None:
            raise ShunterError(f"{self.root} has no commit yet", hint="commit first: versions are those of commits")
        return found

    @cached_property
    def _tree(self) -> GitTree:
        return self.repository.tree(self.commit)

    def chart(self, place: Place) -> PackedChart:
        """A chart as the last commit has it."""
        return PackedChart(normpath(f"{self.label}/{place.path}"), SubTree(self._tree, place.path))

    def folder(self, place: Place) -> Tree:
        """A project's files as the last commit has them."""
        return SubTree(self._tree, place.path)

    def has(self, place: Place) -> bool:
        """Whether the last commit has a chart at this place."""
        return self._tree.get(f"{place.path}/Chart.yaml") is not None

    def told(self, variables: Mapping[str, str]) -> Told | None:
        """What CI's variables say, where that is about this checkout: a pipeline may have others beside its own."""
        told = told_by(variables)
        return told if told is not None and told.commit == self.commit else None

    def all(self, kind: str) -> tuple[Place, ...]:
        """The projects of one kind."""
        return tuple(place for place in self.places if place.kind == kind)


def checkouts(context: Context) -> tuple[Checkout, ...]:
    """The repository that the command was started in, or all that are checked out if that is the workspace's own.

    The workspace's own follows from its shunter.yaml, others from what their answers file records: a clone that stands
    alone, as in CI, gives the same. Raises ShunterError where there is no repository of a workspace.
    """
    workspace, here = context.workspace, repository_root(context.start)
    if workspace is None or here not in (context.root, *context.root.parents):
        return (_recorded(context, here),)
    specs = [(context.root / spec.folder, spec) for spec in context.specs()]
    return tuple(
        _planned(context, spec) if root == context.root else _recorded(context, root)
        for root, spec in specs
        if is_checkout(root)
    )


def payload_of(variables: Mapping[str, str]) -> Mapping[str, Any]:
    """GitHub's document of the event that a pipeline runs for; empty elsewhere. Raises ShunterError if it is none."""
    file = variables.get("GITHUB_EVENT_PATH", "")
    if variables.get("GITHUB_ACTIONS") != "true" or not file:
        return {}
    try:
        payload = json.loads(read_regular(file))
    except (OSError, ValueError) as error:
        raise ShunterError(f"{file} is no event", hint="GITHUB_EVENT_PATH names GitHub's document of it") from error
    return payload if isinstance(payload, dict) else {}


def _planned(context: Context, spec: RepositorySpec) -> Checkout:
    root_answers = spec.projects[0].answers
    places = tuple(_place(summary) for summary in root_answers["projects"])
    return Checkout(context.root, label(context, context.root), spec.name, root_answers, places)


def _recorded(context: Context, root: Path) -> Checkout:
    shown = label(context, root)
    if not is_checkout(root):
        raise ShunterError(
            f"{root} is in no git repository", hint="versions and changes are those of commits: git init"
        )
    repository = Repository(root)
    head = repository.head()
    answers = answers_of(repository.tree(head), shown) if head else {}
    if "projects" not in answers:
        hint = "run this in a workspace, or in a repository that shunter made, with its .copier-answers.yml committed"
        raise ShunterError(f"{root} is no repository of a workspace", hint=hint)
    places = tuple(_place(summary) for summary in answers["projects"])
    return Checkout(root, shown, str(answers.get("repository", root.name)), answers, places)


def _place(summary: Mapping[str, Any]) -> Place:
    return Place(_KINDS[summary["kind"]], summary["name"], summary["path"], tuple(summary.get("values_paths", ())))
