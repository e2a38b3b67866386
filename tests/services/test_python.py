"""Services in Python, without building them: what a team writes is never touched again, and locks hold what is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.services.cells import CELLS, Cell, generated, made
from shunter.adapters.templates.history import template_files
from shunter.adapters.templates.written_once import matcher
from shunter.core.templates.engine import Engine
from shunter.model.files import MemoryTree

ROOT = Path(__file__).parents[2]
FILES = MemoryTree(template_files(ROOT))
OURS = {
    "__init__.py",
    "__main__.py",
    "calls.py",
    "database.py",
    "env.py",
    "logs.py",
    "problems.py",
    "telemetry.py",
    "tokens.py",
    "worker.py",
}
ARCHETYPES = [cell.archetype for cell in CELLS if cell.language == "python"]
LOCKED = 24_000
"""Bytes of both locks of a service; with every file of every release they were 100,000."""
WHEELS = {
    "a-1-py3-none-any.whl": True,
    "a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": True,
    "a-1-cp314-cp314-manylinux2014_aarch64.manylinux_2_17_aarch64.whl": True,
    "a-1-cp39-abi3-macosx_11_0_arm64.whl": True,
    "a-1-py3-none-macosx_10_13_universal2.whl": True,
    "a-1-cp310-cp310-manylinux_2_17_x86_64.whl": False,
    "a-1-cp314-cp314t-manylinux_2_17_x86_64.whl": False,
    "a-1-cp313-cp313-musllinux_1_2_x86_64.whl": False,
    "a-1-cp313-cp313-manylinux_2_17_s390x.whl": False,
    "a-1-cp313-cp313-macosx_10_13_x86_64.whl": False,
    "a-1-cp313-cp313-win_amd64.whl": False,
}


def lines(archetype: str) -> dict[tuple[bool, bool], int]:
    """Lines, blank ones too, by whether they are written once, and then a team's, and whether they are tests."""
    answers = {"kind": "service", "name": "orders", "archetype": archetype, "language": "python"}
    made = Engine(FILES, "here", "v1").project(answers)
    once = matcher(made.once)
    found = {(mine, test): 0 for mine in (True, False) for test in (True, False)}
    for path, state in made.files.items():
        if path.startswith(("src/", "tests/")):
            found[once(path), path.startswith("tests/")] += state.data.count(b"\n")
    return found


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_what_a_team_writes_is_written_once(archetype: str) -> None:
    answers = {"kind": "service", "name": "orders", "archetype": archetype, "language": "python"}
    made = Engine(FILES, "here", "v1").project(answers)
    once = matcher(made.once)
    sources = [path for path in made.files if path.startswith("src/")]
    names = {path for path in sources if Path(path).name in OURS}
    assert {path for path in sources if not once(path)} == names
    ours = {"tests/conftest.py", "tests/test_app.py"} if archetype == "rest-api" else set()
    assert {path for path in made.files if path.startswith("tests/") and not once(path)} == ours


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_a_team_owns_few_lines(archetype: str) -> None:
    found = lines(archetype)
    assert 0 < found[True, False] <= 250
    assert 0 < found[True, True] <= (120 if archetype == "rest-api" else 200)


def test_the_table_in_the_docs_is_true() -> None:
    """docs/services.md has the lines beside those of public starters."""
    found = lines("rest-api")
    both = [sum(found[mine, test] for mine in (True, False)) for test in (False, True)]
    [row] = re.findall(
        r"^\| ours, Python \| (.*) \| the same", (ROOT / "docs/services.md").read_text("utf-8"), re.MULTILINE
    )
    assert row == " | ".join(map(str, [found[True, False], found[True, True], *both]))


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_locks_hold_no_more_than_somebody_installs(archetype: str, tmp_path: Path) -> None:
    folder = generated(Cell("python", archetype), tmp_path / "orders")
    locks = [path.read_text("utf-8") for path in folder.glob("requirements*.txt")]
    assert len(locks) == 2
    assert sum(map(len, locks)) <= LOCKED
    for text in locks:
        assert all(1 <= each.count("--hash") <= 20 for each in re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:])


def test_a_lock_keeps_what_the_image_and_developers_take(tmp_path: Path) -> None:
    """Sources are kept, too; of a release that has nothing for us, all is."""
    hashes = {name: f"{number:064x}" for number, name in enumerate([*WHEELS, "b-1-cp313-cp313-win_amd64.whl", "s"])}
    entries = [(name, hashes[name]) for name in WHEELS]
    (tmp_path / "pylock.toml").write_text(
        _package("a", entries, hashes["s"]) + _package("b", list(hashes.items())[-2:-1]), "utf-8"
    )
    lines = [f"    --hash=sha256:{each}" for each in hashes.values()]
    lock = tmp_path / "requirements.txt"
    lock.write_text(" \\\n".join(["# made\na==1", *lines]) + "\n", "utf-8")
    program = str(ROOT / "templates/_service/python/lock.py")
    subprocess.run([sys.executable, program, str(tmp_path / "pylock.toml"), str(lock)], check=True)
    kept = [hashes[name] for name in hashes if WHEELS.get(name, True)]
    assert (
        lock.read_text("utf-8")
        == " \\\n".join(["# made\na==1", *(f"    --hash=sha256:{each}" for each in kept)]) + "\n"
    )


def _package(name: str, wheels: list[tuple[str, str]], sources: str = "") -> str:
    listed = ", ".join(f'{{url = "x/{wheel}", hashes = {{sha256 = "{found}"}}}}' for wheel, found in wheels)
    sdist = f'sdist = {{url = "x/{name}.tar.gz", hashes = {{sha256 = "{sources}"}}}}\n' if sources else ""
    return f'[[packages]]\nname = "{name}"\n{sdist}wheels = [{listed}]\n'


@pytest.mark.slow
def test_a_lock_is_written_the_same_again(tmp_path: Path) -> None:
    """Slow: it asks the index of packages."""
    folder = generated(Cell("python", "rest-api"), tmp_path / "orders")
    before = {path: path.read_bytes() for path in folder.glob("requirements*.txt")}
    made(folder, "lock")
    assert {path: path.read_bytes() for path in folder.glob("requirements*.txt")} == before
