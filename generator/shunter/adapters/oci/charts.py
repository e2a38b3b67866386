"""Charts in OCI registries: asked for, pushed, and fetched by digest, as Helm does it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from shunter.adapters.oci.client import Client
from shunter.adapters.oci.transport import Transport
from shunter.adapters.system.files import write_file
from shunter.adapters.system.paths import cache_root
from shunter.core.charts import archive, versions
from shunter.core.charts.archive import LARGEST_CHART
from shunter.core.charts.artifact import Artifact, Place, artifact_of, parse_manifest, parse_place, tag_of, version_of
from shunter.core.charts.packed import PackedChart
from shunter.core.packaging.vendoring import absent_from_registry
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState


@dataclass(frozen=True, slots=True)
class Held:
    """A chart that a registry has: the digests of its manifest and of its archive, and the archive's size."""

    manifest: str
    archive: str
    size: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a registry stands to a chart that is to be pushed: it has none of that version, this one, or another.

    `manifest` is the digest that its tag leads to, or is going to lead to.
    """

    state: Literal["absent", "there", "taken"]
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

    `plain`: without TLS; `own`: the environment's login is for these registries.
    """

    at: Callable[[str], str]
    plain: bool = False
    own: bool = False
    shared: ClassVar[bool] = True
    """Others publish there too, so that what is published is known by asking."""
    _held: dict[tuple[str, str], Held | None] = field(default_factory=dict)

    def place(self, name: str) -> Place:
        """Where the chart of that name is. Raises ShunterError where its place is none."""
        return parse_place(self.at(name)).below(name)

    def _client(self, place: Place) -> Client:
        return _client_of(place.host, self.plain, self.own, os.getpid())

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
        return Held(stored.digest, layer.digest, layer.size)

    def has(self, name: str, version: str) -> bool:
        """Whether the registry holds exactly this version."""
        return self.held(name, version) is not None

    def versions(self, name: str) -> list[str]:
        """All versions of a chart, newest first; tags that are none are left out."""
        return self._versions(self.place(name))

    def _versions(self, place: Place) -> list[str]:
        found = map(version_of, self._client(place).tags(place.repository))
        return versions.newest_first(text for text in found if versions.parse(text) is not None)

    def fetch(self, name: str, version: str, digest: str = "") -> PackedChart:
        """The chart in its archive, whose `digest` is asked for where it is known, whatever its tag leads to by now.

        What this machine has is not asked for again. Raises ShunterError where the registry has no such chart, or
        gives another one.
        """
        place = self.place(name)
        label = f"{place.url}:{tag_of(version)}"
        wanted, size = digest, LARGEST_CHART
        if not digest:
            held = self.held(name, version)
            if held is None:
                raise absent_from_registry(name, version, self.versions(name))
            wanted, size = held.archive, held.size
        chart = self._chart(place, wanted, size, label)
        if chart.key != (name, version):
            raise ShunterError(
                f"{label} is the chart {chart.name} {chart.version}", hint="do not use it: ask who runs the registry"
            )
        return chart

    def at_reference(self, place: Place) -> PackedChart:
        """The chart at a place with its name: that of the digest or of the tag, or the newest release.

        Raises ShunterError where there is none.
        """
        if not place.repository:
            raise ShunterError(f"{place.url} names no chart", hint="oci://HOST/REPOSITORY/NAME")
        reference = place.digest or place.tag or tag_of(self._newest(place) or "latest")
        label = f"{place.url}{'@' if place.digest else ':'}{reference}"
        held = self._found(place, reference)
        if held is None:
            found = ", ".join(self._versions(place)[:5])
            raise ShunterError(f"there is no {label}", hint=f"it has {found}" if found else "check the name")
        return self._chart(place, held.archive, held.size, label)

    def _newest(self, place: Place) -> str:
        """The newest version, of which only those are pre-releases that have no release before them."""
        known = self._versions(place)
        releases = (text for text in known if (found := versions.parse(text)) and not found.prerelease)
        return next(releases, known[0] if known else "")

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
            raise ShunterError(
                f"{label} is not the archive that was pinned, and that one is gone",
                hint="push it again from where it is still, or ask who runs the registry",
                notes=(f"pinned: {digest}",),
                exit_code=1,
                rule="digest-mismatch",
            ) from None

    def standing(self, chart: PackedChart) -> Standing:
        """How the registry stands to this archive. The tag is asked first: a registry replaces what it leads to."""
        name, tag = chart.name, tag_of(chart.version)
        found = self.place(name)
        place = Place(found.host, found.repository, tag)
        made = artifact_of(chart)
        manifest = self._client(place).head(place.repository, tag)
        if manifest is None:
            return Standing("absent", place, made.digest, chart.digest)
        if manifest == made.digest:
            return Standing("there", place, manifest, chart.digest)
        held = self._found(place, tag)
        archive = held.archive if held else ""
        return Standing("there" if archive == chart.digest else "taken", place, manifest, archive)

    def upload(self, chart: PackedChart) -> None:
        """Bring archive and config to the registry, where nobody sees them before there is a manifest."""
        place, made = self.place(chart.name), artifact_of(chart)
        for data in (chart.archive, made.config):
            self._client(place).upload(place.repository, data)

    def publish(self, chart: PackedChart) -> None:
        """Make a chart that is uploaded the one of its version.

        Raises ShunterError where somebody else has published another one of that version meanwhile.
        """
        made = artifact_of(chart)
        self._require(chart, made, ("absent", "there"))
        place = self.place(chart.name)
        self._client(place).put_manifest(place.repository, tag_of(chart.version), made.manifest)
        self._require(chart, made, ("there",))

    def _require(self, chart: PackedChart, made: Artifact, states: tuple[str, ...]) -> None:
        now = self.standing(chart)
        if now.state not in states:
            raise ShunterError(
                f"{chart.name} {chart.version} was pushed by somebody else at the same time, with other content",
                hint="raise `version` in its Chart.yaml: a published version never changes",
                notes=(f"in the registry: {now.manifest}", f"pushed here: {made.digest}"),
                exit_code=1,
                rule="version-taken",
            )


@cache
def _client_of(host: str, plain: bool, own: bool, process: int) -> Client:
    """One client for each registry, and each process: a fork must not read what another one has asked for."""
    return Client(host, plain=plain, own=own, transport=transport())


def kept(digest: str) -> bytes | None:
    """The bytes with this digest, if this machine has fetched them before."""
    file = _place_of(digest)
    data = file.read_bytes() if file.is_file() else None
    return data if data is not None and archive.digest(data) == digest else None


def keep(digest: str, data: bytes) -> None:
    """Keep bytes for `kept`; a cache that cannot be written is none."""
    with contextlib.suppress(ShunterError):
        write_file(_place_of(digest), FileState(data))


def _place_of(digest: str) -> Path:
    return cache_root() / "charts" / f"{digest.removeprefix('sha256:')}.tgz"


def transport() -> Transport:
    """How registries are asked."""
    return Transport()
