"""Images that go down, or lose their digest, under a chart whose version goes up: no version shows that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shunter.core.charts.image import Image
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.versions import parse
from shunter.core.packaging.images import images_in, key_text, pins_of
from shunter.core.trains.order import compare_versions
from shunter.model.data import dataclass, replace


@dataclass(frozen=True, slots=True)
class ImageChange:
    """One image of a chart, by the key of the values that names it, before and after."""

    key: str
    was: Image
    now: Image

    @property
    def down(self) -> bool:
        """Whether the tags are versions, and the new one is lower."""
        return self.was.digest != (self.now.digest or "-") and _lower(self.was.tag, self.now.tag)

    @property
    def unpinned(self) -> bool:
        """Whether it had a digest and has none."""
        return bool(self.was.digest and not self.now.digest)

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"


def may_differ(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether the metadata of two versions of a chart leaves it open that an image goes down or loses its digest.

    Values are read only then: of a hundred charts that takes longer than all else of a promotion.
    """
    old, new = ({pin.key: pin.image for pin in pins_of(metadata)} for metadata in (was, now))
    if _lower(str(was.get("appVersion", "")), str(now.get("appVersion", ""))):
        return True
    return any(key not in new or _lower(image.tag, new[key].tag) for key, image in old.items())


def image_changes(was: PackedChart, now: PackedChart) -> Iterator[ImageChange]:
    """The images of one repository that go down or lose their digest, by the values of both charts."""
    old, new = _images(was), _images(now)
    for key, image in old.items():
        if key in new and new[key].is_of(image):
            change = ImageChange(key, image, new[key])
            if change.down or change.unpinned:
                yield change


def _images(chart: PackedChart) -> dict[str, Image]:
    """Images by their keys; one without a tag has the appVersion, as charts have it."""
    app = str(chart.metadata.get("appVersion", ""))
    return {key_text(key): replace(image, tag=image.tag or app) for key, image in images_in(chart).items()}


def _lower(was: str, now: str) -> bool:
    return bool(parse(was) and parse(now)) and compare_versions(was, now) > 0
