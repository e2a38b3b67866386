"""Logs: everything, of libraries too, is one JSON object a line on stdout."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

import structlog
from opentelemetry import trace

log = structlog.get_logger()
caller: ContextVar[str] = ContextVar("trace id of who calls", default="")


def trace_id() -> str:
    """The trace that this belongs to; empty if there is none."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else caller.get()


def _add_trace(_: Any, __: str, event: Any) -> Any:
    if "trace_id" not in event and (found := trace_id()):
        event["trace_id"] = found
    return event


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
