"""Requests, responses and routes: everything about HTTP that needs no socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote


class HttpError(Exception):
    """Answer the request with this status and `{"error": message}`."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Request:
    """One request. `path` is as sent; `parameters` are what the route's `{names}` matched, decoded."""

    method: str
    path: str
    query: str = ""
    headers: Message = field(default_factory=Message)
    body: bytes = b""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        try:
            document = json.loads(self.body)
        except ValueError:
            raise HttpError(HTTPStatus.BAD_REQUEST, "the body is not JSON") from None
        if not isinstance(document, dict):
            raise HttpError(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
        return document


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


Handler = Callable[[Request], Response]


@dataclass(frozen=True)
class Route:
    """`handler` answers `method` on `pattern`, such as `/items/{id}`; a last `{name*}` matches all that is left."""

    method: str
    pattern: str
    handler: Handler

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters if `path` fits the pattern, else None."""
        expected, given = self.pattern.split("/"), path.split("/")
        parameters = {}
        if expected[-1].endswith("*}"):
            name = expected.pop()[1:-2]
            parameters[name] = "/".join(given[len(expected) :])
            given = given[: len(expected)]
        if len(expected) != len(given):
            return None
        for want, have in zip(expected, given, strict=True):
            if want.startswith("{"):
                parameters[want[1:-1]] = unquote(have)
            elif want != have:
                return None
        return parameters


class Router:
    """Finds the route of a request; the first one that fits wins."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    def find(self, request: Request) -> tuple[Route, Request]:
        """The route, and the request with its parameters. HEAD is answered like GET. Raises HttpError 404 and 405."""
        method = "GET" if request.method == "HEAD" else request.method
        allowed = set()
        for route in self._routes:
            parameters = route.match(request.path)
            if parameters is None:
                continue
            if route.method == method:
                return route, replace(request, parameters=parameters)
            allowed.add(route.method)
        if allowed:
            headers = {"Allow": ", ".join(sorted(allowed))}
            raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, "method not allowed", headers)
        raise HttpError(HTTPStatus.NOT_FOUND, "not found")
