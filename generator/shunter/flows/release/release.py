"""What Helm would install: an environment, or another chart with values files, ready to be rendered again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from shunter.adapters.helm.engine import Engine
from shunter.core.charts.archive import pack, unpack
from shunter.core.charts.load import Chart, load_chart
from shunter.core.goyaml.document import Document
from shunter.core.values.coalesce import Coalesced, coalesce
from shunter.flows.release.layers import user_values
from shunter.flows.workspace.projects import answers_of, chart_metadata
from shunter.model.files import FileState, MemoryTree, Tree

_SCHEMA = "values.schema.json"


@dataclass(frozen=True)
class Release:
    """One chart with one list of values files. `folder` is the chart's, as a person writes it."""

    folder: str
    tree: Tree
    layers: Sequence[Document]
    name: str
    namespace: str
    is_environment: bool

    @cached_property
    def chart(self) -> Chart:
        """The chart, as Helm loads it."""
        return load_chart(self.tree, helm=str(answers_of(self.tree).get("helm", "4")))

    @cached_property
    def coalesced(self) -> Coalesced:
        """What each chart's values end up as."""
        return coalesce(self.chart, self.layers)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What the values files and `--set` come to."""
        return user_values(self.layers, (), self.folder)

    def with_values(self) -> Release:
        """This release or, where no values are passed, the same one with the chart's own passed once more."""
        return self if self.layers else replace(self, layers=[self.chart.values])

    def render(
        self, engine: Engine, archive: bytes, values: Mapping[str, Any] | None = None, kube_version: str | None = None
    ) -> str:
        """What `helm template` prints, with other values than the release's own where they are given."""
        given = self.values if values is None else values
        return engine.render(archive, given, release=self.name, namespace=self.namespace, kube_version=kube_version)

    def archive(self, *, schemas: bool = True) -> bytes:
        """The chart's archive; without `schemas`, Helm takes any values."""
        files = {path: state for path in self.tree.paths() if (state := self.tree.get(path)) is not None}
        metadata = chart_metadata(self.tree, self.folder)
        kept = files if schemas else _without_schemas(files)
        return pack(kept, metadata["name"], metadata["version"])


def _without_schemas(files: Mapping[str, FileState]) -> dict[str, FileState]:
    found = {}
    for path, state in files.items():
        if path.rsplit("/", 1)[-1] == _SCHEMA:
            continue
        packed = path.endswith(".tgz") and "charts/" in path
        found[path] = FileState(_repacked(state.data), state.mode) if packed else state
    return found


def _repacked(data: bytes) -> bytes:
    kept = _without_schemas(unpack(data))
    metadata = chart_metadata(MemoryTree(kept), "the archive")
    return pack(kept, metadata["name"], metadata["version"])
