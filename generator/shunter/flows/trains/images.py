"""The images that trains and environments run, by their rendered manifests, and whether registries have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shunter.adapters.helm.engine import Engine, engine
from shunter.adapters.helm.remembered import recall, remember
from shunter.core.charts.image import Image, parse_image
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.trains.file import path_of
from shunter.flows.packaging.images import own_prefix, registries_of
from shunter.flows.release.release import Release, release_of
from shunter.flows.release.render import documents, verify
from shunter.flows.trains.target import Arrival
from shunter.flows.validation.report import levelled
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree
from shunter.model.findings import Finding, Kind, Report, Severity, Span

if TYPE_CHECKING:
    from shunter.adapters.oci.images import OciImages

_GO_ON = "--no-images goes on without asking"


@dataclass(frozen=True, slots=True)
class Used:
    """An image that an app runs; `name` is what the manifests call it. The umbrella's own has no app."""

    app: str
    name: str

    @property
    def image(self) -> Image | None:
        """The image of that name; None where it is none."""
        return parse_image(self.name)


@dataclass(frozen=True, eq=False)
class Images:
    """The images of a workspace. Its own registry, `registries.images`, is asked, unless `ask` is false; no other is.

    Each image is asked for once.
    """

    context: Context
    ask: bool = True

    @cached_property
    def _prefix(self) -> str:
        return own_prefix(self.context) if self.ask else ""

    @cached_property
    def _registries(self) -> OciImages:
        return registries_of(self.context, own=True)

    def in_train(self, archives: Archives, cars: Mapping[str, Pin], version: str) -> Iterator[Finding]:
        """What is missing of the images that cars run with their charts' own values.

        A chart that needs values of an environment is told: its images are known when it is promoted.
        """
        if not self._prefix:
            return
        used, untold = used_by_cars(self.context, archives, cars, self._engine())
        place = Span(path_of(version))
        yield from self._missing(used, place)
        for alias, error in untold.items():
            said = f"{alias} does not render with its own values, so its images are asked for when it is promoted"
            notes = (error.message,)
            yield Finding("image-missing", said, place, Kind.LINT, Severity.NOTE, notes=notes)

    def checked(self, arrival: Arrival, *, force: bool = False) -> Arrival:
        """An arrival that is refused where an image is missing that the environment is to run, with its own values.

        One that Helm does not render here, such as for want of a cluster to ask, is let in, and that is told. With
        `force` a missing image is told, too, and the entry names the rule. The entry says where nobody was asked.
        """
        if arrival.findings or arrival.becomes is None or not arrival.plan.moves:
            return arrival
        if not self._prefix:
            return _unasked(arrival) if own_prefix(self.context) else arrival
        helm, name, place = self._engine(), arrival.target.name, Span(arrival.target.files.label)
        try:
            used = used_by(arrival.becomes, helm)
        except ShunterError as error:
            why = f"{name}: its images are not asked for, since it does not render here: {error.message}"
            return _unasked(arrival, why)
        found = [replace(each, message=f"{name}: {each.message}") for each in self._missing(used, place)]
        levels = tuple(levelled(self.context, found))
        errors = tuple(each for each in levels if each.severity is Severity.ERROR)
        told = tuple(f"{each.severity}[{each.rule}]: {each.message}" for each in levels if force or each not in errors)
        arrival = replace(arrival, notices=(*arrival.notices, *told))
        if not force:
            return replace(arrival, findings=errors)
        rules = sorted({*arrival.why.forced, *(each.rule for each in errors)})
        return replace(arrival, why=replace(arrival.why, forced=tuple(rules)))

    def looked_at(self, arrival: Arrival, *, force: bool) -> Arrival:
        """The same, but a registry that does not answer is told: nobody has to reach it to go back."""
        try:
            return self.checked(arrival, force=force)
        except ShunterError as error:
            return _unasked(arrival, error.message)

    def _engine(self) -> Engine:
        try:
            return engine()
        except ShunterError as error:
            raise ShunterError(error.message, hint=f"{error.hint}\n{_GO_ON}") from error

    def _missing(self, used: Iterable[Used], place: Span) -> Iterator[Finding]:
        apps: dict[Image, dict[str, None]] = {}
        for each in used:
            if (image := each.image) and image.is_below(self._prefix):
                apps.setdefault(image, {})[each.app] = None
        try:
            known = self._registries.digests(apps) if apps else {}
        except ShunterError as error:
            hint = "\n".join(filter(None, (error.hint, _GO_ON)))
            raise ShunterError(f"nobody can say whether the images exist: {error.message}", hint=hint) from error
        for image, names in apps.items():
            if known[image] is None:
                said = f"{', '.join(names)}: there is no image {image} in its registry"
                yield Finding("image-missing", said, place, Kind.LINT, hint=f"push the image, then again; {_GO_ON}")

    def listed(self, name: str) -> Report:
        """The images of an environment, or of a train, one row for each app and image.

        `exists` is true, false, or None where nobody was asked, or knows; `found` is the digest that is there.
        """
        context, notices = self.context, []
        if context.workspace is None or context.workspace.environment(name):
            release = release_of(context, context.site("environment", name))
            if findings := verify(release):
                return Report(findings=findings)
            used = used_by(release, engine())
        else:
            cars = trains_of(context).find(name).cars
            used, untold = used_by_cars(context, open_archives(context), cars, engine())
            notices = [f"{alias} does not render with its own values: {error}" for alias, error in untold.items()]
        own = [each.image for each in used if each.image and each.image.is_below(self._prefix)]
        known: Mapping[Image, str | None] = {}
        try:
            known = self._registries.digests(own) if own else {}
        except ShunterError as error:
            notices.append(f"nobody can say whether the images exist: {error}")
        rows = [_row(each, known) for each in used]
        return Report(data=rows, notices=tuple(notices) if rows else (*notices, f"{name} runs no image"))


def _unasked(arrival: Arrival, *why: str) -> Arrival:
    """An arrival whose entry says that nobody knows whether its images exist."""
    evidence = {**arrival.why.evidence, "images": "not asked"}
    return replace(arrival, why=replace(arrival.why, evidence=evidence), notices=(*arrival.notices, *why))


def _row(used: Used, known: Mapping[Image, str | None]) -> dict[str, Any]:
    image = used.image or Image(used.name)
    row = {"app": used.app, "image": used.name, "repository": image.repository}
    exists = known[image] is not None if image in known else None
    return row | {"tag": image.tag, "digest": image.digest, "exists": exists, "found": known.get(image) or ""}


def used_by(release: Release, helm: Engine) -> tuple[Used, ...]:
    """The images of an environment, each once for every app. Raises ShunterError where Helm does not render it."""
    text = release.render(helm)
    found = (Used(_app(source), name) for source, name in _named(text))
    return tuple(dict.fromkeys(found))


def _app(source: str) -> str:
    """The alias of the app that a template belongs to; empty for the umbrella's own."""
    steps = source.split("/")
    return steps[2] if steps[1:2] == ["charts"] else ""


def used_by_cars(
    context: Context, archives: Archives, cars: Mapping[str, Pin], helm: Engine
) -> tuple[tuple[Used, ...], dict[str, ShunterError]]:
    """The images of cars with their charts' own values, and why the charts that are left out do not render so.

    An archive that was rendered before is not rendered again.
    """
    name = context.require_workspace().name
    found: dict[Used, None] = {}
    untold: dict[str, ShunterError] = {}
    archives.gather(cars.values())
    for alias in sorted(cars):
        chart = archives.fetch(cars[alias].name, cars[alias].version)
        try:
            found |= dict.fromkeys(Used(alias, image) for image in _of_archive(chart, helm, name))
        except ShunterError as error:
            untold[alias] = error
    return tuple(found), untold


def _of_archive(chart: PackedChart, helm: Engine, release: str) -> tuple[str, ...]:
    key = (chart.digest, release, helm.version())
    known = recall("images", *key)
    if known is None:
        # Not the archive itself: a release that Helm would not come back from is refused before.
        found = Release(ProjectFiles(MemoryTree(chart.files), chart.label), name=release)
        known = tuple(dict.fromkeys(image for _, image in _named(found.render(helm))))
        remember("images", *key, texts=known)
    return known


def _named(text: str) -> Iterator[tuple[str, str]]:
    """The images in a stream of manifests, each with its template."""
    from shunter.core.kube.images import images_of
    from shunter.core.kube.objects import objects_of

    for each in objects_of((source, body) for source, body in documents(text) if "image" in body):
        for name in images_of(each.value):
            yield each.source, name
