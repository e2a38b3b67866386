"""Development styles as tables: which branches are published, and what their versions are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from shunter.model.data import dataclass

Base = Literal["chart", "branch", "none"]
ANY: Final = "*"
NUMBERS: Final = re.compile(r"v?([0-9]{1,18})(?:\.([0-9]{1,18}))?(?:\.([0-9]{1,18}))?", re.ASCII)
"""A version as branches are named by it: one to three numbers."""


@dataclass(frozen=True, slots=True)
class Branches:
    """How branches of one pattern are published.

    `match` is a branch's name, or a prefix that ends in `/*` (any name below it, slashes included), or `*`. `version`
    says where X.Y.Z comes from: Chart.yaml, the branch's own name (branches named by no version do not match), or
    nowhere (0.0.0). `label` is the first word of the prerelease and of the image tag; `moving` are further image tags
    that follow the newest build.
    """

    match: str
    version: Base
    label: str
    publish: bool = True
    moving: tuple[str, ...] = ()

    def rest(self, branch: str) -> str | None:
        """What a matching branch has in place of the `*`, empty where there is none; None if it does not match."""
        if not self.match.endswith(ANY):
            return "" if branch == self.match and self.version != "branch" else None
        prefix = self.match[: -len(ANY)]
        rest = branch.removeprefix(prefix) if branch.startswith(prefix) else ""
        if self.version == "branch" and not NUMBERS.fullmatch(rest):
            return None
        return rest or None


@dataclass(frozen=True, slots=True)
class Style:
    """A whole map. The first pattern that matches a branch counts; other branches are built and not published.

    `moving` are further image tags of a release; `{major}` and `{minor}` in them are its numbers.
    """

    branches: tuple[Branches, ...]
    publish_pull_requests: bool = False
    moving: tuple[str, ...] = ()

    @property
    def main_label(self) -> str:
        """The label of the branch on which work comes together: the first published under Chart.yaml's version."""
        found = (each.label for each in self.branches if each.publish and each.version == "chart")
        return next(found, "main")

    def branch(self, name: str) -> tuple[Branches, str]:
        """How a branch is published, and what it has in place of the pattern's `*`."""
        for branches in (*self.branches, OTHER):
            rest = branches.rest(name)
            if rest is not None:
                return branches, rest
        raise ValueError("a branch without a name")


OTHER: Final = Branches(ANY, "none", "branch", publish=False)
PULL_REQUEST: Final = "pr"
"""The label of pull requests; that of branches which no pattern matches is `OTHER.label`."""

PRESETS: Final[Mapping[str, Style]] = {
    "trunk": Style((Branches("main", "chart", "main"),)),
    "git-flow": Style(
        (
            Branches("develop", "chart", "develop"),
            Branches("release/*", "branch", "rc"),
            Branches("hotfix/*", "branch", "hotfix"),
            Branches("feature/*", "none", "feature"),
        )
    ),
}


def style_of(development: str, versions: Mapping[str, Any] | None) -> Style:
    """The style of that name; `versions`, as it stands in shunter.yaml, is the map of the style `custom`.

    What is missing or of another type in it, which the schema refuses, is taken as its default.
    """
    if development in PRESETS or not versions:
        return PRESETS.get(development, PRESETS["trunk"])
    return Style(
        tuple(
            Branches(
                match=raw.get("match", ""),
                version=raw.get("version", "chart"),
                label=raw.get("label", ""),
                publish=raw.get("publish", True),
                moving=tuple(raw.get("moving", ())),
            )
            for raw in versions.get("branches", ())
        ),
        publish_pull_requests=versions.get("publish-pull-requests", False),
        moving=tuple(versions.get("moving", ())),
    )
