"""Programs that a test needs beyond git and Python."""

from __future__ import annotations

import os
import shutil

import pytest


def require(tool: str, reason: str = "") -> str:
    """The path of `tool`, or a skip with a reason; in .ci/run, which installs everything, a failure instead."""
    found = shutil.which(tool)
    if found is not None:
        return found
    message = f"needs `{tool}`{': ' + reason if reason else ''}"
    if os.environ.get("SHUNTER_CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
