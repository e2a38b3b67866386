"""A release as a whole: objects that are called alike, and hooks in one queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shunter.core.kube.objects import RenderedObject, template_span
from shunter.core.values.coalesce import Slice
from shunter.model.findings import Finding, Kind, Severity

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
