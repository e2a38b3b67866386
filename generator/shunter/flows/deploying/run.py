"""One environment under way: what was asked, its place, its helm, its chart on disk; and the plan of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import compress
from operator import not_
from pathlib import Path
from typing import Any, Final

from shunter.adapters.cluster.kubeconfig import kubeconfig_file
from shunter.adapters.helm.deployer import HelmBinary, Upgrade, helm_binary, on_disk
from shunter.adapters.helm.engine import EmbeddedEngine, is_embedded
from shunter.core.deployment.plan import Plan
from shunter.core.deployment.revision import ENTRY_LABEL, PART_LABEL, VALUES_LABEL, Revision, values_key
from shunter.core.kube.objects import RenderedObject, objects_of
from shunter.flows.deploying.apart import Apart
from shunter.flows.deploying.place import Place, place_of
from shunter.flows.deploying.planning import plan_of, removal_of
from shunter.flows.deploying.targets import Target
from shunter.flows.deploying.wanted import Wanted, asks_the_cluster, rendered_here, wanted_of
from shunter.flows.release.judged import render_judged
from shunter.flows.release.parts import app_of
from shunter.flows.release.render import documents
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
    """One release under way: its place, the helm for it, and its chart's archive on disk.

    Where it is one of several, `own` are its objects, and `beside` those of the environment's other releases.
    """

    context: Context
    asked: Asked
    place: Place
    helm: HelmBinary
    chart: Path
    own: tuple[RenderedObject, ...] = ()
    beside: tuple[RenderedObject, ...] = ()

    @property
    def again(self) -> str:
        """The environment, as a command line names it."""
        return self.place.target.name

    @property
    def name(self) -> str:
        """What is deployed, as a person calls it: `tst`, or `tst/orders`."""
        return self.place.target.title


def seconds_of(timeout: str) -> int:
    """The seconds of a time as Helm takes it. Raises ShunterError for what is none."""
    if not re.fullmatch(r"(\d+[hms])+", timeout):
        raise ShunterError(f"`{timeout}` is no time", hint="--timeout 90s, or 10m")
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", timeout))


@dataclass(frozen=True)
class Runs:
    """An environment under way: the runs of its releases in turn, and it as a whole."""

    each: tuple[Run, ...]
    whole: Run

    @property
    def surplus(self) -> tuple[Plan, ...]:
        """The plans of releases in the cluster that are of no app any more, where each app has one."""
        place, helm = self.whole.place, self.whole.helm.version
        wanted = {run.place.release for run in self.each}
        gone = sorted(place.parts().keys() - wanted) if place.target.is_by_app else ()
        return tuple(removal_of(place, name, helm) for name in gone)

    @property
    def left(self) -> tuple[str, ...]:
        """The releases of the environment in its other form, whole or of each app, that Helm still knows."""
        place = self.whole.place
        if not place.target.is_by_app:
            return tuple(sorted(place.parts()))
        return (place.release,) if place.secrets(whole=False) else ()


@contextmanager
def opened(context: Context, asked: Asked, target: Target) -> Iterator[Runs]:
    """The runs of a target, with their charts on disk."""
    helm = helm_binary(asked.helm, wanted=target.helm)
    place = place_of(target)
    with ExitStack() as stack:
        helm = replace(helm, kubeconfig=stack.enter_context(kubeconfig_file()))
        whole = Run(context, asked, place, helm, stack.enter_context(on_disk(target.release.archive)))
        yield Runs(tuple(_parts(whole, stack)) if target.is_by_app else (whole,), whole)


def _parts(whole: Run, stack: ExitStack) -> Iterator[Run]:
    """The runs of an environment's apps, each on its own."""
    release = whole.place.target.release
    if is_embedded() and not asks_the_cluster(release):
        text = render_judged(release, EmbeddedEngine())
    else:
        text = whole.helm.rendered(upgrade_of(whole, server_side=False))
    everything = tuple(objects_of(documents(text)))
    for place in whole.place.of_parts(text):
        is_own = [app_of(each.source) == (place.target.part and place.target.part.app) for each in everything]
        yield replace(
            whole,
            place=place,
            chart=stack.enter_context(on_disk(place.target.archive)),
            own=tuple(compress(everything, is_own)),
            beside=tuple(compress(everything, map(not_, is_own))),
        )


def planned(run: Run, revisions: Sequence[Revision], *, each: bool = True) -> tuple[Plan, Wanted]:
    """What a deployment would do, and what Helm would apply; for `each` see `plan_of`."""
    server_side = run.helm.major >= 4 and (not revisions or revisions[-1].server_side)
    target, version = run.place.target, run.helm.version
    lacking = () if revisions else run.place.lacking
    # Helm's own dry run fails where objects are of kinds that it would only make.
    here = target.part or lacking or (run.helm.major >= 4 and not each)
    wanted = rendered_here(target, version, server_side=server_side, anyway=bool(lacking)) if here else None
    if wanted is None:
        printed = run.helm.planned(upgrade_of(run, server_side=server_side))
        wanted = wanted_of(printed, version, server_side=server_side)
    wanted = replace(wanted, definitions=lacking)
    return plan_of(run.place, revisions, wanted, each=each), wanted


def upgrade_of(run: Run, *, server_side: bool) -> Upgrade:
    """What helm is asked for."""
    target, asked = run.place.target, run.asked
    record = target.release.files.record
    labels = {VALUES_LABEL: values_key(target.values), **({ENTRY_LABEL: record.entry} if record else {})}
    return Upgrade(
        release=target.called,
        namespace=run.place.namespace,
        context=run.place.server.access.context,
        chart=run.chart,
        values=target.values,
        timeout=asked.timeout,
        force_conflicts=asked.take and server_side,
        skip_definitions=not run.place.lacking,
        skip_schemas=run.helm.major >= 4 and target.release.is_accepted,  # Helm 3 has another validator
        skip_support=run.place.server.validates,
        take_ownership=asked.take,
        labels=labels | ({PART_LABEL: target.release.name} if target.part else {}),
    )
