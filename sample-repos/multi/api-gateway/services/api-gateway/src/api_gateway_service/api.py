"""The API: passes `/api/<service>/…` on to the service of that name."""

from __future__ import annotations

import http.client
import logging
from email.message import Message
from http import HTTPStatus
from urllib.parse import urlsplit

from .metrics import Registry
from .settings import Settings
from .web import HttpError, Request, Response, Route

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# RFC 9110, section 7.6.1: these concern one connection only. The rest is set by the client library.
NOT_PASSED_ON = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
        *("transfer-encoding", "upgrade", "host", "content-length"),
    )
)
SET_BY_US = ("content-type", "server", "date")

logger = logging.getLogger(__name__)


class ServiceApi:
    """Knows its services from the variable UPSTREAMS: `orders=http://orders:8080,auth=http://auth:8080`."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._upstreams = parse_upstreams(settings.variables.get("UPSTREAMS", ""))
        self._timeout = float(settings.variables.get("UPSTREAM_TIMEOUT", "10"))
        self._failures = registry.counter("upstream_failures_total", "Requests without an answer.", ("service",))

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("GET", "/api", self._services),
            *(Route(method, "/api/{service}/{path*}", self._forward) for method in METHODS),
        ]

    def start(self) -> None:
        """Nothing runs in the background."""

    def stop(self, timeout: float) -> bool:
        """Nothing to end."""
        return True

    def _services(self, _: Request) -> Response:
        return Response.of({"services": sorted(self._upstreams)})

    def _forward(self, request: Request) -> Response:
        service = request.parameters["service"]
        if service not in self._upstreams:
            raise HttpError(HTTPStatus.NOT_FOUND, "no such service")
        host, prefix = self._upstreams[service]
        target = f"{prefix}/{request.parameters['path']}" + (f"?{request.query}" if request.query else "")
        connection = http.client.HTTPConnection(host, timeout=self._timeout)
        try:
            answer = send(connection, request, target)
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._failures.add(service)
            logger.warning("no answer", extra={"service": service, "error": str(error)})
            timed_out = isinstance(error, TimeoutError)
            status = HTTPStatus.GATEWAY_TIMEOUT if timed_out else HTTPStatus.BAD_GATEWAY
            raise HttpError(status, f"{service} does not answer") from None
        finally:
            connection.close()
        content_type = answer.headers.get("Content-Type", "application/octet-stream")
        headers = tuple(pair for pair in passed_on(answer.headers) if pair[0].lower() not in SET_BY_US)
        return Response(answer.status, body, content_type, headers)


def send(connection: http.client.HTTPConnection, request: Request, target: str) -> http.client.HTTPResponse:
    """Send the request as it came, to `target` on the other side."""
    connection.putrequest(request.method, target, skip_accept_encoding=True)
    for name, value in passed_on(request.headers):
        connection.putheader(name, value)
    if request.body:
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body)
    return connection.getresponse()


def parse_upstreams(text: str) -> dict[str, tuple[str, str]]:
    """Service to its host (with port) and path prefix. Raises ValueError for anything but `name=http://host…`."""
    upstreams = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, url = entry.partition("=")
        parts = urlsplit(url)
        if not name or parts.scheme != "http" or not parts.netloc:
            raise ValueError(f"UPSTREAMS: {entry!r} is not name=http://host:port")
        upstreams[name] = (parts.netloc, parts.path.rstrip("/"))
    return upstreams


def passed_on(headers: Message) -> list[tuple[str, str]]:
    """The headers that go to the other side, repeated ones too."""
    return [(name, value) for name, value in headers.items() if name.lower() not in NOT_PASSED_ON]
