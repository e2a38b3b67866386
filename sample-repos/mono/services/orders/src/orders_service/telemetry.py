"""What people see of a running service: logs, metrics, traces."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from threading import Event
from time import perf_counter
from typing import Any

import structlog
from opentelemetry import trace
from prometheus_client import Histogram, Info
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUIET = frozenset({"/livez", "/readyz", "/metrics"})
draining = Event()
log = structlog.get_logger()
_caller: ContextVar[str] = ContextVar("trace id of who calls", default="")
_info = Info("service", "What runs here.")
_durations = Histogram("http_request_duration_seconds", "Seconds until the answer.", ["method", "route", "status"])


def trace_id() -> str:
    """The trace that this belongs to; empty if there is none."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else _caller.get()


def _add_trace(_: Any, __: str, event: Any) -> Any:
    if "trace_id" not in event and (found := trace_id()):
        event["trace_id"] = found
    return event


class Forward(logging.Handler):
    """What libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def configure(level: str, version: str) -> None:
    """Everything that is logged, by libraries too, is one JSON object a line."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
    ]
    last = structlog.processors.JSONRenderer()
    structlog.configure([*shared, last], structlog.make_filtering_bound_logger(level), cache_logger_on_first_use=True)
    logging.basicConfig(handlers=[Forward()], level=level.upper(), force=True)
    _info.info({"version": version})


class Observed:
    """Counts and logs each request, answers bodies that are too large, and sends clients elsewhere while draining."""

    def __init__(self, app: ASGIApp, too_large: ASGIApp, most: int = 1 << 20) -> None:
        self.app, self.too_large, self.most = app, too_large, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, found = perf_counter(), 500, ""
        headers = Headers(scope=scope)
        _caller.set(headers.get("traceparent", "")[3:35])
        app = self.app if int(headers.get("content-length", 0)) <= self.most else self.too_large

        async def watched(message: Message) -> None:
            nonlocal status, found
            if message["type"] == "http.response.start":
                status, found = message["status"], trace_id()
                if draining.is_set():
                    MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        try:
            await app(scope, receive, watched)
        finally:
            if scope["path"] not in QUIET:
                seconds, method = perf_counter() - started, scope["method"]
                route = getattr(scope.get("route"), "path", "other")
                _durations.labels(method, route, status).observe(seconds)
                about = {"method": method, "route": route, "path": scope["path"], "status": status}
                about |= {"trace_id": found} if found else {}
                log.info("request", **about, duration_ms=round(seconds * 1000, 2))
