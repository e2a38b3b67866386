"""A release apart, such as a preview, taken away by Helm, and the namespace that was made for it alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shunter.adapters.cluster.kubeconfig import CONTENT, is_withheld, kubeconfig_file
from shunter.adapters.helm.deployer import HelmBinary, helm_binary
from shunter.adapters.system.ending import ended_in_order
from shunter.core.deployment.revision import Revision
from shunter.flows.deploying.apart import Apart
from shunter.flows.deploying.late import stranger
from shunter.flows.deploying.place import Place, place_of
from shunter.flows.deploying.run import Asked, seconds_of
from shunter.flows.deploying.targets import Target, target_to_end
from shunter.flows.deploying.wanted import objects_in
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

_NOT_THERE: Final = "release: not found"


def end(context: Context, asked: Asked) -> Report:
    """Take a release apart away; what is gone already is no error, and neither is a job that got no kubeconfig.

    A namespace that was made for it alone goes with it. Raises ShunterError where that may not be, or nobody answers.
    """
    target = target_to_end(context, asked.names, asked.cluster, asked.apart or Apart())
    if is_withheld():
        nothing = f"{CONTENT} is empty, so nothing was deployed from here"
        return Report(outcomes=(Outcome(target.name, Status.NOOP, nothing),))
    helm = helm_binary(asked.helm, wanted=target.helm)
    said: list[str] = []
    notices: list[str] = []
    with ended_in_order(), kubeconfig_file() as kubeconfig:
        helm = replace(helm, kubeconfig=kubeconfig)
        for place, is_made in _places(target):
            own = () if stranger(place, place.revisions()) else (place.release,)
            for name in (*own, *place.parts()):
                if revision := _uninstalled(place, name, helm, asked.timeout):
                    said.append(f"release {name} in namespace {place.namespace} is gone")
                    notices += () if is_made else _left(place, revision)
            if is_made:
                _drop(place, asked.timeout)
                said.append("the namespace that was made for it is gone")
    done = Status.DONE if said else Status.NOOP
    text = ", ".join(said) or f"there is no release {target.release.name}"
    return Report(outcomes=(Outcome(target.name, done, text),), notices=tuple(notices))


def _places(target: Target) -> Iterator[tuple[Place, bool]]:
    """Where the release may be, and whether the namespace was made for it alone."""
    shared = place_of(replace(target, alone=""))
    if shared.has_namespace:
        yield shared, False
    alone = replace(shared, target=target).alone
    if target.alone and (made := alone.is_made()) is not None:
        yield alone, made


def _uninstalled(place: Place, release: str, helm: HelmBinary, timeout: str) -> Revision | None:
    """The newest revision of the release that was there. Raises ShunterError for one that does not go."""
    revisions = place.revisions(release)
    if not revisions:
        return None
    done = helm.uninstall(release, place.namespace, place.server.access.context, timeout=timeout)
    if done.error and not (_NOT_THERE in done.error and not place.revisions(release)):  # else another run was first
        notes = tuple(f"helm: {line}" for line in done.notes)
        said = f"release {release} in namespace {place.namespace} does not go: {done.error}"
        raise ShunterError(
            said,
            hint="mend that, and run it again",
            notes=notes,
        )
    return revisions[-1]


def _left(place: Place, revision: Revision) -> Iterator[str]:
    """What Helm does not take away, in a namespace that stays."""
    if any(each.kind == "StatefulSet" for each in objects_in(revision.manifest)):
        yield f"left in namespace {place.namespace}: claims that a StatefulSet has made, with their data"


def _drop(place: Place, timeout: str) -> None:
    if not place.drop_namespace(seconds_of(timeout)):
        raise ShunterError(
            f"namespace {place.namespace} is still going after {timeout}",
            hint=f"kubectl describe namespace {place.namespace} says what it waits for",
        )
