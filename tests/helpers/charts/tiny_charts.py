"""Charts of a few lines, an environment around them, and a chart repository on the loopback interface."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.packaging import umbrella
from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.carried import carried_over
from shunter.core.trains.entry import path_of, render_entry
from shunter.core.trains.state import PATH, render_state
from shunter.model.files import EXECUTABLE, FileState, MemoryTree

LIBRARY = "commons"
NOW = "2026-01-02T03:04:05Z"
CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-{{ .Chart.Name }}
data:
  version: {{ .Chart.Version | quote }}
  values: {{ toJson .Values | quote }}
"""


def chart_files(
    name: str,
    version: str = "1.0.0",
    *,
    app_version: str = "",
    kind: str = "application",
    template: str | None = CONFIG_MAP,
    library: Mapping[str, FileState] | None = None,
    schema: Any = None,
    extra: Mapping[str, str] | None = None,
) -> dict[str, FileState]:
    """A chart's files; `library` is vendored unpacked and declared as its dependency."""
    lines = ["apiVersion: v2", f"name: {json.dumps(name)}", f"version: {json.dumps(version)}", f"type: {kind}"]
    lines += [f"appVersion: {json.dumps(app_version)}"] if app_version else []
    texts: dict[str, str] = dict(extra or {})
    if library is not None:
        pin = loose(library).pin
        lines += ["dependencies:", f"- name: {pin.name}", f"  version: {pin.version}", '  repository: ""']
    if template is not None:
        texts["templates/all.yaml"] = template
    if schema is not None:
        texts["values.schema.json"] = json.dumps(schema)
    texts["Chart.yaml"] = "\n".join(lines) + "\n"
    files = {path: FileState(text.encode()) for path, text in texts.items()}
    for path, state in (library or {}).items():
        files[f"charts/{LIBRARY}/{path}"] = state
    return files


def library_files(version: str = "1.0.0") -> dict[str, FileState]:
    """A library chart with one define that tells its version."""
    define = f'{{{{- define "{LIBRARY}.v1.version" -}}}}{version}{{{{- end -}}}}\n'
    return chart_files(LIBRARY, version, kind="library", template=None, extra={f"templates/_{LIBRARY}.tpl": define})


def loose(files: Mapping[str, FileState]) -> PackedChart:
    """The chart in a folder."""
    return PackedChart.of_files(files)


def chart(files: Mapping[str, FileState]) -> PackedChart:
    """The chart with its archive."""
    return loose(files).packed()


def packed(files: Mapping[str, FileState]) -> bytes:
    """The archive of a chart."""
    return chart(files).archive


def archived(data: bytes) -> PackedChart:
    """The chart in an archive."""
    return PackedChart("chart.tgz", archive=data)


def tarred(files: Mapping[str, FileState]) -> bytes:
    """An archive of any files, sound or not."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path, state in files.items():
            entry = tarfile.TarInfo(f"chart/{path}")
            entry.size = len(state.data)
            tar.addfile(entry, io.BytesIO(state.data))
    return buffer.getvalue()


def pinned(files: Mapping[str, FileState]) -> Pin:
    """The pin of a chart's archive."""
    return chart(files).pin


def environment(
    cars: Mapping[str, Mapping[str, FileState]],
    library: Mapping[str, FileState] | None = None,
    *,
    repository: str = "",
    services: tuple[str, ...] = (),
) -> tuple[dict[str, FileState], umbrella.UmbrellaSpec, dict[str, Pin]]:
    """An environment's folder as shunter and its template leave it, with its spec and pins."""
    library = library_files() if library is None else library
    archives = {}
    for files in (library, *cars.values()):
        archives[chart(files).key] = chart(files)
    pins = {alias: pinned(files) for alias, files in cars.items()}
    spec = umbrella.UmbrellaSpec("tst", "1.0.0", chart(library).name, pins, services, "Environment tst", repository)
    derived = umbrella.derive(spec, archives, MemoryTree({}))
    files = {path: state for path, state in derived.items() if state is not None}
    state, entry = carried_over(TrainRecord("1.0.0" if pins else None, pins))
    files |= {PATH: FileState(render_state(state))}
    files |= {path_of(each.name): FileState(render_entry(each)) for each in entry}
    files[".helmignore"] = FileState(b".shunter/\n")
    files["values.yaml"] = FileState(b"")
    files["templates/_umbrella.tpl"] = FileState(b"{{/* helm lint stops where there are no templates */}}\n")
    return files, spec, pins


def write_files(folder: Path, files: Mapping[str, FileState | None]) -> Path:
    """Write files below `folder`; returns it."""
    for path, state in files.items():
        target = folder / path
        if state is None:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(state.data)
        target.chmod(0o755 if state.mode == EXECUTABLE else 0o644)
    return folder


def umbrella_of(charts: int) -> MemoryTree:
    """A chart with that many others in `charts/`, `app-0` and so on, each a dependency."""
    names = [f"app-{number}" for number in range(charts)]
    listed = "".join(f"- {{name: {name}, version: 1.0.0, condition: {name}.enabled}}\n" for name in names)
    files = {"Chart.yaml": f"apiVersion: v2\nname: tst\nversion: 1.0.0\ndependencies:\n{listed}"}
    files |= {f"charts/{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n" for name in names}
    files |= {f"charts/{name}/values.yaml": "a: 0\n" for name in names}
    return MemoryTree({path: FileState(text.encode()) for path, text in files.items()})
