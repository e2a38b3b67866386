"""The images that Kubernetes objects run, wherever a pod's specification stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")


def images_of(value: Mapping[str, Any]) -> Iterator[str]:
    """The name of each image in an object, in order: of containers, and of volumes that are an image.

    A custom resource that has a pod's specification in it counts as well; one with a field `image` of its own does
    not, since only its operator knows what that is.
    """
    for key, inner in value.items():
        if key in _CONTAINERS and isinstance(inner, list):
            yield from _named(inner, "image")
        elif key == "volumes" and isinstance(inner, list):
            yield from _named((each.get("image") for each in inner if isinstance(each, dict)), "reference")
        yield from _within(inner)


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from images_of(value)
    elif isinstance(value, list):
        for item in value:
            yield from _within(item)


def _named(items: Iterable[Any], key: str) -> Iterator[str]:
    for item in items:
        name = item.get(key) if isinstance(item, dict) else None
        if isinstance(name, str) and name:
            yield name
