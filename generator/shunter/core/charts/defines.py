"""The names of templates that charts define, found without a parser: what no two files define alike needs none.

Every commit that changes an environment asks, and a parser of templates takes longer to load than the answer takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from shunter.core.charts.load import Chart

_NAME: Final = re.compile(rb"\{\{-?\s*(?:define|block)\s+(?:\"((?:[^\"\\\n]|\\.)*)\"|`([^`]*)`)")

Defining = Mapping[int, Mapping[str, tuple[bytes, frozenset[bytes]]]]
"""Of each chart, by its `id`, the template files that define names: their bytes, and the names."""


def defining(charts: Iterable[Chart]) -> Defining:
    """The template files of `charts` in which a `define` or a `block` stands."""
    known: dict[bytes, frozenset[bytes]] = {}
    found: dict[int, dict[str, tuple[bytes, frozenset[bytes]]]] = {}
    for chart in charts:
        files = found.setdefault(id(chart), {})
        for path in chart.files if not files else ():
            data = chart.read(path) if path.startswith("templates/") else None
            if not data:
                continue
            if data not in known:
                known[data] = frozenset(_names(data))
            if known[data]:
                files[path] = data, known[data]
    return found


def _names(data: bytes) -> Iterator[bytes]:
    """The names that a file defines, read without parsing it where they hold no escapes."""
    names = [plain or raw for plain, raw in _NAME.findall(data)]
    if any(b"\\" in name for name in names):
        from shunter.core.charts.templates import parsed

        template = parsed(data)
        names = [define.name.encode() for define in template.defines] if template else names
    yield from names


def shared_names(defined: Defining) -> frozenset[bytes]:
    """The names that stand in several files which differ: where files are equal, so are their bodies."""
    first: dict[bytes, bytes] = {}
    return frozenset(
        name
        for files in defined.values()
        for data, names in files.values()
        for name in names
        if first.setdefault(name, data) != data
    )


def may_collide(chart: Chart) -> bool:
    """Whether some name is defined in two files below a chart that differ."""
    return bool(shared_names(defining(chart.walk())))
