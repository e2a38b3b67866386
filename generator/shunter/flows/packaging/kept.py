"""What a new version of a chart keeps of the release before it: the images that are pinned there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from shunter.core.charts.index import Index
from shunter.core.charts.versions import release_before
from shunter.core.packaging.images import ImagePin
from shunter.flows.packaging.elsewhere import Elsewhere
from shunter.model.data import dataclass

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """A chart, by name and version, that is published for the first time; the `release` before it; the images that it
    keeps of that one, or why it keeps none.
    """

    key: tuple[str, str]
    release: str
    images: tuple[ImagePin, ...] = ()
    lost: str = ""


def last_release(key: tuple[str, str], index: Index, elsewhere: Elsewhere) -> tuple[str, Mapping[str, Any]] | None:
    """Version and metadata of the newest release of a chart before this one, in the directory or in its registry."""
    name, version = key
    there = elsewhere.before.get(key)
    found = release_before([*index.versions(name), *([there.version] if there else [])], version)
    entry = index.get(name, found)
    if entry is not None:
        return found, entry.metadata
    return (found, there.metadata) if there is not None and found else None


def told(kept: Iterable[Kept]) -> Iterator[str]:
    """A line for each chart that keeps its images, or loses them; many that keep them have one line."""
    kept = [*kept]
    keeping = [each for each in kept if each.images and not each.lost]
    for each in keeping if len(keeping) <= _SHOWN else ():
        images = ", ".join(str(pin.image) for pin in each.images)
        yield f"{_chart(each)} keeps the image of {each.key[0]} {each.release}, as no --image was said: {images}"
    if len(keeping) > _SHOWN:
        names = ", ".join(map(_chart, keeping))
        yield f"{len(keeping)} charts keep the images of their last releases, as no --image was said: {names}"
    for each in kept:
        if each.lost:
            yield (
                f"{_chart(each)} pins no image, and {each.key[0]} {each.release} did: {each.lost}; "
                f"--image REPOSITORY:TAG pins one"
            )


def _chart(each: Kept) -> str:
    return " ".join(each.key)
