"""Programs that a test needs beyond git and Python."""

from __future__ import annotations

import shutil

import pytest


def require(tool: str, reason: str = "") -> str:
    """The path of `tool`, or a skip with a reason; in .ci/run, which installs everything, that is a failure."""
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"needs `{tool}`{': ' + reason if reason else ''}")
    return found
