"""Runs the service until SIGTERM."""

from __future__ import annotations

import os
import signal
import sys

from .api import ServiceApi
from .logs import configure_logging
from .metrics import Registry
from .server import Server
from .settings import Settings, SettingsError

SIGNALS = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Serve, then drain. Exit code 0: all requests were answered, 1: some were cut off, 2: bad settings."""
    # Blocked before a thread starts, so that none but `sigwait` takes them. With a handler that sets an event, a signal
    # between the event's check and its wait would go unheard.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        settings = Settings.read(os.environ)
        configure_logging(settings.log_level)
        server = Server(settings, Registry(), ServiceApi(settings).routes())
    except (SettingsError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    server.start()
    signal.sigwait(SIGNALS)
    return 0 if server.drain() else 1


if __name__ == "__main__":
    sys.exit(main())
