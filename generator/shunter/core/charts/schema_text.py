"""Places in a chart's values.schema.json: JSON is YAML, so the reader of values finds them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from shunter.core.charts.load import Chart
from shunter.core.goyaml.document import Document
from shunter.core.goyaml.positions import LONGEST_LINE, decode
from shunter.model.findings import Span


def line_span(chart: Chart, line: int, column: int) -> Span:
    """A character of a schema that is no JSON; where the text ends early, the last one before."""
    lines = decode(chart.schema or b"").split("\n")
    if line > 1 and column == 1 and not lines[line - 1]:
        line, column = line - 1, len(lines[line - 2])
    text = lines[line - 1].rstrip("\r")
    column = max(1, min(column, len(text)))
    end = min(column, len(text)) + 1
    return Span(chart.schema_path, line, column, end, text if len(text) <= LONGEST_LINE else "")


def schema_span(chart: Chart, path: Sequence[str | int]) -> Span:
    """Where `path` stands in a chart's schema; JSON is YAML, so the reader finds it. Line 0 where that fails."""
    document = _text(chart.schema_path, chart.schema or b"")
    return document.span(path, of="key") if path and document else Span(chart.schema_path)


@lru_cache(8)
def _text(path: str, data: bytes) -> Document | None:
    """A schema as text with places, read once for all that is found in it; None where YAML cannot."""
    from shunter.core.goyaml import nodes
    from shunter.core.goyaml.document import Part

    try:
        root = nodes.compose(data)
    except (nodes.YAMLError, nodes.TooDeepError, nodes.TooManyError):
        return None
    return Document(path, {}, (), data, "3", (Part(data, 0, root),))
