"""Images that are pinned when a chart is packaged: a tag is asked for its digest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shunter.adapters.system.files import DiskTree
from shunter.core.charts.image import Image
from shunter.core.charts.pins import OCI
from shunter.core.packaging.images import ImagePin
from shunter.core.workspace.layout import images_prefix
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import label
from shunter.flows.workspace.projects import answers_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError

if TYPE_CHECKING:
    from shunter.adapters.oci.images import OciImages


def own_prefix(context: Context) -> str:
    """What the names of the workspace's own images begin with; empty where nobody has said it yet."""
    if context.workspace is None:
        return images_prefix(recorded_registry(context, "image_registry"))
    return images_prefix(context.workspace.registries.images)


def recorded_registry(context: Context, key: str) -> str:
    """What the root's answers file of a repository that stands alone says of a registry, by the name of the answer."""
    found = answers_of(DiskTree(context.root), label(context, context.root)) if context.workspace is None else {}
    return str(found.get(key, ""))


def registries_of(context: Context, *, own: bool) -> OciImages:
    """The registries that images are asked for in; `own`: those of the workspace, which its login is for."""
    from shunter.adapters.oci.images import OciImages  # it brings the client of registries

    registries = context.registries()
    places = (registries.url, registries.source, registries.push) if registries.plain_http else ()
    return OciImages(frozenset(place.removeprefix(OCI).partition("/")[0] for place in places), own=own)


def with_digests(context: Context, pins: Sequence[ImagePin]) -> tuple[ImagePin, ...]:
    """The pins, those of a tag alone with the digest that it leads to now.

    Raises ShunterError where there is no such image, and where its registry does not say.
    """
    asked = list(dict.fromkeys(pin.image for pin in pins if not pin.image.digest))
    found: dict[Image, str] = {}
    for own in (True, False):
        part = [image for image in asked if image.is_below(own_prefix(context)) is own]
        known = registries_of(context, own=own).digests(part) if part else {}
        found |= {image: digest for image, digest in known.items() if digest}
    for image in asked:
        if image not in found:
            raise ShunterError(
                f"there is no image {image} in its registry",
                hint="push the image first, or check its name",
                exit_code=1,
                rule="image-missing",
            )
    return tuple(
        replace(pin, image=replace(pin.image, digest=found[pin.image])) if pin.image in found else pin for pin in pins
    )
