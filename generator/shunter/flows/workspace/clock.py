"""The one clock: the time of a run, or SOURCE_DATE_EPOCH where a build must be reproducible."""

from __future__ import annotations

import os
import time

from shunter.core.charts.lock import format_time


def generated_now() -> str:
    """The current time as trains and histories record it (RFC 3339, UTC, whole seconds)."""
    return generated_before(0)


def generated_before(seconds: int) -> str:
    """The time so many seconds ago."""
    return format_time(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time()) - seconds)
