"""The process: `python -m orders_service` serves, with `migrate` it brings the database up to date."""

from __future__ import annotations

import sys
from threading import Timer
from types import FrameType
from typing import Any

import uvicorn

from orders_service import app, database, settings, telemetry

DRAIN = 2  # seconds after SIGTERM in which requests are still taken


class Server(uvicorn.Server):
    """On SIGTERM it is not ready any more, stops a little later, and gives requests in flight their time."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        telemetry.draining.set()
        Timer(DRAIN, setattr, (self, "should_exit", True)).start()


def main() -> None:
    if sys.argv[1:] == ["migrate"]:
        return database.migrate()
    found = settings.read()
    telemetry.configure(found.log_level, found.version)
    left = max(1, int(found.shutdown_seconds - DRAIN))
    quiet: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}
    limits: dict[str, Any] = {"limit_concurrency": 1000, "timeout_keep_alive": 75, "timeout_graceful_shutdown": left}
    config = uvicorn.Config(app.observed(found), host=found.host, port=found.port, **quiet, **limits)
    Server(config).run()


if __name__ == "__main__":
    main()
