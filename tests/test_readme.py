"""What README.md says a person can type works, and prints what README.md shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.tools import need_helm

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MISTAKE = "orders:\n  image:\n    tag: 1.10\n"


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language; `` for those without one."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for name, text in fences if name == language]


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


def without_numbers(text: str) -> str:
    """Line numbers in a values file move with its template."""
    return re.sub(r"\d+", "0", text)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace that the demo leaves, and everything that the demo printed."""
    need_helm()
    box = tmp_path_factory.mktemp("demo")
    shunter = box / "bin" / "shunter"
    shunter.parent.mkdir()
    shunter.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m shunter "$@"\n')
    shunter.chmod(0o755)
    environment = os.environ | {"TMPDIR": str(box), "PATH": f"{shunter.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [ROOT / "docs" / "demo.sh"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return next(box.glob("shunter-demo.*")) / "shop", done.stdout


def test_the_readme_and_the_demo_have_the_same_commands() -> None:
    script = (ROOT / "docs" / "demo.sh").read_text("utf-8")
    assert [line for line in commands() if not line.startswith("make ")] == re.findall(r"^run '(.*)'$", script, re.M)


def test_the_commands_of_make_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {line.split()[1] for line in commands() if line.startswith("make ")}
    assert named == {"demo", "test"}
    assert named <= targets


def test_the_demo_ends_with_the_board_and_the_next_command(demo: tuple[Path, str]) -> None:
    workspace, printed = demo
    board = blocks("")[-1]
    assert board.startswith("APP")
    assert board in printed
    promotes, deploys = (line.strip() for line in printed.splitlines() if line.startswith("    ") and "-C" in line)
    assert promotes.endswith(f"shunter -C {workspace} promote --from pre --to pro --diff")
    assert subprocess.run(["bash", "-ec", promotes], capture_output=True, check=False).returncode == 0
    assert printed.rstrip().endswith(f"shunter -C {workspace} deploy tst --plan")
    nowhere = os.environ | {"KUBECONFIG": str(workspace / "none")}
    done = subprocess.run(["bash", "-ec", deploys], env=nowhere, capture_output=True, text=True, check=False)
    assert (done.returncode, "hint: " in done.stderr) == (2, True)


def test_the_mistake_looks_as_shown(demo: tuple[Path, str]) -> None:
    workspace, _ = demo
    values = workspace / "shop-pre" / "envs" / "pre" / "values.yaml"
    text = values.read_text("utf-8")
    values.write_text(text + MISTAKE)
    command = [sys.executable, "-m", "shunter", "validate", "-e", "pre"]
    done = subprocess.run(command, cwd=workspace, capture_output=True, text=True, check=False)
    values.write_text(text)
    shown = next(block for block in blocks("") if block.startswith("error"))
    assert done.returncode == 1
    printed = without_numbers(done.stderr)
    assert [line for line in without_numbers(shown).splitlines() if line not in printed] == []
