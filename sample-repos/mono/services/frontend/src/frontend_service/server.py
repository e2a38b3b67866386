"""The HTTP server: the API's routes, and beside them health, metrics and a shutdown that loses no request."""

from __future__ import annotations

import logging
import socket
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from .metrics import CONTENT_TYPE, Registry
from .settings import Settings
from .web import HttpError, Response, Route, Router

MAX_BODY = 1024 * 1024
PROBES = ("/livez", "/healthz", "/readyz", "/metrics")

logger = logging.getLogger(__name__)


class Server:
    """Serves these routes from `start` to `drain`."""

    def __init__(self, settings: Settings, registry: Registry, routes: list[Route]) -> None:
        self.settings = settings
        self.registry = registry
        self.draining = threading.Event()
        self._router = Router([*self._own_routes(), *routes])
        self._requests = registry.counter("http_requests_total", "Answered requests.", ("method", "path", "code"))
        self._seconds = registry.histogram("http_request_duration_seconds", "Time to answer.", ("method", "path"))
        self._gauge = registry.gauge("http_requests_in_flight", "Requests being answered now.")
        info = registry.gauge("service_build_info", "Always 1; the labels say what runs.", ("version", "revision"))
        info.add(settings.version, settings.revision)
        self._in_flight = 0
        self._changed = threading.Condition()
        self._http = _HttpServer((settings.host, settings.port), self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), name="http")

    @property
    def port(self) -> int:
        """The port it listens on, also where the settings said 0: any."""
        return int(self._http.server_address[1])

    def start(self) -> None:
        """Accept requests, in the background."""
        self._thread.start()
        logger.info("listening", extra={"port": self.port, "version": self.settings.version})

    def drain(self) -> bool:
        """End in order: readiness says no, accepting ends, requests in flight finish. False if some did not."""
        logger.info("draining", extra={"in_flight": self._in_flight})
        deadline = time.monotonic() + self.settings.drain_delay + self.settings.shutdown_timeout
        self.draining.set()
        time.sleep(self.settings.drain_delay)
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        with self._changed:
            finished = self._changed.wait_for(lambda: not self._in_flight, deadline - time.monotonic())
        logger.info("stopped", extra={"finished": finished})
        return finished

    def answer(self, method: str, path: str) -> tuple[Response, str]:
        """The answer, and the path of the route that gave it (any path would make too many time series)."""
        known = "other"
        try:
            route = self._router.find(method, path)
            known = route.path
            return route.handler(), known
        except HttpError as error:
            return Response.error(error), known
        except Exception:
            logger.exception("the handler failed", extra={"method": method, "path": path})
            return Response.of({"error": "internal error"}, HTTPStatus.INTERNAL_SERVER_ERROR), known

    def began(self) -> float:
        """A request is in flight from now on; returns the time for `ended`."""
        with self._changed:
            self._in_flight += 1
        self._gauge.add()
        return time.monotonic()

    def ended(self, started: float, method: str, path: str, known: str, status: int) -> None:
        """It is answered."""
        seconds = time.monotonic() - started
        self._gauge.add(by=-1)
        self._requests.add(method, known, str(status))
        self._seconds.observe(seconds, method, known)
        level = logging.DEBUG if known in PROBES else logging.INFO
        fields = {"method": method, "path": path, "status": status, "seconds": round(seconds, 6)}
        logger.log(level, "request", extra=fields)
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def _own_routes(self) -> list[Route]:
        return [
            Route("/livez", self._live),
            Route("/healthz", self._live),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]

    def _live(self) -> Response:
        return Response.of({"status": "alive"})

    def _ready(self) -> Response:
        if self.draining.is_set():
            raise HttpError(HTTPStatus.SERVICE_UNAVAILABLE, "draining")
        return Response.of({"status": "ready"})

    def _metrics(self) -> Response:
        return Response(body=self.registry.render().encode(), content_type=CONTENT_TYPE)


class _HttpServer(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Server) -> None:
        self.service = service
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # HTTPServer would look up the host's full name here, which takes seconds where DNS does not answer.
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.warning("the connection broke", exc_info=True, extra={"client": str(client_address)})


class _Handler(BaseHTTPRequestHandler):
    """Reads one request after the other from a connection."""

    server: _HttpServer
    protocol_version = "HTTP/1.1"
    timeout = 30

    def _handle(self) -> None:
        service = self.server.service
        started = service.began()
        # Logs leave the query out: it may hold what nobody should read.
        method, path = self.command, self.path.partition("?")[0]
        known, response = "other", Response(status=499)
        try:
            try:
                self._read()
                response, known = service.answer(method, path)
            except HttpError as error:
                self.close_connection = True
                response = Response.error(error)
            self._write(response)
        except OSError:
            self.close_connection = True
        finally:
            service.ended(started, method, path, known, response.status)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815

    def _read(self) -> None:
        """Take the body away, which nobody wants, so that the next request begins behind it."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            raise HttpError(HTTPStatus.LENGTH_REQUIRED, "send a Content-Length")
        if not length.isascii() or not length.isdigit():
            raise HttpError(HTTPStatus.BAD_REQUEST, "Content-Length is not a number")
        if int(length) > MAX_BODY:
            raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {MAX_BODY} bytes")
        if len(self.rfile.read(int(length))) < int(length):
            raise ConnectionError("the client left in the middle of its request")

    def _write(self, response: Response) -> None:
        if self.server.service.draining.is_set():
            self.close_connection = True
        self.send_response(response.status)
        if response.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def version_string(self) -> str:
        return "service"

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format % args)
