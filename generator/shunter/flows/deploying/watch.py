"""What is not ready yet, and why: looked at from beside while helm waits, and told as progress."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Event, Thread
from typing import Any, Final

from shunter.core.deployment.health import WATCHED, health_of, pod_trouble, pods_of
from shunter.core.kube.objects import RenderedObject
from shunter.flows.deploying.place import Place
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.progress import Progress

_OFTEN: Final = 1.0
_MOST_PODS: Final = 3
"""Pods of one object that are named: the others have the same trouble, most often."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An object that is not ready: how far it is, and what its pods say."""

    title: str
    text: str
    pods: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`Deployment orders: 0 of 1 ready (web: ImagePullBackOff)`."""
        why = f" ({'; '.join(self.pods)})" if self.pods else ""
        return f"{self.title}: {self.text}{why}"


def troubles(place: Place, objects: Iterable[RenderedObject]) -> tuple[Trouble, ...]:
    """The objects that are not ready now. Raises ShunterError where they may not be read."""
    watched = [each for each in objects if each.kind in WATCHED and not each.is_hook]
    live: dict[tuple[str, str], Mapping[str, Any]] = {}
    for api_version, kind in dict.fromkeys((each.api_version, each.kind) for each in watched):
        for value in place.server.listed(api_version, kind, place.namespace):
            live[kind, value["metadata"]["name"]] = value
    return tuple(_troubles(place, watched, live))


def _troubles(
    place: Place, watched: Sequence[RenderedObject], live: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[Trouble]:
    pods: list[Mapping[str, Any]] | None = None
    for each in watched:
        value = live.get((each.kind, each.name))
        if value is None:
            yield Trouble(each.title, "it is not there")
            continue
        health = health_of(value)
        if health.ready:
            continue
        if pods is None:
            pods = place.server.listed("v1", "Pod", place.namespace)
        whose = [text for pod in pods_of(value, pods) if (text := pod_trouble(pod))]
        yield Trouble(each.title, health.text, tuple(dict.fromkeys(whose))[:_MOST_PODS])


class Watch:
    """A look at the objects every second, in a thread of its own, for as long as a `with` lasts.

    `last` is what was not ready at the latest look. What may not be read is not told: helm says it.
    """

    def __init__(self, place: Place, objects: Sequence[RenderedObject], progress: Progress) -> None:
        self.place, self.progress = place, progress
        self.objects = [each for each in objects if each.kind in WATCHED]
        self.last: tuple[Trouble, ...] = ()
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_OFTEN):
            with contextlib.suppress(ShunterError):
                self.look()

    def look(self) -> None:
        """Look once, and tell it."""
        self.last = troubles(self.place, self.objects)
        done = len(self.objects) - len(self.last)
        what = str(self.last[0]) if self.last else "ready"
        self.progress(f"{self.place.target.name}: {what}", done, len(self.objects))
