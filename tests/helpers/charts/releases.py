"""The next release of shunter itself: a copy of the package whose templates changed, and which knows the last one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from helpers.charts.charts import ROOT
from helpers.workspaces.cli import Result
from shunter import __version__
from shunter.adapters.templates.history import STREAM, append_release

NEXT = "0.9.0"
LIBRARY = "1.1.0"
_PARTS = ("generator", "templates", "schemas", "history", "copier.yml", "pyproject.toml")


def substitute(file: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file, which must be there."""
    text = file.read_text("utf-8")
    assert old in text, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new, 1), "utf-8")


def change_templates(root: Path) -> Path:
    """What the next release brings: text, a rename, a new question, and a new version of the library chart."""
    templates = root / "templates"
    substitute(templates / "repository/README.md.jinja", "\n## Commands\n", "\n## Commands of release two\n")
    substitute(templates / "_library/version.jinja", '"1.0.0"', f'"{LIBRARY}"')
    with (templates / "app/templates/NOTES.txt.jinja").open("a", encoding="utf-8") as notes:
        notes.write("Release two.\n")
    (templates / "service/python/rest-api/README.md.jinja").rename(templates / "service/python/rest-api/ABOUT.md.jinja")
    with (templates / "_questions/common.yml").open("a", encoding="utf-8") as questions:
        questions.write("motto: {type: str, default: on time}\n")
    return root


def next_release(root: Path) -> Path:
    """Make the next release of the whole package at `root`."""
    root.mkdir(parents=True)
    for part in _PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, root / part)
    if f"v{__version__}\n".encode() not in (root / STREAM).read_bytes():
        append_release(__version__, root)
    substitute(root / "generator/shunter/__init__.py", __version__, NEXT)
    return change_templates(root)


def newer(root: Path, *arguments: str, cwd: Path) -> Result:
    """Run the shunter at `root`."""
    command = [sys.executable, "-m", "shunter", *arguments]
    env = os.environ | {"PYTHONPATH": str(root / "generator")}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr)
