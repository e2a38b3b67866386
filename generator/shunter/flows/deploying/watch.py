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
_SELDOM: Final = 8.0
"""Seconds between two looks, first and at last: who waits for minutes need not know each second."""
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


class Look:
    """One look at a namespace: each kind is listed when somebody asks, and once. ShunterErrors are the server's."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._seen: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}

    def objects(self, api_version: str, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """The objects of a kind, by name."""
        if (api_version, kind) not in self._seen:
            found = self._place.server.listed(api_version, kind, self._place.namespace)
            self._seen[api_version, kind] = {value["metadata"]["name"]: value for value in found}
        return self._seen[api_version, kind]

    @property
    def pods(self) -> list[Mapping[str, Any]]:
        """All of them."""
        return list(self.objects("v1", "Pod").values())


def troubles(look: Look, objects: Iterable[RenderedObject]) -> tuple[Trouble, ...]:
    """The objects that are not ready. Raises ShunterError where they may not be read."""
    return tuple(_troubles(look, [each for each in objects if each.kind in WATCHED and not each.is_hook]))


def _troubles(look: Look, watched: Sequence[RenderedObject]) -> Iterator[Trouble]:
    for each in watched:
        value = look.objects(each.api_version, each.kind).get(each.name)
        if value is None:
            yield Trouble(each.title, "it is not there")
            continue
        health = health_of(value)
        if health.ready:
            continue
        whose = [text for pod in pods_of(value, look.pods) if (text := pod_trouble(pod))]
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
        pause = _OFTEN
        while not self._over.wait(pause):
            pause = min(pause * 1.5, _SELDOM)
            with contextlib.suppress(ShunterError):
                self.look()

    def at_last(self) -> tuple[Trouble, ...]:
        """What is not ready now or, where that may not be read, was not."""
        with contextlib.suppress(ShunterError):
            self.last = troubles(Look(self.place), self.objects)
        return self.last

    def look(self) -> None:
        """Look once, and tell it."""
        self.last = troubles(Look(self.place), self.objects)
        done = len(self.objects) - len(self.last)
        what = str(self.last[0]) if self.last else "ready"
        self.progress(f"{self.place.target.title}: {what}", done, len(self.objects))
