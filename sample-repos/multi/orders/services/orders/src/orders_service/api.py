"""The API: a collection of items, to replace by your own."""

from __future__ import annotations

import threading
import uuid
from http import HTTPStatus
from typing import Any

from .metrics import Registry
from .settings import Settings
from .web import HttpError, Request, Response, Route


class ServiceApi:
    """Keeps items in memory. Each instance has its own: put a database behind it before you run more than one."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._items: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._created = registry.counter("items_created_total", "Items created.")

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("GET", "/items", self._list),
            Route("POST", "/items", self._create),
            Route("GET", "/items/{id}", self._read),
            Route("PUT", "/items/{id}", self._replace),
            Route("DELETE", "/items/{id}", self._delete),
        ]

    def start(self) -> None:
        """Nothing runs in the background."""

    def stop(self, timeout: float) -> bool:
        """Nothing to end."""
        return True

    def _list(self, _: Request) -> Response:
        with self._lock:
            items = list(self._items.values())
        return Response.of({"items": items})

    def _create(self, request: Request) -> Response:
        item = _item(request, str(uuid.uuid4()))
        with self._lock:
            self._items[item["id"]] = item
        self._created.add()
        return Response.of(item, HTTPStatus.CREATED, {"Location": f"/items/{item['id']}"})

    def _read(self, request: Request) -> Response:
        with self._lock:
            return Response.of(self._existing(request))

    def _replace(self, request: Request) -> Response:
        with self._lock:
            item = _item(request, self._existing(request)["id"])
            self._items[item["id"]] = item
        return Response.of(item)

    def _delete(self, request: Request) -> Response:
        with self._lock:
            del self._items[self._existing(request)["id"]]
        return Response(HTTPStatus.NO_CONTENT)

    def _existing(self, request: Request) -> dict[str, Any]:
        item = self._items.get(request.parameters["id"])
        if item is None:
            raise HttpError(HTTPStatus.NOT_FOUND, "no such item")
        return item


def _item(request: Request, identifier: str) -> dict[str, Any]:
    name = request.json().get("name")
    if not isinstance(name, str) or not name:
        raise HttpError(HTTPStatus.UNPROCESSABLE_ENTITY, "`name` must be a text that is not empty")
    return {"id": identifier, "name": name}
