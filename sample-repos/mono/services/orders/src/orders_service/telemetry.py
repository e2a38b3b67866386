"""What people see of a request: a line of the log, metrics, its trace."""

from __future__ import annotations

import asyncio
from threading import Event
from time import perf_counter

from prometheus_client import Histogram, Info
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orders_service import logs
from orders_service.logs import caller, log, trace_id

SECONDS = 10.0  # that a request may take, its body too
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
draining = Event()
_info = Info("service", "What runs here.")
_durations = Histogram("http_request_duration_seconds", "Seconds until the answer.", ["method", "route", "status"])


def configure(level: str, version: str) -> None:
    """Log from this level on, and say in the metrics what runs here."""
    logs.configure(level)
    _info.info({"version": version})


class Observed:
    """Counts and logs requests, ends those that are too large or too slow, sends clients elsewhere while draining."""

    def __init__(self, app: ASGIApp, too_large: ASGIApp, too_late: ASGIApp, most: int) -> None:
        self.app, self.too_large, self.too_late, self.most = app, too_large, too_late, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, found, answered = perf_counter(), 500, "", False
        headers = Headers(scope=scope)
        caller.set(headers.get("traceparent", "")[3:35])
        app = self.app if int(headers.get("content-length", 0)) <= self.most else self.too_large

        limit = asyncio.timeout(SECONDS)

        async def watched(message: Message) -> None:
            nonlocal status, found, answered
            if message["type"] == "http.response.start":
                status, found, answered = message["status"], trace_id(), True
                if draining.is_set() or limit.expired():  # what is left of a request would be the next one's
                    MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        try:
            async with limit:
                await app(scope, receive, watched)
        except TimeoutError:
            if answered or not limit.expired():
                raise
            await self.too_late(scope, receive, watched)
        finally:
            if scope["path"] not in QUIET:
                seconds, method = perf_counter() - started, scope["method"]
                route = getattr(scope.get("route"), "path", "other")
                _durations.labels(method, route, status).observe(seconds)
                about = {"method": method, "route": route, "path": scope["path"], "status": status}
                about |= {"trace_id": found} if found else {}
                log.info("request", **about, duration_ms=round(seconds * 1000, 2))
