"""One environment under way: what was asked, its place, its helm, its chart on disk; and the plan of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from shunter.adapters.cluster.kubeconfig import kubeconfig_file
from shunter.adapters.helm.deployer import HelmBinary, Upgrade, helm_binary, on_disk
from shunter.core.deployment.plan import Plan
from shunter.core.deployment.revision import ENTRY_LABEL, VALUES_LABEL, Revision, values_key
from shunter.flows.deploying.apart import Apart
from shunter.flows.deploying.place import Place, place_of
from shunter.flows.deploying.planning import plan_of
from shunter.flows.deploying.targets import Target
from shunter.flows.deploying.wanted import Wanted, rendered_here, wanted_of
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError

_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class Asked:
    """How to deploy.

    `names` are environments or `stage:NAME`; `helm` is the path of a binary, `cluster` a context for all of them;
    `timeout` is as Helm writes it. `take` conflicts, or refuse them; `drop` settings that only the cluster has;
    `recover` a stuck release; `soak` is how many seconds a cluster must stay well before the next. `promises` are the
    plans that must still hold, by environment; `apart` is a release beside the environment's own; `older` is whether
    a cluster may go back to what it had before.
    """

    names: tuple[str, ...] = ()
    helm: str = ""
    cluster: str = ""
    timeout: str = "10m"
    rollback: bool = True
    take: bool = False
    drop: bool = False
    recover: bool = False
    soak: int = 0
    promises: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    apart: Apart | None = None
    older: bool = False


@dataclass(frozen=True)
class Run:
    """One environment under way: its place, the helm for it, and its chart's archive on disk."""

    context: Context
    asked: Asked
    place: Place
    helm: HelmBinary
    chart: Path

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.place.target.name


def seconds_of(timeout: str) -> int:
    """The seconds of a time as Helm takes it. Raises ShunterError for what is none."""
    if not re.fullmatch(r"(\d+[hms])+", timeout):
        raise ShunterError(f"`{timeout}` is no time", hint="--timeout 90s, or 10m")
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", timeout))


@contextmanager
def opened(context: Context, asked: Asked, target: Target) -> Iterator[Run]:
    """The run of a target, with its chart on disk."""
    helm = helm_binary(asked.helm, wanted=target.helm)
    place = place_of(target)
    with on_disk(target.release.archive) as chart, kubeconfig_file() as kubeconfig:
        yield Run(context, asked, place, replace(helm, kubeconfig=kubeconfig), chart)


def planned(run: Run, revisions: Sequence[Revision], *, each: bool = True) -> tuple[Plan, Wanted]:
    """What a deployment would do, and what Helm would apply; for `each` see `plan_of`."""
    server_side = run.helm.major >= 4 and (not revisions or revisions[-1].server_side)
    release, version = run.place.target.release, run.helm.version
    lacking = () if revisions else run.place.lacking
    # Helm's own dry run fails where objects are of kinds that it would only make.
    here = run.helm.major >= 4 and (lacking or not each)
    wanted = rendered_here(release, version, server_side=server_side) if here else None
    if wanted is None:
        printed = run.helm.planned(upgrade_of(run, server_side=server_side))
        wanted = wanted_of(printed, version, server_side=server_side)
    wanted = replace(wanted, definitions=lacking)
    return plan_of(run.place, revisions, wanted, each=each), wanted


def upgrade_of(run: Run, *, server_side: bool) -> Upgrade:
    """What helm is asked for."""
    release, asked = run.place.target.release, run.asked
    record = release.files.record
    return Upgrade(
        release=release.name,
        namespace=release.namespace,
        context=run.place.server.access.context,
        chart=run.chart,
        values=release.values,
        timeout=asked.timeout,
        force_conflicts=asked.take and server_side,
        skip_definitions=not run.place.lacking,
        labels={VALUES_LABEL: values_key(release.values), **({ENTRY_LABEL: record.entry} if record else {})},
    )
