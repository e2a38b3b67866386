"""Images that pods run, by the ids that their machines tell, against those that are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any


def images_of(pods: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The ids of the images that pods run, each once."""
    found = (str(each.get("imageID") or each.get("image") or "") for pod in pods for each in _statuses(pod))
    return tuple(dict.fromkeys(image for image in found if image))


def not_as_wanted(workloads: Sequence[Mapping[str, Any]], pods: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Containers that run another image than wanted: its name differs, or the id is not the digest that is pinned."""
    wanted: dict[str, set[str]] = {}
    for workload in workloads:
        for container in _containers((workload.get("spec") or {}).get("template") or {}):
            wanted.setdefault(str(container.get("name")), set()).add(str(container.get("image")))
    return tuple(dict.fromkeys(_others(wanted, pods)))


def _others(wanted: Mapping[str, set[str]], pods: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for pod in pods:
        ids = {str(each.get("name")): str(each.get("imageID") or "") for each in _statuses(pod)}
        for container in _containers(pod):
            name, image = str(container.get("name")), str(container.get("image"))
            if name not in wanted:
                continue
            pinned, found = image.partition("@")[2], ids.get(name, "")
            if image not in wanted[name]:
                yield f"{name} runs {image}, and not {' or '.join(sorted(wanted[name]))}"
            elif pinned and found and pinned not in found:
                yield f"{name} runs {found}, and not {pinned}"


def _containers(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((template.get("spec") or {}).get("containers") or ())


def _statuses(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((pod.get("status") or {}).get("containerStatuses") or ())
