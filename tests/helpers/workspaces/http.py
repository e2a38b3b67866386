"""A folder served over HTTP on this machine, as a chart repository is."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, asked: list[str], **keywords: Any) -> None:
        self._asked = asked
        super().__init__(*args, **keywords)

    def log_message(self, *_: object) -> None:
        self._asked.append(self.path)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # whoever comes beside many others is not turned away on a busy machine


@contextmanager
def served_by(handler: Callable[..., BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """An HTTP server on the loopback interface whose requests `handler` answers, with TLS if you like; gives its URL."""
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls:  # each thread greets its own client, so that none waits for another's
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def served(folder: Path, asked: list[str] | None = None) -> Iterator[str]:
    """The URL under which `folder` is served; `asked` collects the paths of all requests."""
    handler = partial(_Handler, directory=str(folder), asked=[] if asked is None else asked)
    with served_by(handler) as url:
        yield url
