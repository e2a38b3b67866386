"""A release's place in a cluster: what Helm keeps of it there, read anew whenever somebody asks."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from shunter.adapters.cluster.kubeconfig import access_of
from shunter.adapters.cluster.server import Answer, Server
from shunter.core.deployment.revision import ENTRY_LABEL, PART_LABEL, TYPE, Revision, revisions_of
from shunter.core.kube.crds import schemas_of
from shunter.core.kube.objects import RenderedObject
from shunter.flows.deploying.targets import Target, require_name
from shunter.flows.release.parts import parts_of
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError

_NAMESPACES: Final = "/api/v1/namespaces"
_MADE: Final = ("app.kubernetes.io/managed-by", "shunter")
"""The label of a namespace that was made for a release."""
_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """How a revision stands, in Helm's word."""

    number: int
    status: str

    @property
    def is_deployed(self) -> bool:
        """Whether Helm has done it, and said so."""
        return self.status == "deployed"

    def __str__(self) -> str:
        """`revision 3 is deployed`."""
        return f"revision {self.number} is {self.status}"


@dataclass(frozen=True)
class Place:
    """Where a target's release is, or will be."""

    target: Target
    server: Server

    @property
    def namespace(self) -> str:
        """The release's namespace."""
        return self.target.release.namespace

    @property
    def release(self) -> str:
        """The release's name."""
        return self.target.called

    def of_parts(self, text: str) -> tuple[Place, ...]:
        """The places of the releases that an environment's apps are, where it renders this text."""
        targets = [replace(self.target, part=part) for part in parts_of(self.target.release, text)]
        for target in targets:
            require_name(target.called)
        return tuple(replace(self, target=target) for target in targets)

    def parts(self) -> dict[str, str]:
        """The releases of the environment's apps that are there, by name, each with the entry that it runs."""
        which = {"labelSelector": f"owner=helm,{PART_LABEL}={self.target.release.name}"}
        found = [
            each["metadata"]["labels"]
            for each in self.server.listed("v1", "Secret", self.namespace, whole=False, **which)
        ]
        found.sort(key=lambda labels: (labels.get("status") == "deployed", int(labels.get("version") or 0)))
        return {name: labels.get(ENTRY_LABEL, "") for labels in found if (name := labels.get("name"))}

    @property
    def alone(self) -> Place:
        """The same release in the namespace that it may have alone."""
        return Place(self.target.in_namespace(self.target.alone), self.server)

    @property
    def label(self) -> str:
        """`release shop in namespace shop-tst`."""
        return f"release {self.release} in namespace {self.namespace}"

    def secrets(self, release: str = "", *, whole: bool = True) -> list[Mapping[str, Any]]:
        """The Secrets of the release, or of another one in its namespace, or their metadata.

        Raises ShunterError where they may not be read.
        """
        which = {"labelSelector": f"owner=helm,name={release or self.release}", "fieldSelector": f"type={TYPE}"}
        return self.server.listed("v1", "Secret", self.namespace, whole=whole, **which)

    def revisions(self, release: str = "") -> tuple[Revision, ...]:
        """The revisions now of the release, or of another one in its namespace, the oldest first."""
        return revisions_of(self.secrets(release))

    def newest(self) -> Standing:
        """How the newest revision stands, by its Secret's labels alone. Raises ShunterError where there is none."""
        found = [each["metadata"].get("labels") or {} for each in self.secrets(whole=False)]
        newest = max(found, key=lambda labels: int(labels.get("version") or 0), default=None)
        if newest is None:
            raise ShunterError(f"{self.label} is gone", hint="somebody has uninstalled it")
        return Standing(int(newest.get("version") or 0), str(newest.get("status")))

    @cached_property
    def has_namespace(self) -> bool:
        """Whether the namespace is there; who may not ask is told by the first request in it."""
        return self._namespace().status != 404

    def _namespace(self) -> Answer:
        return self.server.ask("GET", f"{_NAMESPACES}/{self.namespace}")

    def make_namespace(self) -> None:
        """Make the namespace, with a label that says who has. Raises ShunterError for who may not."""
        metadata = {"name": self.namespace, "labels": dict([_MADE])}
        answer = self.server.ask("POST", _NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        if answer.status not in (201, 409):
            raise self.server.refusal(answer)

    def is_made(self) -> bool | None:
        """Whether the namespace was made so; None where it is not there, or not for the eyes of who asks."""
        answer = self._namespace()
        return _MADE in (answer.value["metadata"].get("labels") or {}).items() if answer.status == 200 else None

    def drop_namespace(self, seconds: float) -> bool:
        """Take the namespace away with all that is in it; whether it is gone within so many seconds.

        Raises ShunterError for who may not.
        """
        end = time.monotonic() + seconds
        answer = self.server.ask("DELETE", f"{_NAMESPACES}/{self.namespace}")
        if answer.status not in (200, 202, 404, 409):  # 409: it is going already
            raise self.server.refusal(answer)
        while is_there := self._namespace().status == 200:
            if time.monotonic() > end:
                break
            time.sleep(_PAUSE)
        return not is_there

    @cached_property
    def lacking(self) -> tuple[RenderedObject, ...]:
        """The definitions that charts bring in `crds/`, of kinds that the cluster does not have."""
        return tuple(each for each in self.target.definitions if not self._knows(each))

    def _knows(self, definition: RenderedObject) -> bool:
        (gvk, *_) = schemas_of([definition.value]) or (None,)
        return gvk is None or self.server.resource(f"{gvk.group}/{gvk.version}", gvk.kind) is not None

    def state(self) -> str:
        """How the release stands, in words; what cannot be asked is said to be unknown."""
        with contextlib.suppress(ShunterError):
            found = self.revisions()
            return described(found[-1]) if found else "there is no release"
        return "its state is unknown: the cluster gives no answer"


def described(revision: Revision) -> str:
    """`revision 3 is deployed`."""
    return str(Standing(revision.number, revision.status))


def place_of(target: Target) -> Place:
    """Where a target goes. Raises ShunterError where no kubeconfig leads there, or nobody answers."""
    place = Place(target, Server(access_of(target.cluster)))
    _ = place.server.version  # whether anybody answers
    return place.alone if target.alone and not place.has_namespace else place
