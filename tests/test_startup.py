"""What is cheap stays cheap: no heavy import on the way to a version number or to a help text."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.workspaces import shop
from shunter import __version__

HEAVY = {"copier", "jsonschema", "jsonschema_rs", "rich", "yaml", "dataclasses"}
NEVER = {"click", "copier", "jinja2", "jsonschema", "rich", "ruamel", "ruamel.yaml", "typer"}
ENGINES = {"jsonschema_rs", "yaml"}
COSTLY = {
    "argparse",
    "dataclasses",
    "difflib",
    "email.utils",
    "hashlib",
    "importlib.metadata",
    "inspect",
    "lzma",
    "shutil",
    "socket",
    "subprocess",
    "tarfile",
}
WRITERS = {
    f"shunter.adapters.{name}"
    for name in (
        "git.apply",
        "git.journal",
        "git.prepare",
        "git.repository",
        "helm.registry",
        "templates.merge",
        "templates.render",
    )
}
CODE = """
import json, sys
from shunter.cli.main import main
code = main(sys.argv[1:])
print(json.dumps(sorted(sys.modules)))
sys.exit(code)
"""


def unmeasured() -> dict[str, str]:
    """The environment without what makes coverage start in every process, and import what it needs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def modules_of(*arguments: str) -> tuple[str, set[str]]:
    """Standard output of `shunter ...`, and the top-level modules that the run imported."""
    command = [sys.executable, "-X", "importtime", "-m", "shunter", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=unmeasured())
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return done.stdout, {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def loaded(*arguments: str) -> set[str]:
    """Every module in memory when `shunter ...`, which has to succeed, is done."""
    command = [sys.executable, "-c", CODE, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=unmeasured())
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_version_imports_nothing_heavy() -> None:
    printed, modules = modules_of("--version")
    assert printed == f"shunter {__version__}\n"
    assert "shunter" in modules
    assert modules & (HEAVY | {"argparse"}) == set()


def test_help_of_the_hook_imports_no_engine() -> None:
    printed, modules = modules_of("validate", "--help")
    assert printed.startswith("usage: shunter validate")
    assert modules & {"copier", "jsonschema", "jsonschema_rs", "rich", "yaml"} == set()


@pytest.fixture
def values_file(tmp_path: Path) -> Path:
    """A values file of an umbrella that stands alone."""
    for path, text in {**shop.files(), "one.yaml": shop.VALUES.format(1)}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path / "one.yaml"


def test_the_hook_imports_what_judges_and_nothing_else(values_file: Path) -> None:
    modules = loaded("validate", "--no-cache", str(values_file))
    assert modules >= ENGINES
    assert modules & (NEVER | COSTLY | WRITERS) == set()
    assert {name for name in modules if name.startswith("shunter.core.workspace")} == set()


def test_a_file_that_was_judged_before_needs_no_engine(values_file: Path) -> None:
    assert loaded("validate", str(values_file)) >= ENGINES
    again = loaded("validate", str(values_file))
    assert again & (NEVER | COSTLY | WRITERS | ENGINES | {"pathlib", "typing"}) == set()
    modules = {name for name in again if name.partition(".")[0] == "shunter"}
    assert len({name for name in modules if not hasattr(importlib.import_module(name), "__path__")}) < 10
