"""Lints on an umbrella's wiring: keys that reach no chart, nulls that do nothing, conditions that switch nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shunter.core.charts.load import Chart
from shunter.core.charts.lock import LOCK, follows
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.values.coalesce import Coalesced, Slice
from shunter.core.values.layering import GLOBAL, table_at
from shunter.model.findings import Finding, Kind, Severity, Span


def lints(coalesced: Coalesced) -> Iterator[Finding]:
    """All lints of a chart with its layers."""
    for part in coalesced.slices:
        yield from _missing(part)
        if part.chart.dependencies:
            yield from _aliases(part)
            yield from _ambiguous(part)
            yield from _stray_keys(coalesced, part)
            yield from _conditions(coalesced, part)
            yield from _ignored_nulls(coalesced, part)


def stale_lock(chart: Chart) -> Iterator[Finding]:
    """The finding for a Chart.lock that does not belong to Chart.yaml, so that `helm dependency build` refuses it.

    Helm has other locks for charts of its version 2, writes other names for `@repository` before it hashes them, and
    hashes `enabled`, which shunter does not read: such charts are left alone.
    """
    lock = None if chart.findings else chart.read(LOCK)
    if lock is None or _is_odd(chart) or follows(chart.dependencies, lock):
        return
    message = "Chart.lock does not belong to these dependencies, and `helm dependency build` refuses it"
    hint = "write it again: `shunter lock`, or `helm dependency update`"
    yield Finding("lock-out-of-sync", message, chart.definition.span(("dependencies",), of="key"), Kind.LINT, hint=hint)


def _is_odd(chart: Chart) -> bool:
    definition = chart.definition.value or {}
    named = any(item.repository.startswith(("@", "alias:")) for item in chart.dependencies)
    switched = any("enabled" in item for item in definition.get("dependencies") or ())
    return named or switched or definition.get("apiVersion") == "v1"


def _missing(part: Slice) -> Iterator[Finding]:
    for dependency in part.chart.missing:
        index = part.chart.dependencies.index(dependency)
        span = part.chart.definition.span(("dependencies", index, "name"))
        message = f"charts/ has no `{dependency.name}` {dependency.version}: Helm renders nothing for it"
        other = next((chart for chart in part.chart.subcharts if chart.name == dependency.name), None)
        if other is not None:
            have, want = f"`{other.name}` {other.version}", f"`{dependency.version}`"
            message = f"charts/ has {have}, not {want}: Helm renders it, without alias, condition and tags"
        hint = "vendor it: `shunter lock`, or `helm dependency build`"
        yield Finding("missing-dependency", message, span, kind=Kind.LINT, hint=hint)


def _aliases(part: Slice) -> Iterator[Finding]:
    for index, dependency in enumerate(part.chart.dependencies):
        alias = dependency.alias
        if "_" in alias or alias != alias.lower():
            message = f"the alias `{alias}` is no name for Kubernetes, and charts name their objects after it"
            span = part.chart.definition.span(("dependencies", index, "alias"))
            hint = f"write {alias.lower().replace('_', '-')}"
            yield Finding("alias-name", message, span, Kind.LINT, Severity.WARNING, hint=hint)


def _ambiguous(part: Slice) -> Iterator[Finding]:
    """Dependencies for which charts/ has several versions: Helm takes one, and not the same one each time."""
    names = [chart.name for chart in part.chart.subcharts]
    if len(set(names)) == len(names):
        return
    from shunter.core.charts.ranges import satisfies

    for index, dependency in enumerate(part.chart.dependencies):
        held = sorted(chart.version for chart in part.chart.subcharts if chart.name == dependency.name)
        fitting = [version for version in held if satisfies(version, dependency.version)]
        if len(set(fitting)) > 1:
            message = (
                f"`{dependency.name}` {dependency.version} is any of {', '.join(fitting)}, as Helm happens to find it"
            )
            span = part.chart.definition.span(("dependencies", index, "version"))
            hint = "name one exact version"
            yield Finding("ambiguous-version", message, span, Kind.LINT, Severity.ERROR, hint=hint)


def _documents(coalesced: Coalesced, part: Slice) -> Iterator[tuple[Document, KeyPath]]:
    """The documents that may say something about a chart, and where in them its values stand."""
    for layer in coalesced.layers:
        yield layer, part.path
    yield part.chart.values, ()


def _quoted(path: KeyPath) -> str:
    from shunter.model.wording import dotted  # most umbrellas are wired well, and every commit's hook asks

    return f"`{dotted(path)}`"


def _stray_keys(coalesced: Coalesced, part: Slice) -> Iterator[Finding]:
    keys = {dependency.key for dependency in part.chart.dependencies}
    by_name: dict[str, list[str]] = {}
    for dependency in part.chart.dependencies:
        by_name.setdefault(dependency.name, []).append(dependency.key)
    own = set(part.chart.values.value or {}) | {chart.name for chart in part.chart.subcharts if not chart.version}
    for document, start in _documents(coalesced, part):
        table = table_at(document.value or {}, [str(step) for step in start]) or {}
        for key in table:
            if key in keys or key in (GLOBAL, "tags"):
                continue
            path = (*start, key)
            if key in by_name:
                yield _release_name(document, path, by_name[key])
            elif isinstance(table[key], dict) and key not in own and not _is_listed(part, key):
                from shunter.model.wording import nearest

                guess = nearest(key, keys)
                if guess is not None:
                    yield _unknown_alias(document, path, guess)


def _is_listed(part: Slice, key: str) -> bool:
    """Whether the chart's own schema has a key of this name."""
    if part.chart.schema is None:
        return False
    from shunter.core.schema.compile import compile_schema, known_keys

    schema = compile_schema(part.chart.schema)
    return key in known_keys(schema, schema.usable)


def _release_name(document: Document, path: KeyPath, aliases: list[str]) -> Finding:
    names = " and ".join(f"`{alias}`" for alias in aliases)
    message = f"{_quoted(path)} is the name of a chart that is deployed as {names}; Helm ignores this block"
    span = document.span(path, of="key")
    hint = f"write the values below {' or '.join(f'`{alias}`' for alias in aliases)}"
    return Finding("unknown-release", message, span, kind=Kind.LINT, key=path, hint=hint)


def _unknown_alias(document: Document, path: KeyPath, guess: str) -> Finding:
    message = f"no chart here is called {_quoted(path)}; Helm ignores this block"
    span = document.span(path, of="key")
    return Finding("unknown-alias", message, span, kind=Kind.LINT, key=path, hint=f"did you mean `{guess}`?")


def _conditions(coalesced: Coalesced, part: Slice) -> Iterator[Finding]:
    for dependency in part.chart.dependencies:
        for condition in dependency.condition.strip().split(","):
            *parents, key = condition.split(".")
            table = table_at(part.values, parents) if condition else None
            value = table.get(key) if table is not None else None
            if value is None and parents == [dependency.name] and dependency.alias:
                yield _other_condition(part, dependency.key, condition)
            if table is None or key not in table or isinstance(value, bool | dict):
                continue
            path: KeyPath = (*part.path, *parents, key)
            document, own = coalesced.origin(path) or (part.chart.values, ())
            message = (
                f"{_quoted(own)} switches nothing: a condition must be true or false, so {dependency.key} stays on"
            )
            hint = "write true or false, without quotes"
            yield Finding("condition-type", message, document.span(own), Kind.LINT, Severity.WARNING, own, hint=hint)


def _other_condition(part: Slice, alias: str, condition: str) -> Finding:
    index = next(n for n, dependency in enumerate(part.chart.dependencies) if dependency.key == alias)
    key = condition.rpartition(".")[2]
    message = f"nothing sets `{condition}`, so {alias} is always on: values of {alias} stand below its alias"
    span = part.chart.definition.span(("dependencies", index, "condition"))
    return Finding("condition-name", message, span, Kind.LINT, Severity.WARNING, hint=f"write {alias}.{key}")


def _ignored_nulls(coalesced: Coalesced, part: Slice) -> Iterator[Finding]:
    """Nulls of a parent's own file that do not remove a subchart's default (Helm 4.2; passed with -f they do)."""
    document = part.chart.values
    for dependency in part.chart.dependencies:
        table = (document.value or {}).get(dependency.key)
        for path in _nulls(table, (dependency.key,)) if isinstance(table, dict) else ():
            full: KeyPath = (*part.path, *path)
            origin = coalesced.origin(full)
            if origin is None or origin[0] is document or origin[0] in coalesced.layers or not origin[0].has(origin[1]):
                continue
            span = document.span(path)
            message = f"the null of {_quoted(path)} does nothing: in the umbrella's own file it removes no default"
            related: tuple[tuple[str, Span], ...] = (("the default stays", origin[0].span(origin[1])),)
            hint = "set it in a file that is passed with -f"
            yield Finding("ignored-null", message, span, Kind.LINT, key=path, related=related, hint=hint)


def _nulls(tree: dict[str, Any], path: KeyPath) -> Iterator[KeyPath]:
    for key, value in tree.items():
        if value is None:
            yield (*path, key)
        elif isinstance(value, dict):
            yield from _nulls(value, (*path, key))
