"""Requests to several containers, spread as a Service spreads them: connections go to whoever is ready, and stay there."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType

from helpers.services.cells import get

_PERIOD = 0.5
"""Seconds between two questions for readiness; less than a drain takes."""


class Balancer:
    """The endpoints of one Service, asked for their readiness for as long as this is entered."""

    def __init__(self, ports: Sequence[int], path: str) -> None:
        self._ready = dict.fromkeys(ports, True)
        self._path = path
        self._ended = threading.Event()
        self._turns = itertools.count()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Balancer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.wait(_PERIOD):
            for port in self._ready:
                self._ready[port] = get(f"http://127.0.0.1:{port}{self._path}")[0] == 200

    def connect(self) -> http.client.HTTPConnection:
        """A connection to one that is ready, in turn."""
        ports = [port for port, ready in self._ready.items() if ready]
        return http.client.HTTPConnection("127.0.0.1", ports[next(self._turns) % len(ports)], timeout=30)

    def call(self, path: str, wanted: int, more: Callable[[], bool], clients: int = 8) -> Counter[str]:
        """At least `wanted` requests, and on while `more()` says so, by clients that keep their connections.

        How many had which end: a status, the name of an error, and `closed` for answers that end a connection. Nothing is repeated.
        """
        ends: Counter[str] = Counter()
        lock = threading.Lock()

        def client() -> None:
            connection = self.connect()
            while ends["asked"] < wanted or more():
                try:
                    connection.request("GET", path)
                    answer = connection.getresponse()
                    answer.read()
                    ending = answer.getheader("Connection", "").lower() == "close"
                    end = str(answer.status)
                except (OSError, http.client.HTTPException) as error:
                    ending, end = True, type(error).__name__
                if ending:
                    connection.close()
                    connection = self.connect()
                with lock:
                    ends.update([end, "asked", *(["closed"] if ending else [])])
                time.sleep(0.01)
            connection.close()

        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ends
