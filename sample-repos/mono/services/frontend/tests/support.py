"""A running server on a free port, and a client for it."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any

from frontend_service.api import ServiceApi
from frontend_service.metrics import Registry
from frontend_service.server import Server
from frontend_service.settings import Settings

logging.disable(logging.CRITICAL)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """Talks to one server; each call is a connection of its own."""

    server: Server

    def call(
        self, method: str, path: str, document: Any = None, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            sent = json.dumps(document).encode() if document is not None else body
            connection.request(method, path, sent or None, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@contextmanager
def running(**variables: str) -> Iterator[Client]:
    """The service with these environment variables, until the block ends."""
    settings = Settings.read({"HOST": "127.0.0.1", "DRAIN_DELAY": "0", **variables, "PORT": "0"})
    server = Server(settings, Registry(), ServiceApi(settings).routes())
    server.start()
    try:
        yield Client(server)
    finally:
        server.drain()
