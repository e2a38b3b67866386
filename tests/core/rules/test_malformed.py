"""Malformed input ends in a verdict, clear findings or one clear error: a slice of bench/malformed.py, with its limits."""

from __future__ import annotations

import subprocess
import sys

import pytest

from helpers.charts.charts import ROOT

CASES = 120


@pytest.mark.slow  # a hundred inputs, a process each
def test_no_input_makes_it_fail() -> None:
    command = [sys.executable, "bench/malformed.py", "--quick", "--cases", str(CASES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{CASES} cases, 0 problems" in done.stdout
