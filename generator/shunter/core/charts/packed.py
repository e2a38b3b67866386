"""A chart as one value, packed or not: what is in it is worked out when it is asked for, and once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from shunter.core.charts import archive, helmignore, metadata, versions
from shunter.core.charts.archive import LARGEST_CHART
from shunter.core.charts.contents import unpack_once
from shunter.core.charts.pins import Dependency, Pin
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree, Tree

Files = Mapping[str, FileState]
REVISION = "org.opencontainers.image.revision"
"""In Chart.yaml's `annotations`: the commit that a published chart was made of."""
LIBRARY = "shunter/library"
"""In Chart.yaml's `annotations`: name, version and hash of the library that a published chart holds."""


@dataclass(frozen=True, eq=False)
class PackedChart:
    """The bytes of an `archive`, or a chart's folder `tree`, or both where they hold the same.

    `label` is what errors call it: a folder, or an archive's file. What is asked of it raises ShunterError where the
    archive is damaged, or Helm refuses its Chart.yaml.
    """

    label: str
    tree: Tree | None = None
    archive: bytes = b""

    @classmethod
    def of_files(cls, files: Files, label: str = "") -> PackedChart:
        """The chart with these files, paths relative to it."""
        kept = dict(sorted(files.items()))
        made = cls(label, MemoryTree(kept))
        vars(made)["files"] = kept
        return made

    @cached_property
    def files(self) -> Files:
        """The files, sorted, paths relative to the chart."""
        if self.tree is None:
            return unpack_once(self.archive, self.label or "the archive", LARGEST_CHART)
        return {path: state for path in self.tree.paths() if (state := self.tree.get(path)) is not None}

    @cached_property
    def _decoded(self) -> tuple[dict[str, Any], tuple[Dependency, ...]]:
        state = self.files.get("Chart.yaml") if self.tree is None else self.tree.get("Chart.yaml")
        path = "Chart.yaml" if self.label in ("", ".") else f"{self.label}/Chart.yaml"
        if state is None:
            hint = "a chart needs one: name, version and apiVersion: v2"
            raise ShunterError(f"there is no {path}", hint=hint)
        return metadata.read_metadata(state.data, path)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The fields that Chart.yaml sets, as Helm decodes them."""
        return self._decoded[0]

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The dependencies that Chart.yaml lists."""
        return self._decoded[1]

    @property
    def name(self) -> str:
        """The chart's name."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """The chart's version."""
        return str(self.metadata["version"])

    @property
    def key(self) -> tuple[str, str]:
        """Name and version."""
        return self.name, self.version

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the archive, `sha256:` and 64 hex digits; empty where there is none."""
        return archive.digest(self.archive) if self.archive else ""

    @cached_property
    def content(self) -> str:
        """The SHA-256 of the files, see `archive.content_digest`."""
        return archive.content_digest(self.files)

    @cached_property
    def pin(self) -> Pin:
        """Name, version, appVersion, both digests, and what the chart says of where it comes from."""
        return replace(self.stated, digest=self.digest, content=self.content)

    @cached_property
    def stated(self) -> Pin:
        """The pin as far as Chart.yaml alone says it: without digests."""
        app = str(self.metadata.get("appVersion", ""))
        found = self.metadata.get("annotations")
        said = {name: str(text) for name, text in found.items()} if isinstance(found, dict) else {}
        revision, library = said.get(REVISION, ""), said.get(LIBRARY, "")
        return Pin(self.name, self.version, app, revision=revision, library=library)

    @cached_property
    def subcharts(self) -> Mapping[str, PackedChart]:
        """The charts that Helm loads from `charts/`, by their path there, whether unpacked or archives."""
        return dict(_subcharts(self.files, self.label))

    @cached_property
    def _missing(self) -> tuple[str, Dependency] | None:
        """A dependency that `charts/` does not hold, of this chart or one inside it, with the name of that chart."""
        present = [chart.key for chart in self.subcharts.values()]
        for item in self.dependencies:
            if not any(item.name == name and _fits(item.version, version) for name, version in present):
                return self.name, item
        return next((found for chart in self.subcharts.values() if (found := chart._missing)), None)

    def require_readable(self) -> None:
        """Raise ShunterError where there is no Chart.yaml, or none that Helm takes."""
        _ = self._decoded

    def require_complete(self) -> None:
        """Raise ShunterError where the chart, or one inside it, declares a dependency that its `charts/` does not hold.

        Helm renders such a chart without the dependency and says nothing.
        """
        if self._missing is not None:
            name, item = self._missing
            raise ShunterError(
                f"chart {name} depends on {item.name} {item.version}, but its charts/ does not hold it",
                hint="run `shunter lock`: Helm would leave the chart out and say nothing",
            )

    def packed(self, mtime: int = 0, *, compressed: bool = True) -> PackedChart:
        """The chart without what its `.helmignore` drops, with the archive of that; `mtime` dates its files.

        An archive that nobody keeps need not be `compressed`: that takes longer than all else. Raises ShunterError
        where a dependency is absent, or a file is a symbolic link or too large.
        """
        self.kept.require_complete()
        return self.kept.sealed(mtime, compressed=compressed)

    @cached_property
    def kept(self) -> PackedChart:
        """The chart without what its `.helmignore` drops."""
        return PackedChart.of_files(helmignore.filter_files(self.files), self.label)

    def sealed(self, mtime: int = 0, *, compressed: bool = False) -> PackedChart:
        """The chart with the archive of all its files. Raises ShunterError for a link, or a file that is too large."""
        made = replace(self, archive=archive.write(self.files, self.name, mtime, compressed=compressed))
        vars(made).update({**vars(self), "archive": made.archive})  # what is known of the files stays known
        return made


def _subcharts(files: Files, place: str) -> Iterable[tuple[str, PackedChart]]:
    inside = f"{place}/" if place not in ("", ".") else ""
    folders: dict[str, dict[str, FileState]] = {}
    for path, state in files.items():
        folder, _, rest = path.partition("/")
        entry, _, below = rest.partition("/")
        if folder != "charts" or not entry or entry.startswith((".", "_")):
            continue
        if below:
            folders.setdefault(entry, {})[below] = state
        elif entry.endswith(".tgz"):
            yield path, PackedChart(inside + path, archive=state.data)
    for entry, below_it in folders.items():
        if "Chart.yaml" in below_it:
            yield f"charts/{entry}", PackedChart.of_files(below_it, f"{inside}charts/{entry}")


def _fits(wanted: str, version: str) -> bool:
    return not versions.is_exact(wanted) or versions.parse(wanted) == versions.parse(version)
