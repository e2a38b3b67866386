"""Services in Python, without building them: what a team writes is never touched again."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.services.cells import CELLS
from shunter.adapters.templates.history import template_files
from shunter.adapters.templates.written_once import matcher
from shunter.core.templates.engine import Engine
from shunter.model.files import MemoryTree

FILES = MemoryTree(template_files(Path(__file__).parents[2]))
OURS = {"__init__.py", "__main__.py", "env.py", "logs.py", "telemetry.py", "worker.py"}


@pytest.mark.parametrize("archetype", [cell.archetype for cell in CELLS if cell.language == "python"])
def test_what_a_team_writes_is_written_once(archetype: str) -> None:
    answers = {"kind": "service", "name": "orders", "archetype": archetype, "language": "python"}
    made = Engine(FILES, "here", "v1").project(answers)
    once = matcher(made.once)
    sources = [path for path in made.files if path.startswith("src/")]
    assert {path for path in sources if not once(path)} == {p for p in sources if Path(p).name in OURS}
    assert all(once(path) for path in made.files if path.startswith("tests/") or path == "openapi.json")
