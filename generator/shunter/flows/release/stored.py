"""What Helm would keep of a release: the size of its Secret, without a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shunter.core.charts.contents import read_once
from shunter.core.charts.metadata import BOM
from shunter.core.goyaml.document import merge_maps
from shunter.core.kube.objects import objects_of
from shunter.core.rules.release_size import Kept
from shunter.flows.release.parts import app_of, part_called, parts_of
from shunter.flows.release.release import Release
from shunter.flows.release.render import documents
from shunter.model.files import FileState


def kept_of(release: Release, manifest: str) -> Kept:
    """What Helm keeps of a release that renders this manifest. Raises ShunterError for objects that are no YAML."""
    rendered = documents(manifest)
    files = release.files.packed.kept.files
    return Kept(
        files=own_files(files),
        metadata=_said(files, "Chart.yaml"),
        lock=_said(files, "Chart.lock"),
        values=release.coalesced.values or {},
        config=_passed(layer.value for layer in release.layers),
        documents=rendered,
        objects=list(objects_of(rendered)),
        name=release.name or release.chart.name,
        namespace=release.namespace,
    )


def kept_by_app(release: Release, manifest: str) -> Iterator[Kept]:
    """The same of each app of an environment that is a release of its own."""
    everything = documents(manifest)
    for part in parts_of(release, manifest):
        files = part.archive.files
        rendered = [each for each in everything if app_of(each[0]) == part.app]
        yield Kept(
            files=own_files(files),
            metadata=_said(files, "Chart.yaml"),
            lock={},
            values={},
            config=part.values,
            documents=rendered,
            objects=list(objects_of(rendered)),
            name=part_called(release.name, part.name),
            namespace=release.namespace,
        )


def own_files(files: Mapping[str, FileState]) -> dict[str, bytes]:
    """A chart's files without those of its subcharts, which Helm does not keep."""
    return {path: state.data for path, state in files.items() if not path.startswith("charts/")}


def _said(files: Mapping[str, FileState], path: str) -> Mapping[str, Any]:
    # Whatever Helm reads, it reads its own files as Helm 3 did.
    found = read_once(files[path].data.removeprefix(BOM), path, "3").value if path in files else None
    return found if isinstance(found, dict) else {}


def _passed(layers: Iterable[Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for value in layers:
        merged = merge_maps(merged, value or {})
    return merged
