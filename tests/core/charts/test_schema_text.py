"""Places in a chart's schema."""

from __future__ import annotations

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import Chart, load_archive
from shunter.core.charts.schema_text import line_span, schema_span


def chart(schema: bytes) -> Chart:
    return load_archive(archive({"Chart.yaml": METADATA, "values.schema.json": schema}), "c.tgz")


def test_a_path_stands_where_its_key_does() -> None:
    span = schema_span(chart(b'{"properties":\n  {"a": {"type": "string"}}}'), ("properties", "a", "type"))
    assert (span.path, span.line, span.column, span.end) == ("c.tgz/values.schema.json", 2, 10, 16)


def test_the_root_and_what_yaml_cannot_read_is_the_file() -> None:
    assert schema_span(chart(b"{}"), ()).line == 0
    assert schema_span(chart(b'{"a": "\\/"}'), ("a",)).line == 0


def test_a_character_behind_the_last_line_is_the_last_one() -> None:
    span = line_span(chart(b'{"a": [\n'), 2, 1)
    assert (span.line, span.column, span.end, span.text) == (1, 7, 8, '{"a": [')
