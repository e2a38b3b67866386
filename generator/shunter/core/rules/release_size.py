"""What Helm keeps of a release in a Secret, how large that is, and what in it is heavy."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import dirname
from typing import Any, Final

from shunter.core.kube.objects import RenderedObject
from shunter.model.data import dataclass
from shunter.model.findings import Finding, Kind, Severity, Span

LARGEST: Final = 1024 * 1024
"""Bytes that Kubernetes takes in a Secret."""
CLOSE: Final = LARGEST * 7 // 10
"""Bytes from which on a release is told to be large."""
_MOMENT: Final = "2026-01-01T00:00:00.000000000Z"
_HEAVY: Final = 3
_ESCAPED: Final = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"))
"""As Go writes what HTML would read; no JSON has them outside of texts."""
_DEPENDENCY: Final = ("name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias")
"""The fields of a dependency in the order in which Helm keeps them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What Helm 4 keeps of a release; of subcharts it is only what they render, and their values.

    `files` are the chart's own by path, `metadata` and `lock` what Chart.yaml and Chart.lock say. `values` are the
    chart's as Helm coalesces them, `config` what was passed. `documents` are the rendered ones with their sources.
    """

    files: Mapping[str, bytes]
    metadata: Mapping[str, Any]
    lock: Mapping[str, Any]
    values: Mapping[str, Any]
    config: Mapping[str, Any]
    documents: Sequence[tuple[str, str]] = ()
    objects: Sequence[RenderedObject] = ()
    name: str = ""
    namespace: str = ""

    def text(self) -> bytes:
        """The JSON that Helm packs, but for the order of its objects."""
        hooks = {id(item): item for item in self.objects if item.is_hook}
        sources = {item.source for item in hooks.values()}
        manifest = "".join(f"---\n{body}\n" for source, body in self.documents if source not in sources)
        chart = {
            "metadata": _metadata(self.metadata),
            "lock": self.lock or None,
            "templates": [_file(path, data) for path, data in self.files.items() if path.startswith("templates/")],
            "values": _sorted(self.values),
            "schema": _encoded(self.files.get("values.schema.json", b"")) or None,
            "schemamodtime": _MOMENT,
            "files": [_file(path, data) for path, data in self.files.items() if _is_plain(path)],
            "modtime": _MOMENT,
        }
        info = {
            "first_deployed": _MOMENT,
            "last_deployed": _MOMENT,
            "description": "Install complete",
            "status": "deployed",
        }
        release = {
            "name": self.name,
            "info": info,
            "chart": chart,
            "config": _sorted(self.config),
            "manifest": manifest,
            "hooks": [_hook(source, body, hooks.values()) for source, body in self.documents if source in sources],
            "version": 1,
            "namespace": self.namespace,
            "apply_method": "ssa",
        }
        text = json.dumps(release, default=str, ensure_ascii=False, separators=(",", ":"))
        for letter, escaped in _ESCAPED:
            text = text.replace(letter, escaped)
        return text.encode("utf-8", "replace")

    def heaviest(self) -> list[tuple[str, int, str]]:
        """What takes most, each with the bytes that it takes when it is packed alone, and its file if it is one."""
        parts = [(path, _size(_encoded(data).encode(), 1), path) for path, data in self.files.items() if _is_kept(path)]
        titles: dict[str, list[str]] = {}
        for item in self.objects:
            titles.setdefault(item.source, []).append(item.title)
        for source, body in self.documents:
            named = titles.get(source) or [source]
            title = named.pop(0) if len(named) > 1 else named[0]
            parts.append((f"{title} ({dirname(source)})", _size(body.encode(), 1), ""))
        for alias, value in self.values.items():
            parts.append((f"the values of {alias}", _size(json.dumps(value, default=str).encode(), 1), ""))
        return sorted(parts, key=lambda part: -part[1])[:_HEAVY]


def stored_size(kept: Kept) -> int:
    """The bytes of the Secret's data: JSON, packed by `gzip -9`, in base64. Kubernetes limits these."""
    return _size(kept.text(), 9)


def too_large(kept: Kept) -> Iterator[Finding]:
    """A finding where Kubernetes would not take the Secret of a release, or soon will not any more.

    Without documents it is what the release takes at least.
    """
    text = kept.text()
    if _size(text, 1) <= CLOSE:
        return
    size = _size(text, 9)  # what Helm packs with; an order of magnitude slower
    if size <= CLOSE:
        return
    heaviest = kept.heaviest()
    least = "" if kept.documents else "at least "
    message = (
        f"Helm keeps {least}{size:,} bytes of this release in a Secret ({size * 100 // LARGEST} %), "
        f"and Kubernetes takes {LARGEST:,}"
    )
    notes = tuple(f"{weight:,} bytes alone: {name}" for name, weight, _ in heaviest)
    file = next((path for _, weight, path in heaviest if path and weight > size // 4), "")
    place = file or next((path for _, _, path in heaviest if path), "Chart.yaml")
    hint = f"name {file} in .helmignore" if file else "make the heaviest smaller, or split the release"
    severity = Severity.ERROR if size > LARGEST else Severity.WARNING
    yield Finding("release-size", message, Span(place), Kind.LINT, severity, notes=notes, hint=hint)


def stray_files(files: Mapping[str, bytes]) -> list[tuple[str, int]]:
    """A chart's own files that alone are more than a Secret takes, before they are packed, with their bytes."""
    return [(path, len(data)) for path, data in files.items() if len(data) > LARGEST and not path.startswith("charts/")]


def _is_plain(path: str) -> bool:
    return _is_kept(path) and path != "values.schema.json" and not path.startswith("templates/")


def _is_kept(path: str) -> bool:
    return not path.startswith("charts/") and path not in ("Chart.yaml", "Chart.lock", "values.yaml")


def _metadata(said: Mapping[str, Any]) -> dict[str, Any]:
    """What Chart.yaml says, its dependencies as Helm keeps them: enabled, and called by their aliases."""
    listed = said.get("dependencies")
    found = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    rows = [{**row, "enabled": True, "name": row.get("alias") or row.get("name")} for row in found]
    kept = [{key: row[key] for key in _DEPENDENCY if row.get(key) not in (None, "", [])} for row in rows]
    for row in kept:
        row.setdefault("repository", "")
    return {**said, "dependencies": kept} if kept else dict(said)


def _sorted(value: Any) -> Any:
    """Values as Go writes them: the keys of each map in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _file(path: str, data: bytes) -> dict[str, str]:
    return {"name": path, "data": _encoded(data), "modtime": _MOMENT}


def _hook(source: str, body: str, hooks: Iterable[RenderedObject]) -> dict[str, Any]:
    item = next(item for item in hooks if item.source == source)
    run = {"started_at": _MOMENT, "completed_at": _MOMENT, "phase": "Succeeded"}
    about = {"name": item.name, "kind": item.kind, "path": source, "events": sorted(item.hook_events)}
    return {**about, "manifest": body, "last_run": run}


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _size(text: bytes, level: int) -> int:
    return len(base64.b64encode(gzip.compress(text, level)))
