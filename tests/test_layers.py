"""Imports point down only, the core is pure, and one module prints."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "generator" / "shunter"
LAYERS = {"model": 0, "core": 1, "adapters": 2, "flows": 3, "cli": 4}
OUTSIDE = {"subprocess", "socket", "shutil", "tempfile", "urllib", "http", "pathlib", "threading", "multiprocessing"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(tree: ast.AST) -> set[str]:
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    tree = ast.parse(path.read_text("utf-8"))
    names = imports(tree)
    rooms = {name.split(".")[1] for name in names if name.startswith("shunter.")} & set(LAYERS)
    assert {other for other in rooms if LAYERS[other] > LAYERS.get(room, 4)} == set()
    if room in ("model", "core"):
        assert names & OUTSIDE == set()
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "print" not in called or path == PACKAGE / "cli" / "output.py"
