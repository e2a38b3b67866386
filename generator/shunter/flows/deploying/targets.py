"""What is to be deployed where: environments in waves, each with its release and its cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shunter.adapters.forge.place import GITHUB, GITLAB
from shunter.adapters.forge.place import Place as At
from shunter.adapters.forge.place import place_of as at_forge
from shunter.adapters.helm.engine import Engine
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.versions import is_label
from shunter.core.kube.objects import RenderedObject
from shunter.core.trains.waves import STAGE, waves
from shunter.core.workspace.layout import origin_url
from shunter.core.workspace.model import Workspace
from shunter.flows.deploying.apart import Apart
from shunter.flows.release.parts import Part, app_of, part_called
from shunter.flows.release.release import Release, named, release_of
from shunter.flows.release.render import definitions, verify
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError

_LONGEST: Final = 53
_RELEASE: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
"""What Helm calls a release: it makes names of objects from that."""


@dataclass(frozen=True, slots=True)
class Target:
    """One environment: its release, the context of its cluster (empty: the current one), and its version of Helm.

    `alone` is a namespace for the release alone, which it gets where its own is not there; `words` are what a command
    line says of a release apart. Where each app is deployed on its own, a target is of one `part`, or of none yet.
    """

    name: str
    release: Release
    cluster: str
    helm: str
    alone: str = ""
    words: str = ""
    part: Part | None = None

    @property
    def title(self) -> str:
        """`tst`, and `tst/orders` for an app of it that is deployed on its own."""
        return f"{self.name}/{self.part.app}" if self.part and self.part.app else self.name

    def part_title(self, release: str) -> str:
        """The title of an app by its release, whether the environment has it still or not."""
        return f"{self.name}/{release.removeprefix(f'{self.release.name}-')}"

    @property
    def is_by_app(self) -> bool:
        """Whether each of its apps is a release of its own."""
        return self.release.is_by_app

    @property
    def called(self) -> str:
        """What the release is called in the cluster."""
        return part_called(self.release.name, self.part.name) if self.part else self.release.name

    @property
    def archive(self) -> PackedChart:
        """The chart that Helm gets."""
        return self.part.archive if self.part else self.release.archive

    @property
    def values(self) -> Mapping[str, Any]:
        """The values that Helm gets."""
        return self.part.values if self.part else self.release.values

    @property
    def definitions(self) -> tuple[RenderedObject, ...]:
        """What its charts hold in `crds/`."""
        if self.part:
            return self.part.definitions
        return tuple(definitions(each.chart for each in self.release.coalesced.slices))

    @property
    def apps(self) -> tuple[str, ...]:
        """The aliases of what it deploys."""
        if self.part:
            return (self.part.app,) if self.part.app else ()
        record = self.release.files.record
        return tuple(record.cars) if record else ()

    def is_kin(self, name: str) -> bool:
        """Whether a release of this name is the environment's in its other form: whole, or one of its apps."""
        return name == self.release.name if self.part else name in self._parts

    def is_sibling(self, name: str) -> bool:
        """Whether it is one of several apps' releases, and this the name of another."""
        return self.part is not None and name != self.called and name in self._parts

    @property
    def _parts(self) -> set[str]:
        record = self.release.files.record
        names = (self.release.archive.name, *(record.cars if record else ()))
        return {part_called(self.release.name, each) for each in names}

    def app_of(self, each: RenderedObject) -> str:
        """The alias of the chart that an object is of; empty for the umbrella's own."""
        return self.part.app if self.part else app_of(each.source)

    def render(self, engine: Engine) -> str:
        """What `helm template` prints of it. Raises ShunterError as `Release.render` does."""
        part = self.part
        return self.release.render(engine, part.archive, part.values) if part else self.release.render(engine)

    def in_namespace(self, namespace: str) -> Target:
        """The same release in another namespace."""
        return replace(self, release=replace(self.release, namespace=namespace), alone="")


def forge_of(workspace: Workspace, repository: str) -> At:
    """Where a repository is at GitHub or GitLab. Raises ShunterError where it is at neither."""
    url = origin_url(workspace, repository)
    at = at_forge(url) if url else None
    if at is None or at.kind not in (GITHUB, GITLAB):
        raise ShunterError(
            f"{repository} has no place at GitHub or GitLab",
            hint="set `repositories.url` in shunter.yaml, such as git@github.com:acme/{name}.git",
        )
    return at


def targets_of(
    context: Context, names: Sequence[str], cluster: str = "", apart: Apart | None = None
) -> tuple[Target, ...]:
    """The environments that are named, `stage:production` and `group:eu` too, in the order in which they are deployed.

    Without a name the one that the command was started in. `cluster` is a context for all of them, `apart` a release
    beside that of the only one. Raises ShunterError for what is not there, and for charts that are not what was pinned.
    """
    ordered = _ordered(context, names)
    if apart and len(ordered) != 1:
        raise ShunterError("a release apart is one of one environment", hint="name one environment")
    return tuple(_target(context, name, cluster, apart or Apart()) for name in ordered)


def target_to_end(context: Context, names: Sequence[str], cluster: str, apart: Apart) -> Target:
    """A release apart that is to go: none of its values files is read, since they may be gone or no good.

    Raises ShunterError for several environments, and for an environment's own release.
    """
    ordered = _ordered(context, names)
    if len(ordered) != 1:
        raise ShunterError("one release apart is taken away at a time", hint="name one environment")
    site = context.site("environment", ordered[0])
    own = named(files_of(context, site), site)
    found = _called(own, apart)
    if (found.name, found.namespace) == (own.name, own.namespace):
        raise ShunterError(
            f"--end takes away a release beside that of {site.name}, and never its own",
            hint="--preview 12, or --release NAME; its own: helm uninstall",
        )
    return _of_answers(site.name, found, cluster, apart)


def _ordered(context: Context, names: Sequence[str]) -> Sequence[str]:
    if context.workspace is not None and names:
        workspace = context.workspace
        return [name for wave in waves(names, workspace.environments, workspace.groups) for name in wave]
    return list(_standing_alone(context, names))


def _standing_alone(context: Context, names: Sequence[str]) -> Sequence[str]:
    """The same in a repository without its workspace: what its answers say."""
    found: list[str] = []
    for name in names or ("",):
        if not name.startswith(STAGE):
            found.append(context.site("environment", name).name)
            continue
        stage = name.removeprefix(STAGE)
        known = [(site.name, files_of(context, site).answers) for site in context.sites("environment")]
        members = [each for each, answers in known if answers.get("stage") == stage]
        if not members:
            raise ShunterError(f"no environment is in `{name}`", hint="stages are develop, staging and production")
        found += members
    return tuple(dict.fromkeys(found))


def _target(context: Context, name: str, cluster: str, apart: Apart) -> Target:
    site = context.site("environment", name)
    release = _called(release_of(context, site, apart.values), apart)
    if findings := verify(release):
        raise ShunterError.of(findings)
    return _of_answers(site.name, release, cluster, apart)


def _called(release: Release, apart: Apart) -> Release:
    found = replace(release, name=apart.release or release.name, namespace=apart.namespace or release.namespace)
    _require_names(found)
    return found


def _of_answers(name: str, release: Release, cluster: str, apart: Apart) -> Target:
    answers = release.files.answers
    where, helm = cluster or str(answers.get("cluster") or ""), str(answers.get("helm") or "4")
    return Target(name, release, where, helm, apart.alone, apart.words)


def require_name(release: str) -> None:
    """Raise ShunterError for a name that Helm would refuse in its own words, and at the end."""
    if len(release) > _LONGEST or not _RELEASE.fullmatch(release):
        hint = f"small letters, digits and hyphens, {_LONGEST} at most: the workspace's name, or --release NAME"
        raise ShunterError(f"no release can be called `{release}`", hint=hint)


def _require_names(release: Release) -> None:
    require_name(release.name)
    if not is_label(release.namespace):
        hint = "small letters, digits and hyphens, 63 at most: `namespace` of the environment, or --namespace NAME"
        raise ShunterError(f"no namespace can be called `{release.namespace}`", hint=hint)
