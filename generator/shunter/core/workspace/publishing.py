"""Who publishes a workspace's charts: its CI, when a tag is pushed, or whoever runs `shunter package`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import RepositorySpec, Workspace

FIRST: Final = "0.1.0"
"""The version that a new app chart has."""
PACKAGE: Final = "shunter package"
_RELEASED: Final = ("service", "app", "library")
_MOST: Final = 3


def ci_registry(workspace: Workspace | None) -> str:
    """The OCI registry that the workspace's CI publishes charts to; empty where it has no CI or no such registry."""
    if workspace is None or workspace.ci == "none" or not workspace.registries.push.startswith("oci://"):
        return ""
    return workspace.registries.push


def publish_step(workspace: Workspace | None, versions: Mapping[str, str]) -> str:
    """The command that publishes projects of these names at these versions, once that is committed.

    Where CI publishes: the tags that it releases, in every repository that holds one of them, code first. A service
    whose chart is a person's own, or somebody else's, is packaged.
    """
    if workspace is None or not ci_registry(workspace):
        return PACKAGE
    specs = [spec for spec in plan_repositories(workspace) if _released(spec) & versions.keys()]
    known = frozenset[str]().union(*map(_released, specs))
    if not versions or not known.issuperset(versions):
        return PACKAGE
    if len(versions) > _MOST:
        return "git tag NAME-vVERSION for each chart in its repository, and git push origin HEAD --tags: CI publishes"
    specs.sort(key=lambda spec: all(project.kind != "service" for project in spec.projects))
    return " && ".join(command for spec in specs for command in _tagged(spec, versions))


def _released(spec: RepositorySpec) -> frozenset[str]:
    return frozenset(project.name for project in spec.projects if project.kind in _RELEASED)


def _tagged(spec: RepositorySpec, versions: Mapping[str, str]) -> Iterator[str]:
    git = "git" if spec.folder == "." else f"git -C {shlex.quote(spec.folder)}"
    here = _released(spec)
    # The CI of a repository that releases one project listens to tags of versions alone.
    alone = spec.folder != "." and len(here) == 1
    tags = [f"v{version}" if alone else f"{name}-v{version}" for name, version in versions.items() if name in here]
    yield from (f"{git} tag {tag}" for tag in tags)
    yield f"{git} push origin HEAD {' '.join(tags)}"
