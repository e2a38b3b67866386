"""Objects of a release that are called alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shunter.core.kube.objects import RenderedObject, template_span
from shunter.core.values.coalesce import Slice
from shunter.model.findings import Finding, Kind, Severity


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
