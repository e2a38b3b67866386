"""Images of services: built of the commit at hand, pushed where the version map says so, with their digests noted."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shunter.adapters.oci.building import Builder, Recipe, builder, tag_again
from shunter.adapters.oci.images import OciImages
from shunter.adapters.system.files import write_file
from shunter.adapters.system.regular import is_file, read_regular
from shunter.core.charts.image import Image, parse_image
from shunter.core.delivery.event import page_of
from shunter.core.delivery.touched import CODE, Place
from shunter.core.workspace.layout import images_prefix
from shunter.flows.delivery.checkouts import Checkout, checkouts
from shunter.flows.delivery.version import Asked, version
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Outcome, Report, Status
from shunter.model.progress import counted


@dataclass(frozen=True, slots=True)
class _Work:
    """One service, where its code is, and what the version map says of its image."""

    checkout: Checkout
    place: Place
    image: Image
    about: Mapping[str, Any]


def image(
    context: Context, names: Sequence[str], folder: Path | None, variables: Mapping[str, str], *, push: bool
) -> Report:
    """Build the images of these services, or of all; `push`: where the version map publishes this commit.

    A tag is one commit's: where the registry has it, nothing is built. What is pushed is noted in `folder`, if there is
    one, for `handed_on`. `data` has a row for each image; the product is each image's name with its digest, or its tag
    where it was not pushed.
    """
    works = _works(context, names, variables)
    plain = context.registries().plain_http

    def made(work: _Work) -> tuple[Outcome, Image]:
        return _made(work, variables, plain=plain, push=push)

    told = counted(context.writing.progress, len(works), lambda work: f"image of {work.place.name}", made)
    done = [told(work) for work in works]
    for outcome, named in done:
        if folder is not None and named.digest:
            write_file(_note(folder, outcome.unit), FileState(f"{named}\n".encode()))
    rows = [
        {"service": outcome.unit, "image": named.repository, "tag": named.tag, "digest": named.digest}
        for outcome, named in done
    ]
    product = "".join(f"{named}\n" for _, named in done)
    return Report(product=product, data=rows, outcomes=tuple(outcome for outcome, _ in done))


def _works(context: Context, names: Sequence[str], variables: Mapping[str, str]) -> list[_Work]:
    said = version(context, Asked(names, variables=variables)).data
    found = {place.name: (checkout, place) for checkout in checkouts(context) for place in checkout.all(CODE)}
    for name in names:
        if name not in found:
            raise ShunterError(f"there is no code of `{name}` here", hint="its image is built elsewhere")
    if not found:
        raise ShunterError("there is no service to build an image of here", hint="run it where the code is")
    return [
        _Work(checkout, place, _name(checkout, name, said[name]["image"]["tag"]), said[name]["image"])
        for name, (checkout, place) in found.items()
        if name in said and "image" in said[name] and (not names or name in names)
    ]


def _name(checkout: Checkout, name: str, tag: str) -> Image:
    place = str(checkout.answers.get("image_registry", "")).replace("{service}", name)
    return Image(posixpath.join(place, name), tag)


def _made(work: _Work, variables: Mapping[str, str], *, plain: bool, push: bool) -> tuple[Outcome, Image]:
    """What became of one image, and its name, with the digest where the registry has it."""
    name, pushes = work.place.name, push and _is_published(work)
    registry = OciImages(frozenset((work.image.host,) if plain else ()), own=True)
    if pushes and (there := registry.digests([work.image])[work.image]):
        tag_again(work.image, there, work.about["tags"][1:], plain=plain)
        return Outcome(name, Status.NOOP, f"already there: {work.image}"), replace(work.image, digest=there)
    maker = builder(plain=plain)
    maker.build(work.image, _recipe(work, variables))
    if not pushes:
        why = "" if not push else f", and not pushed: {_why_not(work)}"
        return Outcome(name, Status.DONE, f"built {work.image}{why}"), work.image
    return _pushed(maker, work, plain=plain)


def _pushed(maker: Builder, work: _Work, *, plain: bool) -> tuple[Outcome, Image]:
    digest = maker.push(work.image)
    tag_again(work.image, digest, work.about["tags"][1:], plain=plain)
    return Outcome(work.place.name, Status.DONE, f"pushed {work.image}"), replace(work.image, digest=digest)


def _recipe(work: _Work, variables: Mapping[str, str]) -> Recipe:
    commit, page = str(work.about["commit"]), page_of(variables)
    labels = {"revision": commit, "version": work.image.tag, **({"source": page} if page else {})}
    return Recipe(
        work.checkout.folder(work.place),
        {"VERSION": work.image.tag, "REVISION": commit},
        {f"org.opencontainers.image.{key}": value for key, value in labels.items()},
    )


def _is_published(work: _Work) -> bool:
    return bool(work.about["publish"] and images_prefix(str(work.checkout.answers.get("image_registry", ""))))


def _why_not(work: _Work) -> str:
    if work.about["publish"]:
        return "`registries.images` in shunter.yaml names no registry"
    return f"{work.about['event']} {work.about['ref']} is not published"


def _note(folder: Path, name: str) -> Path:
    return folder / f"{name}.image"


def handed_on(context: Context, name: str, folder: Path, variables: Mapping[str, str]) -> tuple[str, str, str]:
    """Version, appVersion and image of a chart for the commit at hand; empty where the commit says none.

    The image is the one that was noted in `folder`, with its digest; where nobody has, its tag, for the registry to be
    asked. Raises ShunterError where there is no such chart, and where the note is of another commit.
    """
    said = version(context, Asked((name,), variables=variables)).data[name]
    if "chart" not in said:
        raise ShunterError(f"there is no chart of `{name}` here", hint="its chart is packaged elsewhere")
    works = _works(context, [name], variables) if "image" in said else []
    pushed = next((work.image for work in works if _is_published(work)), None)
    note = _note(folder, name)
    if pushed is not None and is_file(note):
        found = parse_image(read_regular(str(note)).decode("utf-8", "replace").strip())
        if found is None or replace(found, digest="") != pushed:
            hint = f"shunter image {name} --push --to {folder.name}"
            raise ShunterError(f"{note} names another image than {pushed}", hint=hint)
        pushed = found
    return said["chart"]["version"], works[0].image.tag if works else "", str(pushed or "")
