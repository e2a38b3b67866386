"""The version map: from a git event to image tags and chart versions.

What is made here is always a SemVer version and an image tag, and the same for the same commit. No two commits share
one, and at one commit no two branches or requests do, but for branches that name one release (`release/1.3` and
`release/1.3.0`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shunter.core.charts.versions import Version, is_exact, parse
from shunter.core.delivery.event import Event
from shunter.core.delivery.slug import slug
from shunter.core.delivery.style import NUMBERS, PULL_REQUEST, Style
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

LONGEST_TAG: Final = 128
"""Characters of an image tag: the limit of registries, which hold charts under such tags too."""
_COMMIT: Final = 7
_VERSION: Final = re.compile("v[0-9]")


@dataclass(frozen=True, slots=True)
class Build:
    """One commit as it is built: its full id, and how many commits lead to it, itself included."""

    commit: str
    number: int

    @property
    def short(self) -> str:
        """The commit with a `g` before it: 0123456 alone would be a number, which SemVer forbids to start with 0."""
        return f"g{self.commit[:_COMMIT]}"


@dataclass(frozen=True, slots=True)
class Published:
    """What one event gives. `image` names this build alone, `moving` are tags that go on to the next one.

    `chart` is the chart's version; `publish` says whether either leaves CI.
    """

    publish: bool
    image: str
    moving: tuple[str, ...]
    chart: str


def needs_build(event: Event) -> bool:
    """Whether the event's versions have a build in them: all but those of tags."""
    return event.kind != "tag"


def named_by(tag: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names` that a tag releases: `NAME-v1.2.3` is one project's, `v1.2.3` everyone's."""
    own = [name for name in names if _VERSION.match(tag.removeprefix(f"{name}-")) and tag.startswith(f"{name}-")]
    return (max(own, key=len),) if own else tuple(names) if _VERSION.match(tag) else ()


def released_by(tags: Sequence[str], name: str, names: Sequence[str]) -> dict[str, str]:
    """Of these tags those that release `name`, one of the projects `names`, by the version that they give it."""
    return {_version_in(tag, name): tag for tag in reversed(tags) if name in named_by(tag, names)}


def _version_in(tag: str, name: str) -> str:
    return tag.removeprefix(f"{name}-").removeprefix("v")


def published(
    event: Event, style: Style, name: str, declared: str | None, build: Build, released: Iterable[str] = ()
) -> Published:
    """The versions of a project. `declared` is the version in its Chart.yaml, None where it has no chart here.

    A tag's `build` is not looked at. `released` are the versions of all its releases: a further tag of an image moves
    to the newest of those that have it. Raises ShunterError for a tag that is none of this project or differs from its
    chart, and for versions that are longer than registries take.
    """
    if event.kind == "tag":
        found = _of_tag(event.name, style, name, declared, released)
    elif event.kind == "pull-request":
        found = _of_build(f"{PULL_REQUEST}-{event.name}", "0.0.0", build, style.publish_pull_requests)
    else:
        found = _of_branch(event.name, style, name, declared, build)
    if max(len(found.image), len(found.chart)) > LONGEST_TAG:
        message = f"the version `{found.chart}` of {name} has more than {LONGEST_TAG} characters"
        raise ShunterError(message, hint="no registry takes that: shorten the version in Chart.yaml or in the tag")
    return found


def _of_tag(tag: str, style: Style, name: str, declared: str | None, released: Iterable[str]) -> Published:
    if not named_by(tag, [name]):
        raise ShunterError(f"the tag `{tag}` is none of {name}", hint=f"tags of {name}: {name}-v1.2.3, or v1.2.3")
    version = _version_in(tag, name)
    if not is_exact(version):
        hint = "write all three numbers, such as v1.2.0; no number starts with 0"
        raise ShunterError(f"the tag `{tag}` is no exact version", hint=hint)
    if declared is not None:
        _require_declared(tag, version, name, declared)
    numbers = parse(version)
    assert numbers is not None
    moving = () if numbers.prerelease else tuple(_moving(style, numbers, released))
    # `+` is no character of image tags: what Helm puts in its place when it pushes a chart.
    return Published(True, version.replace("+", "_"), moving, version)


def _moving(style: Style, version: Version, released: Iterable[str]) -> Iterator[str]:
    """The further tags of a release. What an older line releases takes none from a newer one, however late."""
    newer = [found for text in released if (found := parse(text)) and not found.prerelease and version < found]
    for text in style.moving:
        tag = _numbered(text, version)
        if tag not in (_numbered(text, each) for each in newer):
            yield tag


def _numbered(text: str, version: Version) -> str:
    return text.replace("{major}", str(version.major)).replace("{minor}", str(version.minor))


def _require_declared(tag: str, version: str, name: str, declared: str) -> None:
    """A tag names the version that its commit declares, or a prerelease of that."""
    wanted, chart = parse(version), parse(declared)
    assert wanted is not None
    if chart is None:
        raise _unreadable(name, declared)
    prerelease_of = wanted.prerelease and not chart.prerelease and _core(declared) == _core(version)
    if wanted != chart and not prerelease_of:
        other = f"{tag.removesuffix(version)}{_core(declared)}"
        raise ShunterError(
            f"the tag `{tag}` does not match the chart {name}, which is {declared}",
            hint=f"`shunter bump {name} --to {version}`, commit, and tag that commit; or tag it {other}",
        )


def _of_branch(branch: str, style: Style, name: str, declared: str | None, build: Build) -> Published:
    branches, rest = style.branch(branch)
    if branches.version == "branch":
        # A release branch is named by its version, so all ways to write that are the same release.
        version = f"{_spelt_out(rest)}-{branches.label}.{build.number}.{build.short}"
        return Published(branches.publish, version, branches.moving, version)
    words = f"{branches.label}-{slug(rest)}" if rest else branches.label
    core = "0.0.0" if branches.version == "none" or declared is None else _declared_core(name, declared)
    return _of_build(words, core, build, branches.publish, branches.moving)


def _of_build(words: str, core: str, build: Build, publish: bool, moving: tuple[str, ...] = ()) -> Published:
    image = f"{words}-{build.number}-{build.short}"
    return Published(publish, image, moving, f"{core}-{words}.{build.number}.{build.short}")


def _spelt_out(rest: str) -> str:
    found = NUMBERS.fullmatch(rest)
    assert found is not None
    return ".".join(str(int(number or 0)) for number in found.groups())


def _declared_core(name: str, declared: str) -> str:
    if parse(declared) is None:
        raise _unreadable(name, declared)
    return _core(declared)


def _core(text: str) -> str:
    """X.Y.Z of a version that Helm reads."""
    version = parse(text)
    assert version is not None
    return f"{version.major}.{version.minor}.{version.patch}"


def _unreadable(name: str, declared: str) -> ShunterError:
    return ShunterError(
        f"the chart {name} has the version `{declared}`, which is none", hint="write X.Y.Z, such as 1.2.0"
    )
