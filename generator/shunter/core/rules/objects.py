"""A release as a whole: objects that are called alike, hooks in one queue, and whether Helm can keep it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.kube.objects import RenderedObject, template_span
from shunter.core.values.coalesce import Slice
from shunter.model.findings import Finding, Kind, Severity, Span

_LARGEST: Final = 1024 * 1024
"""Bytes that Kubernetes takes in a Secret."""
_CLOSE: Final = 900 * 1024
"""Bytes from which on a release is told to be large."""
_QUEUES: Final = tuple(f"{when}-{what}" for when in ("pre", "post") for what in ("install", "upgrade"))


def duplicate_objects(objects: Iterable[RenderedObject], slices: Sequence[Slice], namespace: str) -> Iterator[Finding]:
    """A finding for each object that an earlier one of the release has the group, kind, namespace and name of.

    Hooks come and go, so two hooks of one name are left alone.
    """
    known: dict[tuple[str, str, str, str], RenderedObject] = {}
    for item in objects:
        key = (item.group, item.kind, item.namespace or namespace, item.name)
        first = known.setdefault(key, item)
        if first is not item and item.name and not (first.is_hook and item.is_hook):
            span, alias = template_span(slices, item.source)
            other, its_alias = template_span(slices, first.source)
            by = f"{its_alias or 'the umbrella'} and {alias or 'the umbrella'}"
            what = f"{item.title} in namespace {key[2]}"
            message = f"charts {by} both render {what}"
            if alias == its_alias:
                message = f"{f'chart {alias}' if alias else 'the umbrella'} renders {what} twice"
            yield Finding(
                "duplicate-object",
                message,
                span,
                Kind.LINT,
                Severity.ERROR,
                related=(("the other one", other),),
                hint="give one of them another name, such as `fullnameOverride` in its values",
            )


def serial_hooks(objects: Sequence[RenderedObject], slices: Sequence[Slice]) -> Iterator[Finding]:
    """A finding for each event of an installation or upgrade at which hooks of several charts run."""
    for event in _QUEUES:
        found = [item for item in objects if event in item.hook_events]
        charts = [template_span(slices, item.source)[1] or "the umbrella" for item in found]
        if len(set(charts)) > 1:
            counted = ", ".join(f"{charts.count(chart)} of {chart}" for chart in dict.fromkeys(charts))
            message = f"{len(found)} {event} hooks run one after another: {counted}"
            span = template_span(slices, found[0].source)[0]
            yield Finding("serial-hooks", message, span, Kind.LINT, Severity.NOTE, hint="one that fails fails all")


def too_large(files: Mapping[str, bytes], values: Mapping[str, Any], manifest: str = "") -> Iterator[Finding]:
    """A finding where Kubernetes would not take the Secret of a release, or soon will not any more.

    `files` are the umbrella's own, without its subcharts' ones, which Helm does not keep. Without a `manifest` it is
    what the release takes at least.
    """
    kept = {path: base64.b64encode(data).decode() for path, data in files.items()}
    text = json.dumps({"files": kept, "config": values, "manifest": manifest}, default=str).encode()
    if _packed(text, 1) <= _CLOSE:
        return
    size = _packed(text, 9)  # what Helm packs with; an order of magnitude slower
    if size > _CLOSE:
        largest = max(files, key=lambda path: len(files[path]), default="")
        least = "" if manifest else "at least "
        message = f"Helm keeps {least}{size:,} bytes of this release in a Secret, and Kubernetes takes {_LARGEST:,}"
        hint = f"name {largest} in .helmignore" if largest and len(files[largest]) > size // 4 else "split the release"
        severity = Severity.ERROR if size > _LARGEST else Severity.WARNING
        yield Finding("release-size", message, Span(largest or "Chart.yaml"), Kind.LINT, severity, hint=hint)


def _packed(text: bytes, level: int) -> int:
    return len(base64.b64encode(gzip.compress(text, level)))
