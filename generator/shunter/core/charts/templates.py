"""All chart templates of a release, parsed: those that Helm renders, and the named ones that they may call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from posixpath import join
from typing import Any

from shunter.core.charts.load import Chart
from shunter.core.gotemplate import parse
from shunter.core.gotemplate.parse import TemplateError
from shunter.core.gotemplate.tree import Chain, Clause, Define, Function, Literal, Node, Pipeline, Template
from shunter.model.data import dataclass

Defines = Mapping[str, Sequence[tuple[str, Define]]]
_LARGEST = 4 * 1024 * 1024  # definitions of resources have more than one
_COMPARING = (Function("eq"), Function("ne"), Function("has"))


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """All templates that one `helm template` sees: by chart, and the named ones of all charts.

    `opened` are the keys that some template adds to a map with `set` (None: any); `broken` is set where a template
    cannot be parsed, or is larger than anybody writes.
    """

    files: Mapping[int, Mapping[str, Template]]
    defines: Defines
    opened: frozenset[str] | None
    broken: bool = False


@lru_cache(512)
def parse_once(text: str) -> Template:
    """What `parse.parse` makes of a template, equal texts once. Raises TemplateError as it does."""
    return parse.parse(text)


def parsed(data: bytes) -> Template | None:
    """The template in a file; None where it cannot be parsed. What is very long is cut off."""
    try:
        return parse_once(data[:_LARGEST].decode("utf-8", "replace"))
    except (TemplateError, RecursionError):
        return None


def release_of(chart: Chart) -> Release:
    """The templates of a chart and of all charts below it."""
    files: dict[int, dict[str, Template]] = {}
    defines: dict[str, list[tuple[str, Define]]] = {}
    broken = False
    for part in chart.walk():
        found = files.setdefault(id(part), {})
        for path in sorted(path for path in part.files if path.startswith("templates/")):
            place = join(part.folder, path)
            data = part.read(path) or b""
            template = parsed(data)
            if template is None:
                broken = True
                continue
            broken = broken or len(data) > _LARGEST
            found[place] = template
            whole = Define(place, template.body, "", 1, empty=False)
            for define in (whole, *template.defines):
                defines.setdefault(define.name, []).append((place, define))
    try:
        opened = _opened(define.body for group in defines.values() for _, define in group)
    except RecursionError:
        opened, broken = None, True
    return Release(files, defines, opened, broken)


def _opened(bodies: Iterable[Sequence[Node]]) -> frozenset[str] | None:
    """The keys that `set` adds to a map; None if one of them is computed."""
    keys: set[str] = set()
    for command in (command for body in bodies for command in _commands(body)):
        if command[0] == Function("set"):
            key = command[2] if len(command) > 2 else None
            if not isinstance(key, Literal) or key.text is None:
                return None
            keys.add(key.text)
    return frozenset(keys)


def _commands(nodes: Iterable[Node]) -> Iterator[Sequence[Any]]:
    for node in nodes:
        if node.pipeline is not None:
            yield from _in_pipeline(node.pipeline)
        if isinstance(node, Clause):
            yield from _commands((*node.body, *node.otherwise))


def _in_pipeline(pipeline: Pipeline) -> Iterator[Sequence[Any]]:
    for command in pipeline.commands:
        yield command
        for operand in command:
            inner = operand.base if isinstance(operand, Chain) else operand
            if isinstance(inner, Pipeline):
                yield from _in_pipeline(inner)


def compared_texts(release: Release) -> tuple[str, ...]:
    """The strings that templates compare something with, in order of their names: what a mode may be."""
    found: set[str] = set()
    for group in release.defines.values():
        for _, define in group:
            for command in _commands(define.body):
                if command[0] in _COMPARING:
                    found.update(item.text for item in command[1:] if isinstance(item, Literal) and item.text)
    return tuple(sorted(found))
