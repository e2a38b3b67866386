"""Test data from elsewhere: `SHUNTER_TEST_DATA`, or the folder `shared/data` beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"


def outside_data(name: str) -> Path:
    """The path of a file or folder of that data; skips the test where it is absent."""
    path = Path(os.environ.get("SHUNTER_TEST_DATA", _BESIDE)) / name
    if not path.exists():
        pytest.skip(f"{name} is not here: set SHUNTER_TEST_DATA to a folder that holds it")
    return path
