"""sync."""

from __future__ import annotations

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.checkouts import push as checkouts
from shunter.model.data import replace
from shunter.model.findings import Report

_HEADER = ("REPOSITORY", "BRANCH", "AHEAD", "BEHIND", "STATE", "")


def sync(arguments: Arguments) -> Report:
    """`shunter sync`."""
    report = checkouts.sync(open_session(arguments), push=arguments.push, requests=arguments.pr)
    return replace(report, product=table([_cells(row) for row in report.data], _HEADER))


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    counts = ("-" if row[name] is None else str(row[name]) for name in ("ahead", "behind"))
    request = row.get("pull-request")
    detail = str(row["detail"])
    if isinstance(request, dict):
        words = {"opened": "opened ", "exists": "open already: ", "link": "open a pull request: "}
        detail = "; ".join(part for part in (detail, f"{words[request['state']]}{request['url']}") if part)
    return (str(row["repository"]), str(row["branch"] or "-"), *counts, str(row["state"]), detail)
