"""The command in this process: exit code and both streams, as a person at a terminal gets them."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from shunter.cli.main import main


@dataclass(frozen=True)
class Result:
    """What one command did."""

    code: int
    out: str
    err: str


def shunter(*arguments: str, cwd: Path) -> Result:
    """Run `shunter ARGUMENTS` as if started in `cwd`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(arguments))
    return Result(code, out.getvalue(), err.getvalue())


def ok(*arguments: str, cwd: Path) -> Result:
    """Run a command that has to succeed."""
    result = shunter(*arguments, cwd=cwd)
    assert result.code == 0, f"shunter {' '.join(arguments)}: {result.code}\n{result.out}{result.err}"
    return result


def run_in_background(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `shunter ARGUMENTS` as a process of its own."""
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[3] / "generator")}
    command = [sys.executable, "-m", "shunter", *arguments]
    return subprocess.Popen(command, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
