"""What people see of a request: a line of the log, metrics, its trace."""

from __future__ import annotations

from threading import Event
from time import perf_counter

from prometheus_client import Histogram, Info
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orders_service import logs
from orders_service.logs import caller, log, trace_id

QUIET = frozenset({"/livez", "/readyz", "/metrics"})
draining = Event()
_info = Info("service", "What runs here.")
_durations = Histogram("http_request_duration_seconds", "Seconds until the answer.", ["method", "route", "status"])


def configure(level: str, version: str) -> None:
    """Log from this level on, and say in the metrics what runs here."""
    logs.configure(level)
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
        caller.set(headers.get("traceparent", "")[3:35])
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
