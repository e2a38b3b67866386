"""Keys of values files that no chart template reads, found without rendering.

A key is reported only where that is certain: what goes into a merge, into a template with a computed name, or into
`tpl` is unknown, and unknown is not unused. Where a chart's schema is closed, the schema decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from posixpath import join
from typing import Any, Final, TypeVar

from shunter.core.charts.load import Chart
from shunter.core.charts.templates import Release, release_of
from shunter.core.gotemplate.follow import Run, TooMuchError
from shunter.core.gotemplate.reads import Reads, Usage
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.goyaml.nodes import MappingNode, Node, SequenceNode
from shunter.core.schema.compile import compile_schema
from shunter.core.values.coalesce import Coalesced, Slice
from shunter.core.values.layering import GLOBAL
from shunter.core.values.sops import decrypted_shape
from shunter.model.data import dataclass, field
from shunter.model.findings import Finding, Kind, Severity
from shunter.model.wording import dotted, nearest

AnyRun = TypeVar("AnyRun", bound=Run)
_OUTSIDE: Final = re.compile(r"(?:templates|charts|crds)/")


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What is read of an umbrella's values: each chart's share, by the path of its section."""

    charts: Mapping[tuple[str, ...], tuple[Slice, Reads]] = field(default_factory=dict)

    def usage(self, path: Sequence[str | int]) -> tuple[Usage, str]:
        """What becomes of the value at `path` of the umbrella's values, and a template's place that shows it."""
        found = (Usage.UNUSED, "")
        for rest, reads in self._readers(path):
            usage = reads.usage(rest) if rest else (Usage.USED, "")
            if usage[0] is Usage.USED:
                return usage
            found = usage if usage[0] is Usage.UNKNOWN else found
        return found

    def _readers(self, path: Sequence[str | int]) -> Iterator[tuple[Sequence[str | int], Reads]]:
        for start, (_, reads) in self.charts.items():
            depth = len(start)
            if tuple(path[:depth]) == start:
                yield path[depth:], reads
            for above in range(depth):  # `global` of a chart above is this chart's own, too
                if tuple(path[:above]) == start[:above] and len(path) > above and path[above] == GLOBAL:
                    yield path[above:], reads

    def chart(self, path: Sequence[str | int]) -> tuple[Slice, Reads]:
        """The chart in whose section `path` stands."""
        depths = [depth for depth in range(len(path)) if tuple(path[:depth]) in self.charts]
        return self.charts[tuple(str(step) for step in path[: depths[-1]])]


def scan(coalesced: Coalesced, *, by_schema: bool = True, kind: type[Run] = Run) -> Scan:
    """What the templates of an umbrella's charts read; `coalesced` has all of them enabled.

    `by_schema` leaves out the templates of charts whose closed schemas decide.
    """
    release = release_of(coalesced.chart)
    done: dict[Any, Reads] = {}
    charts: dict[tuple[str, ...], tuple[Slice, Reads]] = {}
    settled = {part.path for part in coalesced.slices if by_schema and _is_settled(part.chart)}
    for part in coalesced.slices:
        if not part.path and _is_library(part.chart):  # its templates see the values of whoever calls them
            charts[part.path] = (part, _everything(join(part.chart.folder, "Chart.yaml")))
            continue
        if any(part.path[:depth] in settled for depth in range(len(part.path) + 1)):
            charts[part.path] = (part, _settled(part.chart))
            continue
        sources = tuple(sorted(set(sources_in(part.values))))
        key = (id(part.chart), sources)
        if key not in done:
            done[key] = _reads(release, part.chart, sources, kind)
        charts[part.path] = (part, done[key])
    return Scan(charts)


def _is_settled(chart: Chart) -> bool:
    """Whether schemas decide about a chart and all that is below it, so that nobody need follow its templates."""
    return _is_closed(chart) and all(_is_library(below) or _is_settled(below) for below in chart.subcharts)


def _settled(chart: Chart) -> Reads:
    reads = Reads()
    reads.unknown((GLOBAL,) if _is_closed(chart) else (), join(chart.folder, "values.schema.json"))
    return reads


def unused(scanned: Scan, documents: Iterable[Document], known: Collection[str] = ()) -> Iterator[Finding]:
    """A finding for each key of `documents` that no template reads, the topmost where a whole map is unread.

    `known` are sections of the umbrella that belong to charts which are not there.
    """
    for document in documents:
        value = decrypted_shape(document).value or {}
        shared = _shared(document)
        sections = [key for key in value if key not in known]
        for path in _unread(scanned, {key: value[key] for key in sections}, ()):
            anchored = shared & {id(node) for node in _below(document.node(path))}
            if not anchored and not _is_closed(scanned.chart(path)[0].chart):
                yield _finding(scanned, document, path)


def _is_closed(chart: Chart) -> bool:
    """Whether the chart's schema lists every key that may be set: then it decides, and its author has."""
    schema = compile_schema(chart.schema).document if chart.schema is not None else None
    closing = ("additionalProperties", "unevaluatedProperties")
    return isinstance(schema, dict) and any(schema.get(keyword) is False for keyword in closing)


def _finding(scanned: Scan, document: Document, path: KeyPath) -> Finding:
    part, reads = scanned.chart(path)
    span = document.span(path, of="key")
    guess = None
    if isinstance(path[-1], str):
        siblings = [name for name in reads.names(path[len(part.path) : -1]) if not document.has((*path[:-1], name))]
        guess = nearest(path[-1], siblings)
    message = f"no template of chart {part.chart.name} {part.chart.version} reads `{dotted(path)}`"
    notes = tuple(_named_in_vain(part.chart, path[len(part.path) :]))
    spare = "delete it, unless people are to include that template in a value" if notes else "delete it"
    hint = f"did you mean `{guess}`?" if guess else spare
    return Finding("unused-key", message, span, Kind.LINT, Severity.WARNING, path, notes, hint=hint)


def _named_in_vain(chart: Chart, path: KeyPath) -> Iterator[str]:
    """Where a template names a key all the same: somebody who looks for it finds that, and would not believe us."""
    name = re.compile(rf"\.Values\.{re.escape(dotted(path))}(?![\w.-])".encode())
    for file in sorted(file for file in chart.files if file.startswith("templates/")):
        text = chart.read(file) or b""
        if match := name.search(text):
            line = text.count(b"\n", 0, match.start()) + 1
            place = f"{join(chart.folder, file)}:{line}"
            yield f"{place} names it, where no rendering comes by: in a template that nothing includes, or a comment"
            return


def _unread(scanned: Scan, value: Any, path: KeyPath) -> list[KeyPath]:
    """The paths at and below `path` that nobody reads; only `path` itself if all of it is."""
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
    elif path:
        return [path] if scanned.usage(path)[0] is Usage.UNUSED else []
    found, whole = [], bool(path)
    for step, item in items:
        below = _unread(scanned, item, (*path, step))
        whole = whole and below == [(*path, step)]
        found += below
    return [path] if whole and scanned.usage(path)[0] is Usage.UNUSED else found


def _shared(document: Document) -> set[int]:
    """The nodes that an alias repeats: what carries an anchor is read where the alias stands."""
    if b"&" not in document.data:
        return set()
    seen: set[int] = set()
    shared: set[int] = set()
    for part in document.parts:
        stack = [part.root] if part.root is not None else []
        while stack:
            node = stack.pop()
            if id(node) in seen:
                shared.add(id(node))
                continue
            seen.add(id(node))
            stack += _children(node)
    return shared


def _below(node: Node | None) -> Iterator[Node]:
    stack, seen = [node] if node is not None else [], set()
    while stack:
        current = stack.pop()
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            stack += _children(current)


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _reads(release: Release, chart: Chart, sources: Sequence[str], kind: type[Run]) -> Reads:
    run = followed(release, chart, sources, kind)
    if release.broken or not run.complete:
        run.reads.unknown((), "a template that cannot be parsed" if release.broken else run.location)
    return _helms_own(run.reads, chart)


def followed(release: Release, chart: Chart, sources: Sequence[str], kind: type[AnyRun]) -> AnyRun:
    """A run of a chart's own templates; `sources` are strings of its values that may be templates themselves.

    It is not `complete` where the templates are too many, or send all values where they cannot be followed.
    """
    opened = release.opened
    while True:
        run = kind(release.defines, sources, _files(chart), opened)
        try:
            if not _is_library(chart):
                for path, template in release.files[id(chart)].items():
                    run.template(path, template.body)
        except (TooMuchError, RecursionError):
            run.complete = False
            return run
        if run.opened == opened:
            return run
        opened = run.opened


def _everything(place: str) -> Reads:
    reads = Reads()
    reads.unknown((), place)
    return reads


def _helms_own(reads: Reads, chart: Chart) -> Reads:
    """What Helm itself reads of a chart's values: conditions, tags and what parents import."""
    place = join(chart.folder, "Chart.yaml")
    if chart.dependencies:
        reads.whole(("tags",), place)
    for dependency in chart.dependencies:
        for condition in dependency.condition.strip().split(","):
            reads.tested(tuple(condition.split(".")), place)
        for entry in dependency.import_values:
            child = f"exports.{entry}" if isinstance(entry, str) else str(dict(entry).get("child", ""))
            reads.whole((dependency.key, *child.split(".")), place)
    for dependency in chart.missing:
        reads.unknown((dependency.key,), place)
    return reads


def _is_library(chart: Chart) -> bool:
    return (chart.definition.value or {}).get("type") == "library"


def _files(chart: Chart) -> tuple[str, ...]:
    """Files that `tpl` may run: any text with `{{` outside `templates/`."""
    paths = [path for path in chart.files if not _OUTSIDE.match(path) and path != "values.schema.json"]
    texts = [(chart.read(path) or b"").decode("utf-8", "replace") for path in sorted(paths)]
    return tuple(text for text in texts if "{{" in text)


def sources_in(value: Any) -> Iterator[str]:
    """The strings of values, keys too, that hold a template."""
    if isinstance(value, str) and "{{" in value:
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from sources_in(key)
            yield from sources_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from sources_in(item)
