"""Where chart archives are kept: a folder with an index.yaml, or the same folder served over HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import urljoin, urlsplit

from shunter.core.charts.archive import LARGEST_CHART
from shunter.core.charts.artifact import without_login
from shunter.core.charts.index import Index, IndexEntry, add, parse_index, render_index
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import UNKNOWN, Digests, Pin
from shunter.core.packaging.vendoring import absent_from_registry, version_taken
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Finding, Span

INDEX = "index.yaml"
TIMEOUT = 30.0
_LARGEST_INDEX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing archives means: files to write below the registry's folder, pins, and refusals.

    `edits` is empty where everything is there already; `noop` names what is; `pins` are those that the registry
    will hold, by name and version.
    """

    edits: Mapping[str, FileState]
    pins: Mapping[tuple[str, str], Pin]
    noop: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()


class Server(Protocol):
    """Exact versions of charts, by name, elsewhere. `shared`: others publish there too, besides the folder here."""

    @property
    def shared(self) -> bool: ...

    def has(self, name: str, version: str) -> bool:
        """Whether it holds exactly this version."""

    def versions(self, name: str) -> list[str]:
        """All versions of a chart, newest first."""

    def digests(self, name: str, version: str) -> Digests | None:
        """Which archive it has under this version; None where it has none."""

    def fetch(self, name: str, version: str, wanted: Digests = UNKNOWN) -> PackedChart:
        """The chart in its archive, its digest checked; the `wanted` one, as far as it can be asked for.

        Raises ShunterError where it is absent or damaged.
        """


class _Indexed(ABC):
    """What an index tells of the charts that it names; see `Server`."""

    @cached_property
    @abstractmethod
    def index(self) -> Index:
        """The parsed index."""

    def has(self, name: str, version: str) -> bool:
        """See `Server.has`."""
        return self.index.get(name, version) is not None

    def versions(self, name: str) -> list[str]:
        """See `Server.versions`."""
        return self.index.versions(name)

    def digests(self, name: str, version: str) -> Digests | None:
        """See `Server.digests`."""
        entry = self.index.get(name, version)
        return Digests(entry.digest) if entry else None


@dataclass(frozen=True)
class DirectoryRegistry(_Indexed):
    """A folder with `index.yaml` and `<name>-<version>.tgz`; `pending` are files that are about to be written there."""

    root: Path
    pending: Mapping[str, FileState] = field(default_factory=dict)
    shared: ClassVar[bool] = False

    @cached_property
    def index(self) -> Index:
        """The parsed index; empty where there is none."""
        data = self._read(INDEX)
        return Index() if data is None else parse_index(data, str(self.root / INDEX))

    def _read(self, name: str) -> bytes | None:
        if name in self.pending:
            return self.pending[name].data
        path = self.root / name
        return path.read_bytes() if path.is_file() else None

    def fetch(self, name: str, version: str, wanted: Digests = UNKNOWN) -> PackedChart:
        """See `Server.fetch`."""
        entry = _entry(self.index, name, version)
        file = _file(entry)
        data = self._read(file)
        if data is None:
            raise ShunterError(
                f"the registry's index names {file}, but the file is gone",
                hint="restore it, or package the chart again from the same sources",
                span=Span(str(self.root / INDEX)),
            )
        return _checked(PackedChart(str(self.root / file), archive=data), entry)

    def plan_publish(self, charts: Iterable[PackedChart], called: str = "the registry") -> Publication:
        """What it takes to publish the archives of `charts`; `called` is what findings call this registry.

        A version is published once: the same content again is no change, other content is the finding
        `version-taken`. `edits` are relative to `root`.
        """
        edits: dict[str, FileState] = {}
        pins: dict[tuple[str, str], Pin] = {}
        noop, findings, entries = [], [], []
        for chart in charts:
            key = chart.key
            if key not in pins and self.has(*key):
                pins[key] = self._held(chart).pin
                noop.append(key)
            if key in pins:
                findings += taken(pins[key], chart, called)
                continue
            file = f"{'-'.join(key)}.tgz"
            edits[file], pins[key] = FileState(chart.archive), chart.pin
            entries.append(IndexEntry(*key, chart.digest, (file,), chart.metadata))
        if entries:
            edits[INDEX] = FileState(render_index(add(self.index, entries)))
        return Publication(edits, pins, tuple(noop), tuple(findings))

    def unlisted(self) -> tuple[str, ...]:
        """The archives in the folder that the index does not name: all of them where it cannot be read."""
        known = {path.name for path in self.root.glob("*.tgz")} if self.root.is_dir() else set()
        try:
            return tuple(sorted(known - {_file(entry) for entry in self.index.entries}))
        except ShunterError:
            return tuple(sorted(known))

    def listing(self, files: Iterable[str]) -> FileState:
        """index.yaml with these archives of the folder in it, and what else it names; that is nothing if it is broken.

        Raises ShunterError for an archive that is no chart.
        """
        charts = {file: PackedChart(str(self.root / file), archive=(self.root / file).read_bytes()) for file in files}
        new = [IndexEntry(*chart.key, chart.digest, (file,), chart.metadata) for file, chart in charts.items()]
        try:
            old = self.index
        except ShunterError:
            old = Index()
        return FileState(render_index(add(old, new)))

    def _held(self, chart: PackedChart) -> PackedChart:
        """What the registry has of a chart's name and version: the same chart where the file has the same bytes."""
        entry = _entry(self.index, *chart.key)
        same = entry.digest in ("", chart.digest) and self._read(_file(entry)) == chart.archive
        return chart if same else self.fetch(*chart.key)


def taken(held: Pin, new: PackedChart, where: str = "the registry") -> list[Finding]:
    """The finding `version-taken` where a published chart and a new one of its version differ; else none.

    `where` is what the registry is called.
    """
    return [] if held.content == new.content else [version_taken(new, where, held.content, new.content)]


def _entry(index: Index, name: str, version: str) -> IndexEntry:
    entry = index.get(name, version)
    if entry is None:
        raise absent_from_registry(name, version, index.versions(name))
    return entry


def _file(entry: IndexEntry) -> str:
    return entry.urls[0].rsplit("/", 1)[-1]


def _checked(chart: PackedChart, entry: IndexEntry) -> PackedChart:
    if entry.digest and chart.digest != entry.digest:
        raise ShunterError(
            f"{chart.label} is not the archive that the index names",
            hint="do not use it: restore the archive, or ask who runs the registry",
            notes=(f"index: {entry.digest}", f"found: {chart.digest}"),
            exit_code=1,
            rule="digest-mismatch",
        )
    return chart


@dataclass(frozen=True)
class HttpRegistry(_Indexed):
    """A chart repository over HTTP; `timeout` in seconds is for each request."""

    url: str
    timeout: float = TIMEOUT
    shared: ClassVar[bool] = False
    """It is the folder here, served."""

    @cached_property
    def index(self) -> Index:
        """The parsed index. Raises ShunterError where the server does not answer with one."""
        url = self.url.rstrip("/") + "/" + INDEX
        return parse_index(_download(url, self.timeout, _LARGEST_INDEX), url)

    def fetch(self, name: str, version: str, wanted: Digests = UNKNOWN) -> PackedChart:
        """See `Server.fetch`."""
        entry = _entry(self.index, name, version)
        url = urljoin(self.url.rstrip("/") + "/", entry.urls[0])
        return _checked(PackedChart(url, archive=_download(url, self.timeout, LARGEST_CHART)), entry)


def _download(url: str, timeout: float, largest: int) -> bytes:
    # urllib.request costs as much to import as everything else here, and most runs need no server.
    import http.client
    import urllib.error
    import urllib.request

    if (shown := without_login(url)) != url:
        hint = "charts are fetched over HTTP without one; OCI registries take logins"
        raise ShunterError(f"`{shown}` was given with a login in it", hint=hint)
    if urlsplit(url).scheme not in ("http", "https"):
        raise ShunterError(f"`{url}` is not an http or https URL", hint="check `registries.url` in shunter.yaml")
    request = urllib.request.Request(url, headers={"User-Agent": "shunter"})  # noqa: S310 - the scheme is checked
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - as above
            data: bytes = answer.read(largest + 1)
    except urllib.error.HTTPError as error:
        with error:
            hint = "the registry asks for a login" if error.code in (401, 403) else "check `registries.url`"
            raise ShunterError(f"{url} answered {error.code} {error.reason}", hint=hint) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ShunterError(
            f"{url} cannot be reached: {reason}", hint="check the network and `registries.url`"
        ) from error
    if len(data) > largest:
        raise ShunterError(f"{url} is larger than {largest} bytes")
    return data
