"""Charts in OCI registries: asked for, pushed, and fetched by digest, as Helm does it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import ClassVar, Literal

from shunter.adapters.oci.cache import keep, kept
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.transport import DONE, Answer, InterruptionError, Transport
from shunter.core.charts import archive, versions
from shunter.core.charts.archive import LARGEST_CHART
from shunter.core.charts.artifact import Artifact, Place, artifact_of, parse_manifest, parse_place, tag_of, version_of
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import UNKNOWN, Digests
from shunter.core.packaging.vendoring import absent_from_registry, version_taken
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Held:
    """A chart that a registry has: its digests, and the size of its archive in bytes."""

    digests: Digests
    size: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a registry stands to a chart that is to be pushed: it has none of that version, this one, or another.

    Of one that is `lacking` it has the manifest, and has lost what that names. `manifest` is the digest that its tag
    leads to, or is going to lead to.
    """

    state: Literal["absent", "lacking", "there", "taken"]
    place: Place
    manifest: str
    archive: str

    @property
    def reference(self) -> str:
        """What Helm and others pull it by, exactly."""
        return f"{self.place.url}:{self.place.tag}@{self.manifest}"


@dataclass(frozen=True)
class OciCharts:
    """Charts by name and exact version; `at` says which `oci://` place a chart of that name stands below.

    `plain`: without TLS; `own`: the environment's login is for these registries; `pushes`: charts will be.
    """

    at: Callable[[str], str]
    plain: bool = False
    own: bool = False
    pushes: bool = False
    shared: ClassVar[bool] = True
    """Others publish there too, so that what is published is known by asking."""
    _held: dict[tuple[str, str], Held | None] = field(default_factory=dict)
    _artifacts: dict[str, Artifact] = field(default_factory=dict)
    _published: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    """When publishing of each chart began and ended."""

    def place(self, name: str) -> Place:
        """Where the chart of that name is. Raises ShunterError where its place is none."""
        return parse_place(self.at(name)).below(name)

    def _client(self, place: Place) -> Client:
        return _client_of(place.host, self.plain, self.own, self.pushes, os.getpid())

    def require_reachable(self, names: Iterable[str]) -> None:
        """Raise ShunterError where the registry of one of these charts is not there, or does not know who asks."""
        for place in {found.host: found for found in map(self.place, names)}.values():
            self._client(place).ping()

    def held(self, name: str, version: str) -> Held | None:
        """What the registry has of exactly this version; None where it has none. It is asked once."""
        key = name, version
        if key not in self._held:
            place = self.place(name)
            self._held[key] = self._found(place, tag_of(version))
        return self._held[key]

    def _found(self, place: Place, reference: str) -> Held | None:
        stored = self._client(place).manifest(place.repository, reference)
        if stored is None:
            return None
        layer = parse_manifest(stored.data, f"{place.url}:{reference}")
        return Held(Digests(layer.digest, stored.digest), layer.size)

    def has(self, name: str, version: str) -> bool:
        """Whether the registry holds exactly this version."""
        return self.held(name, version) is not None

    def versions(self, name: str) -> list[str]:
        """All versions of a chart, newest first; tags that are none are left out."""
        return self._versions(self.place(name))

    def _versions(self, place: Place) -> list[str]:
        found = map(version_of, self._client(place).tags(place.repository))
        return versions.newest_first(text for text in found if versions.parse(text) is not None)

    def digests(self, name: str, version: str) -> Digests | None:
        """Which manifest and archive its tag leads to; None where it has none. It is asked once."""
        held = self.held(name, version)
        return held.digests if held else None

    def fetch(self, name: str, version: str, wanted: Digests = UNKNOWN) -> PackedChart:
        """The chart in its archive: the `wanted` one, whatever its tag leads to by now, else what that leads to.

        What this machine has is not asked for again. Raises ShunterError where the registry has no such chart any
        more, or gives another one.
        """
        place = self.place(name)
        label = f"{place.url}:{tag_of(version)}"
        data = kept(wanted.archive) if wanted.archive else None
        if data is None:
            held = self._wanted(place, name, version, wanted)
            chart = self._chart(place, held.digests.archive, held.size, label)
        else:
            chart = PackedChart(label, archive=data)
        _require_itself(chart, label, (name, version))
        return chart

    def _wanted(self, place: Place, name: str, version: str, wanted: Digests) -> Held:
        """What is to be fetched: by the manifest where one is pinned, else the pinned archive, else by the tag."""
        if wanted.archive and not wanted.manifest:
            return Held(wanted, LARGEST_CHART)
        held = self._found(place, wanted.manifest) if wanted.manifest else self.held(name, version)
        if wanted.manifest and held is None:
            # Whoever pushed the same archive again, in another way, has changed nothing that is rendered.
            held = self.held(name, version)
            if held is None or held.digests.archive != wanted.archive:
                raise _gone(f"{place.url}:{tag_of(version)}", "manifest", wanted.manifest)
        if held is None:
            raise absent_from_registry(name, version, self.versions(name))
        if wanted.archive and held.digests.archive != wanted.archive:
            raise _mismatch(f"{place.url}@{wanted.manifest}", wanted.archive, held.digests.archive)
        return held

    def resolve(self, place: Place) -> tuple[Place, Held]:
        """What is at a place with its name: that of the digest or of the tag, or the newest release; with that tag.

        Raises ShunterError where there is none.
        """
        if not place.repository:
            raise ShunterError(f"{place.url} names no chart", hint="oci://HOST/REPOSITORY/NAME")
        if not (place.digest or place.tag):
            newest = versions.newest_release(self._versions(place))
            place = Place(place.host, place.repository, tag_of(newest or "latest"))
        held = self._found(place, place.digest or place.tag)
        if held is None:
            raise _absent(place, self._versions(place))
        return place, held

    def at_reference(self, place: Place) -> PackedChart:
        """The chart at a place, see `resolve`."""
        return self.take(*self.resolve(place))

    def take(self, place: Place, held: Held) -> PackedChart:
        """The chart that is held at a place, as `resolve` says.

        Raises ShunterError where it is another one than its place says.
        """
        chart = self._chart(place, held.digests.archive, held.size, place.named)
        _require_itself(chart, place.named, (place.name, version_of(place.tag) if place.tag else ""))
        return chart

    def _chart(self, place: Place, digest: str, size: int, label: str) -> PackedChart:
        data = kept(digest)
        if data is None:
            data = self._archive(place, digest, size, label)
            keep(digest, data)
        return PackedChart(label, archive=data)

    def _archive(self, place: Place, digest: str, size: int, label: str) -> bytes:
        client = self._client(place)
        try:
            return client.blob(place.repository, digest, size)
        except ShunterError:
            if client.has_blob(place.repository, digest):
                raise
            raise _gone(label, "archive", digest) from None

    def _artifact(self, chart: PackedChart) -> Artifact:
        if chart.digest not in self._artifacts:
            self._artifacts[chart.digest] = artifact_of(chart)
        return self._artifacts[chart.digest]

    def whole(self, chart: PackedChart) -> Standing:
        """The `standing` of a chart; what its manifest names is asked for too."""
        found = self.standing(chart)
        if found.state != "there":
            return found
        made, client = self._artifact(chart), self._client(found.place)
        named = (chart.digest, *([archive.digest(made.config)] if found.manifest == made.digest else ()))
        there = all(client.has_blob(found.place.repository, digest) for digest in named)
        return found if there else replace(found, state="lacking")

    def standing(self, chart: PackedChart) -> Standing:
        """How the registry stands to this archive. The tag is asked first: a registry replaces what it leads to."""
        name, tag = chart.name, tag_of(chart.version)
        found = self.place(name)
        place = Place(found.host, found.repository, tag)
        made = self._artifact(chart)
        manifest = self._client(place).head(place.repository, tag)
        if manifest is None:
            return Standing("absent", place, made.digest, chart.digest)
        if manifest == made.digest:
            return Standing("there", place, manifest, chart.digest)
        held = self._found(place, tag)
        found_archive = held.digests.archive if held else ""
        return Standing("there" if found_archive == chart.digest else "taken", place, manifest, found_archive)

    def upload(self, chart: PackedChart) -> None:
        """Bring archive and config to the registry, where nobody sees them before there is a manifest."""
        place, made = self.place(chart.name), self._artifact(chart)
        for data in (chart.archive, made.config):
            self._client(place).upload(place.repository, data)

    def publish(self, chart: PackedChart) -> None:
        """Make a chart that is uploaded the one of its version; to be followed by `confirm`.

        Raises ShunterError where somebody else has published another one of that version meanwhile.
        """
        place, manifest = self.place(chart.name), self._artifact(chart).manifest

        def there() -> bool:
            return self._require(chart, ("absent", "there")).state == "there"

        began = time.monotonic()
        self._client(place).put_manifest(place.repository, tag_of(chart.version), manifest, there=there)
        self._published[chart.key] = began, time.monotonic()

    def confirm(self, chart: PackedChart) -> None:
        """Raise ShunterError where a chart that was published is not the one of its version any more.

        No registry writes a tag only where there is none: two that look at the same moment both see none, and the
        later one writes over the earlier one, who sees it here. So this is not before as much time has passed again as
        looking and writing took: another one that looked before us has written by then, unless it is slower than us.
        """
        began, ended = self._published[chart.key]
        time.sleep(max(0, 2 * ended - began - time.monotonic()))
        place = self.place(chart.name)
        self._client(place).transport.repeated(lambda: self._seen(chart, place))

    def _seen(self, chart: PackedChart, place: Place) -> Answer:
        """One look at what was published: some registries show it a moment later."""
        if self._require(chart, ("absent", "there")).state == "absent":
            told = f"{place.host} has taken {chart.name} {chart.version}, and does not show it"
            raise InterruptionError(told, hint="shunter push once more, or ask who runs the registry")
        return DONE

    def _require(self, chart: PackedChart, states: tuple[str, ...]) -> Standing:
        now = self.standing(chart)
        if now.state not in states:
            taken = version_taken(chart, now.place.host, now.archive, chart.digest)
            said = ("somebody else has pushed it at the same time", *taken.notes)
            raise ShunterError(taken.message, hint=taken.hint, notes=said, exit_code=1, rule=taken.rule)
        return now


def _absent(place: Place, listed: list[str]) -> ShunterError:
    if version_of(place.tag) in listed and not place.digest:
        hint = "push the same archive again (shunter push), or ask who runs the registry"
        return ShunterError(f"{place.named} is listed, and its manifest is gone", hint=hint)
    found = ", ".join(listed[:5])
    return ShunterError(f"there is no {place.named}", hint=f"it has {found}" if found else "check the name")


def _require_itself(chart: PackedChart, label: str, wanted: tuple[str, str]) -> None:
    """Raise ShunterError where a chart is not of that name and version; a tag such as `latest` says nothing."""
    name, version = wanted
    said = versions.is_exact(version)
    if chart.name != name or (said and chart.version != version):
        raise ShunterError(
            f"{label} is the chart {chart.name} {chart.version}", hint="do not use it: ask who runs the registry"
        )


def _gone(label: str, what: str, digest: str) -> ShunterError:
    return ShunterError(
        f"the {what} that was pinned of {label} is gone from the registry",
        hint="push the same archive again (shunter push), from wherever it is still, or ask who runs the registry",
        notes=(f"pinned: {digest}",),
        exit_code=1,
        rule="digest-mismatch",
    )


def _mismatch(label: str, pinned: str, found: str) -> ShunterError:
    return ShunterError(
        f"{label} is of another archive than the pinned one",
        hint="restore the pin from git: it names manifest and archive of two charts",
        notes=(f"pinned: {pinned}", f"in the registry: {found}"),
        exit_code=1,
        rule="digest-mismatch",
    )


@cache
def _client_of(host: str, plain: bool, own: bool, pushes: bool, process: int) -> Client:
    """One client for each registry, and each process: a fork must not read what another one has asked for."""
    return Client(host, plain=plain, own=own, pushes=pushes, transport=transport())


def transport() -> Transport:
    """How registries are asked."""
    return Transport()
