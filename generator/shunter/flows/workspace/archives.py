"""Where chart archives come from: just packaged, the registry directory, or a registry elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shunter.adapters.helm.registry import DirectoryRegistry, HttpRegistry, Server
from shunter.adapters.system.regular import is_file, read_regular
from shunter.adapters.system.threads import at_once
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI, UNKNOWN, Digests, Pin
from shunter.core.charts.versions import newest_first
from shunter.core.packaging.publish import Origin, origin_of, published, with_origin
from shunter.core.packaging.stamp import Stamped, as_held, with_stamped
from shunter.core.packaging.vendoring import absent_from_registry
from shunter.core.workspace.layout import charts_url
from shunter.core.workspace.model import Registries, Workspace
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError

if TYPE_CHECKING:
    from shunter.adapters.oci.charts import OciCharts

_URLS = ("http://", "https://", OCI)


@dataclass(frozen=True)
class Archives:
    """Charts by name and version, each fetched once.

    `pending` was just packaged and wins over what a registry holds; `server` is asked for what the directory does not
    hold; `fallback` is what a repository that stands alone carries itself, and wins over the server. `opens` gives the
    server at a URL, for charts of third parties, and `expected` what `fetch` is to give, as far as pins say it. `place`
    is where Chart.yaml names a chart, by the chart's name and a URL in which `{service}` and `{repository}` may stand.
    """

    directory: DirectoryRegistry
    server: Server | None = None
    pending: dict[tuple[str, str], PackedChart] = field(default_factory=dict)
    fallback: Callable[[], Mapping[tuple[str, str], PackedChart]] = dict
    fetched: dict[tuple[str, str], PackedChart] = field(default_factory=dict)
    expected: dict[tuple[str, str], Pin] = field(default_factory=dict)
    opens: Callable[[str], Server] = field(default_factory=lambda: server_at)
    place: Callable[[str, str], str] = field(default_factory=lambda: partial(charts_url, None))

    def has(self, name: str, version: str) -> bool:
        """Whether the chart can be fetched without asking a server."""
        return (name, version) in self.pending or self.directory.has(name, version)

    def published(self, name: str, version: str) -> bool:
        """Whether a registry holds the chart; the server is asked for what the directory does not hold."""
        return self.directory.has(name, version) or (self.server is not None and self.server.has(name, version))

    def fetch(self, name: str, version: str) -> PackedChart:
        """The chart. Raises ShunterError where no registry holds that version."""
        key = name, version
        if key in self.pending:
            return self.pending[key]
        here = self.directory.has(*key)
        if not here and (carried := self.fallback().get(key)):
            return carried
        if key not in self.fetched:
            server = None if here else self.server_of(*key)
            self.fetched[key] = self._from(server, key) if server else self.directory.fetch(*key)
        return self.fetched[key]

    def server_of(self, name: str, version: str) -> Server | None:
        """Who is asked for a chart: the registry of a third party where its pin names one, else the workspace's."""
        source = self.expected[name, version].source if (name, version) in self.expected else ""
        return self.opens(source) if source.startswith(_URLS) else self.server

    def _from(self, server: Server, key: tuple[str, str]) -> PackedChart:
        """The chart from there, or a third party's from the workspace's own registry, which may have it as well."""
        wanted = self.expected[key].digests if key in self.expected else UNKNOWN
        try:
            chart = server.fetch(*key, wanted)
        except ShunterError:
            if self.server is None or server is self.server or not wanted.archive:
                raise
            with contextlib.suppress(ShunterError):
                return self.server.fetch(*key, Digests(wanted.archive))
            raise
        if not wanted.archive and (found := server.digests(*key)):
            pin = self.expected.get(key, Pin(*key))
            self.expected[key] = replace(pin, digest=found.archive, manifest=found.manifest)
        return chart

    def placed(self, pin: Pin, url: str, known: str = "") -> Pin:
        """The pin, saying where its chart is if `url` is another place for each; `known` is where it is said to be.

        Raises ShunterError where nobody knows: only a workspace knows all places.
        """
        if "{" not in url or pin.source.startswith(_URLS):
            return pin
        place = self.place(url, pin.name)
        if "{" in place and not known:
            raise ShunterError(
                f"nothing says where {pin.name} {pin.version} is: {url} has another place for each chart",
                hint="run it in a checkout of the workspace: shunter lock",
            )
        return replace(pin, source=known if "{" in place else place)

    def expect(self, pins: Iterable[Pin]) -> None:
        """Note what `fetch` is to give."""
        for pin in pins:
            if pin.digest or (pin.name, pin.version) not in self.expected:
                self.expected[pin.name, pin.version] = pin

    def gather(self, pins: Iterable[Pin]) -> None:
        """Fetch at once, by the digests of `pins`, what registries have to be asked for and `fetch` is going to want.

        Raises ShunterError where one of them cannot be had.
        """
        pins = tuple(pins)
        self.expect(pins)
        keys = {(pin.name, pin.version) for pin in pins} - self.pending.keys() - self.fetched.keys()
        asked = (key for key in keys if (server := self.server_of(*key)) and server.shared)
        left = sorted(key for key in asked if not self.directory.has(*key))
        carried = self.fallback() if left else {}
        for found in at_once(lambda key: self.fetch(*key), [key for key in left if key not in carried]):
            if isinstance(found, ShunterError):
                raise found

    def versions(self, name: str) -> list[str]:
        """Published versions of a chart, newest first; a server is asked where it may have more than the directory."""
        here = self.directory.index.versions(name)
        if self.server is None or (here and not self.server.shared):
            return here
        return newest_first({*here, *self.server.versions(name)})

    def newest(self, name: str) -> str:
        """The newest version of a chart, pending or in the registry directory."""
        known = [version for chart, version in self.pending if chart == name]
        known += self.directory.index.versions(name) or self.versions(name)
        if not known:
            raise absent_from_registry(name, "of any version")
        return newest_first(known)[0]

    def pin(self, name: str, version: str) -> Pin:
        """The pin of the archive: version, appVersion and digests, that of the manifest as far as it is known."""
        pin, known = self.fetch(name, version).pin, self.expected.get((name, version))
        return replace(pin, manifest=known.manifest) if known and known.digest == pin.digest else pin


def open_archives(context: Context) -> Archives:
    """The archives that the context's registries hold."""
    registries = context.registries()
    return archives_at(context.root / registries.directory, registries.source, context.workspace)


def archives_at(directory: Path, url: str, workspace: Workspace | None = None) -> Archives:
    """The archives in a registry's folder and, where `url` is not empty, on a server, which is the `workspace`'s."""
    opens = cache(lambda url: server_at(url, workspace))
    place = partial(charts_url, workspace)
    return Archives(DirectoryRegistry(directory), opens(url) if url else None, opens=opens, place=place)


def server_at(url: str, workspace: Workspace | None = None) -> Server:
    """The charts at a URL; that of an OCI registry may hold `{service}` and `{repository}` of the `workspace`."""
    if not url.startswith(OCI):
        return HttpRegistry(url)
    return charts_at(url, workspace)


def chart_at(url: str, workspace: Workspace | None) -> PackedChart:
    """The chart at `oci://HOST/REPOSITORY/NAME`, with `:VERSION` or `@DIGEST` behind it; else the newest one.

    Raises ShunterError where there is none.
    """
    from shunter.core.charts.artifact import parse_place

    return charts_at(url, workspace).at_reference(parse_place(url))


def charts_at(url: str, workspace: Workspace | None) -> OciCharts:
    """A registry's charts: a workspace says whether it is one of its own, and whether these have TLS."""
    from shunter.adapters.oci.charts import OciCharts  # 20 ms, and most workspaces have no such registry

    host = url.removeprefix(OCI).partition("/")[0]
    registries = workspace.registries if workspace else Registries()
    places = (registries.url, registries.source, registries.push)
    own = any(place.removeprefix(OCI).partition("/")[0] == host for place in places)
    return OciCharts(lambda name: charts_url(workspace, url, name), plain=own and registries.plain_http, own=own)


def packed_for_publishing(files: ProjectFiles, origin: Origin | None = None) -> PackedChart:
    """The chart as it is published, with where it comes from, and with what is to be put in: versions, pins of images.

    An app chart's library is compiled in.
    """
    return _packed(files, origin, files.stamped or Stamped())


def packed_as_held(files: ProjectFiles, held: Mapping[str, Any], *, compressed: bool = True) -> PackedChart:
    """The chart as it is published, saying that it comes from where the published one says; `held` is its metadata.

    It has the appVersion and the images that were put into the published one, unless others are to be put in. Where
    that is the same chart, the two are equal: what was committed since need not have changed it. Where
    contents are compared, the archive need not be `compressed`.
    """
    return _packed(files, origin_of(held), as_held(files.stamped or Stamped(), held), compressed=compressed)


def _packed(files: ProjectFiles, origin: Origin | None, put: Stamped, *, compressed: bool = True) -> PackedChart:
    chart = files.packed
    if files.answers.get("kind") == "app":
        chart.require_complete()
        chart = published(chart, str(files.answers.get("library", "")))
    chart = with_stamped(chart, put)
    return (with_origin(chart, origin) if origin else chart).packed(compressed=compressed)


def require_file(path: Path, hint: str) -> bytes:
    """A file's bytes, or an error with that hint."""
    if not is_file(path):
        raise ShunterError(f"there is no file {path}", hint=hint)
    return read_regular(str(path))
