"""The rows of an update's report as JUnit XML: a test case for each repository."""

from __future__ import annotations

from collections.abc import Sequence

from shunter.cli.formats import attribute, xml
from shunter.core.delivery.fleet_report import Row


def junit_rows(rows: Sequence[Row]) -> str:
    """JUnit XML: a repository in which something is left to do has failed; seconds are those of all its phases."""
    failures = sum(row.left for row in rows)
    total = sum(sum(row.timings.values()) for row in rows)
    counts = f'tests="{len(rows)}" failures="{failures}" time="{total:.3f}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name="update" {counts}>',
    ]
    lines += [line for row in rows for line in _case(row)]
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _case(row: Row) -> list[str]:
    seconds = sum(row.timings.values())
    head = f'    <testcase classname="update" name={attribute(row.repository)} time="{seconds:.3f}">'
    body = "\n".join([row.detail, *(f"{path}: {kind}" for path, kind in row.conflicts), *(row.request or ())[1:]])
    if row.left:
        inner = f'      <failure message={attribute(row.status.value)} type="{row.status}">{xml(body)}</failure>'
    else:
        inner = f"      <system-out>{xml(body)}</system-out>"
    return [head, inner, "    </testcase>"]
