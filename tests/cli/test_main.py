"""The entry point: Ctrl-C at any moment of it is an answer, and no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_INTERRUPTED = """
import os, signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from shunter.cli.main import main
sys.argv[1:] = ["status"]
sys.exit(main())
"""


@pytest.mark.parametrize(
    "name",
    ["shunter.cli.options", "shunter.cli.parse", "shunter.cli.options.trains", "shunter.cli.run", "shunter.cli.output"],
)
def test_an_interrupt_while_modules_are_loaded_is_told_in_a_word(tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-c", _INTERRUPTED.format(name=name)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
