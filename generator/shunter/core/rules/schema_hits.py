"""Which values files a schema's breaking changes hit, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shunter.core.charts.load import Chart
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.schema.compile import compile_document
from shunter.core.schema.diff import Change
from shunter.core.values.coalesce import Coalesced, coalesce
from shunter.core.values.sops import decrypted_shape, is_encrypted
from shunter.model.findings import Span


def under(alias: str, chart: Chart, layers: Sequence[Document]) -> Coalesced:
    """The values that `chart` gets as the only app of an umbrella that knows it as `alias`."""
    empty = Document("Chart.yaml", {}), Document("values.yaml", {})
    shown = "" if alias == chart.name else alias
    needs = (Dependency(chart.name, chart.version, alias=shown),)
    umbrella = Chart("umbrella", "0.0.0", "", "", *empty, dependencies=needs, subcharts=(chart,))
    return coalesce(umbrella, [decrypted_shape(layer) for layer in layers], all_enabled=True)


def hits(change: Change, coalesced: Coalesced, alias: str) -> Iterator[tuple[Span, KeyPath]]:
    """The places in the layers' files that `change` breaks, each with its key path; `coalesced` has the new chart."""
    if coalesced.values is None or not any(alias in (layer.value or {}) for layer in coalesced.layers):
        return
    path = change.key[:-1] if change.kind == "required" else change.key
    for found, value in _matches(coalesced.values.get(alias), path, (alias,)):
        origin = coalesced.origin(found) if _is_hit(change, value) else None
        if origin is not None and origin[0] in coalesced.layers:
            document, own = origin
            yield document.span(own, of="key" if change.narrowed is None else "value"), own


def _matches(value: Any, path: tuple[str | int, ...], found: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if not path:
        yield found, value
        return
    step, *rest = path
    if isinstance(value, list) and step == "[*]":
        for index, item in enumerate(value):
            yield from _matches(item, tuple(rest), (*found, index))
    elif isinstance(value, dict):
        for key in list(value) if step == "*" else [str(step)] if step in value else []:
            yield from _matches(value[key], tuple(rest), (*found, key))


def _is_hit(change: Change, value: Any) -> bool:
    if change.kind == "required":
        return isinstance(value, dict) and change.key[-1] not in value
    if change.kind in ("removed", "renamed", "forbidden"):
        return True
    if change.narrowed is None or is_encrypted(value):
        return False
    validator = compile_document(change.narrowed).validator
    return validator is not None and not validator.is_valid(value)
