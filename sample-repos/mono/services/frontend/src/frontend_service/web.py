"""Responses and routes: everything about HTTP that needs no socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


class HttpError(Exception):
    """Answer the request with this status and `{"error": message}`."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Response:
    """One answer."""

    status: int = HTTPStatus.OK
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, document: Any, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
        """An answer that carries `document` as JSON."""
        return cls(status, json.dumps(document).encode() + b"\n", headers=tuple((headers or {}).items()))

    @classmethod
    def error(cls, error: HttpError) -> Response:
        """The answer that an error asks for."""
        return cls.of({"error": error.message}, error.status, error.headers)


@dataclass(frozen=True)
class Route:
    """What `handler` makes is shown at `path`."""

    path: str
    handler: Callable[[], Response]


class Router:
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = {route.path: route for route in routes}

    def find(self, method: str, path: str) -> Route:
        """The route. HEAD is answered like GET. Raises HttpError 404 and 405."""
        if path not in self._routes:
            raise HttpError(HTTPStatus.NOT_FOUND, "not found")
        if method not in ("GET", "HEAD"):
            raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, "method not allowed", {"Allow": "GET"})
        return self._routes[path]
