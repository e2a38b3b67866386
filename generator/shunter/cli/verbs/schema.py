"""schema show, build, diff and infer."""

from __future__ import annotations

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.packaging import schemas
from shunter.model.findings import Report


def show(arguments: Arguments) -> Report:
    """`shunter schema show [NAME]`."""
    text = schemas.published(arguments.name)
    return Report(product=text or schemas.show(open_session(arguments), arguments.name))


def build(arguments: Arguments) -> Report:
    """`shunter schema build`."""
    return schemas.build(open_session(arguments), arguments.charts, check=arguments.check)


def diff(arguments: Arguments) -> Report:
    """`shunter schema diff SERVICE [OLD] [NEW]`."""
    from shunter.flows.validation import schema_diff

    return schema_diff.diff(open_session(arguments), arguments.chart, arguments.old, arguments.new)


def infer(arguments: Arguments) -> Report:
    """`shunter schema infer CHART`."""
    from shunter.flows.contracts.infer import infer_schema

    return infer_schema(open_session(arguments), arguments.chart, arguments.values)
