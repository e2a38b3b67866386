"""What is cheap stays cheap: no heavy import on the way to a version number or to a help text."""

from __future__ import annotations

import subprocess
import sys

from shunter import __version__

HEAVY = {"copier", "jsonschema", "jsonschema_rs", "rich", "yaml", "dataclasses"}


def modules_of(*arguments: str) -> tuple[str, set[str]]:
    """Standard output of `shunter ...`, and the top-level modules that the run imported."""
    command = [sys.executable, "-X", "importtime", "-m", "shunter", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return done.stdout, {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_version_imports_nothing_heavy() -> None:
    printed, modules = modules_of("--version")
    assert printed == f"shunter {__version__}\n"
    assert "shunter" in modules
    assert modules & (HEAVY | {"argparse"}) == set()


def test_help_of_the_hook_imports_no_engine() -> None:
    printed, modules = modules_of("validate", "--help")
    assert printed.startswith("usage: shunter validate")
    assert modules & {"copier", "jsonschema", "jsonschema_rs", "rich", "yaml"} == set()
