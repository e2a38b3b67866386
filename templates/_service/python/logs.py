"""Logs: everything, of libraries too, is one JSON object a line on stdout."""

from __future__ import annotations

import logging
from typing import Any

import structlog
from opentelemetry import trace

log = structlog.get_logger()


def _add_trace(_: Any, __: str, event: Any) -> Any:
    context = trace.get_current_span().get_span_context()
    return event | {"trace_id": format(context.trace_id, "032x")} if context.is_valid else event


class Forward(logging.Handler):
    """What libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def configure(level: str) -> None:
    """Log what is of this level or above."""
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(processors, structlog.make_filtering_bound_logger(level), cache_logger_on_first_use=True)
    logging.basicConfig(handlers=[Forward()], level=level.upper(), force=True)
