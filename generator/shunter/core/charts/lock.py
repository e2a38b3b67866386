"""Chart.lock, byte for byte as Helm writes it.

The digest is that of Helm's `internal/resolver.HashReq`: SHA-256 of Go's JSON of `[requirements, locked]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shunter.core.charts import gojson
from shunter.core.charts.contents import read_once
from shunter.core.charts.metadata import sanitized
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml import plain
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

LOCK = "Chart.lock"

GENERATED = "1970-01-01T00:00:00Z"
"""The time in every lock that is written here. Nothing reads it, and a real one is a conflict in every merge."""


def locked(dependencies: Sequence[Dependency]) -> tuple[Dependency, ...]:
    """What Chart.lock records of exactly pinned dependencies: name, version and repository."""
    return tuple(Dependency(item.name, item.version, item.repository) for item in dependencies)


def lock_digest(requirements: Sequence[Dependency], resolved: Sequence[Dependency]) -> str:
    """The digest that ties Chart.lock to Chart.yaml's `dependencies`; both in file order."""
    pair = [[_record(item) for item in requirements], [_record(item) for item in resolved]]
    import hashlib  # the hook reads locks and hashes none

    return "sha256:" + hashlib.sha256(gojson.dumps(pair).encode()).hexdigest()


def _record(item: Dependency) -> dict[str, Any]:
    record: dict[str, Any] = {"name": sanitized(item.name)}
    if item.version:
        record["version"] = sanitized(item.version)
    record["repository"] = sanitized(item.repository)
    optional = {
        "condition": sanitized(item.condition),
        "tags": [sanitized(tag) for tag in item.tags],
        "import-values": [gojson.in_order(value) for value in item.import_values],
        "alias": item.alias,
    }
    return record | {key: value for key, value in optional.items() if value}


def render_lock(dependencies: Sequence[Dependency], generated: str = GENERATED) -> bytes:
    """Chart.lock for exactly pinned `dependencies`; `generated` is the time that it names."""
    resolved = locked(dependencies)
    lines = ["dependencies:"] if resolved else ["dependencies: []"]
    for item in resolved:
        lines.append(f"- name: {plain.scalar(item.name)}")
        lines.append(f"  repository: {plain.scalar(item.repository)}")
        lines.append(f"  version: {plain.scalar(item.version)}")
    lines += [f"digest: {lock_digest(dependencies, resolved)}", f'generated: "{generated}"']
    return ("\n".join(lines) + "\n").encode()


def chart_lock(dependencies: Sequence[Dependency], old: FileState | None) -> FileState:
    """Chart.lock for `dependencies`; the `old` one where it differs in its time only, which Helm has stamped."""
    return FileState(render_lock(dependencies, _stamp(old.data, dependencies) if old else GENERATED))


def _stamp(old: bytes, dependencies: Sequence[Dependency]) -> str:
    kept = _read(old).get("generated")
    return kept if isinstance(kept, str) and render_lock(dependencies, kept) == old else GENERATED


def locked_charts(old: bytes | None) -> tuple[tuple[str, str], ...]:
    """Name and version of every chart that a Chart.lock lists; none where there is no lock, or a broken one."""
    listed = _read(old).get("dependencies")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return tuple((str(item.get("name")), str(item.get("version"))) for item in items)


def follows(requirements: Sequence[Dependency], lock: bytes) -> bool:
    """Whether `helm dependency build` takes a Chart.lock for Chart.yaml's dependencies: its digest is theirs."""
    read = _read(lock)
    listed = read.get("dependencies")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    fields = ([str(item.get(key) or "") for key in ("name", "version", "repository")] for item in items)
    resolved = [Dependency(name, version, repository) for name, version, repository in fields]
    return lock_digest(requirements, resolved) == read.get("digest")


def _read(old: bytes | None) -> Mapping[str, Any]:
    try:
        return plain.sound(read_once(old, "Chart.lock", "3")).value or {} if old is not None else {}
    except ShunterError:
        return {}


def format_time(seconds: int, nanoseconds: int = 0) -> str:
    """Seconds since 1970 as Go's RFC3339Nano in UTC, which is how Helm writes times."""
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    return f"{moment}{fraction}Z"
