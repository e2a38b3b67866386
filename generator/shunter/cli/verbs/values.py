"""values explain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session, sets_of
from shunter.flows.validation import explain_values
from shunter.model.data import replace
from shunter.model.findings import Report

_WIDEST = 60


def explain(arguments: Arguments) -> Report:
    """`shunter values explain APP`."""
    asked = explain_values.Question(
        arguments.app,
        arguments.environment,
        tuple(arguments.values),
        sets_of(arguments),
        show_secrets=arguments.show_secrets,
    )
    report = explain_values.explain_values(open_session(arguments), asked)
    rows = [(row["key"], _shown(row["value"]), _source(row)) for row in report.data["keys"]]
    return replace(report, product=table(rows, ("KEY", "VALUE", "FROM")))


def _shown(value: Any) -> str:
    if value is None:
        return "null (removed)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _source(row: Mapping[str, Any]) -> str:
    return f"{row['from']} {row['argument']}" if "argument" in row else f"{row['from']}  {row['file']}:{row['line']}"
