"""What Helm would install: an environment, or another chart with values files, ready to be rendered again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from shunter.adapters.helm.engine import Engine
from shunter.adapters.system.files import DiskTree
from shunter.core.charts.archive import pack, unpack
from shunter.core.charts.load import Chart, load_chart
from shunter.core.goyaml.document import Document
from shunter.core.values.coalesce import Coalesced, coalesce
from shunter.flows.validation.targets import Target
from shunter.flows.validation.validate import Validation, extra_layer, label, layers_of, user_values, with_sets
from shunter.flows.workspace.context import Context
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


def releases_of(context: Context, asked: Validation, target: Target) -> list[Release]:
    """The releases that one target of a validation stands for: an environment, or a chart with each list of files."""
    folder = label(context, target.folder)
    if target.environment is not None:
        tree = target.environment.tree()
        answers = answers_of(tree)
        layers = with_sets(layers_of(context, target.environment, tree, asked.values), asked.sets)
        name = str(answers.get("workspace", target.environment.name))
        return [Release(folder, tree, layers, name, str(answers.get("namespace", "default")), is_environment=True)]
    tree = DiskTree(target.folder)
    name = str(chart_metadata(tree, folder)["name"])
    runs = [with_sets([extra_layer(context, file, target.folder) for file in (*run, *asked.values)], asked.sets)
            for run in target.runs]  # fmt: skip
    return [Release(folder, tree, layers, name, "default", is_environment=False) for layers in runs]


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
