"""Services in Go, without building them: gofmt takes them under any name, and a team owns few lines."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.tools import require
from shunter.adapters.templates.history import template_files
from shunter.core.templates.engine import Engine
from shunter.model.files import MemoryTree

ROOT = Path(__file__).parents[2]
FILES = MemoryTree(template_files(ROOT))
ARCHETYPES = yaml.safe_load((ROOT / "templates/cells.yaml").read_text("utf-8"))["languages"]["go"]["archetypes"]
LINES = {"rest-api": (250, 120), "worker": (250, 120), "api-gateway": (150, 120)}
"""Of each archetype: lines of code that a team owns, and of tests; blank ones count."""


def service(archetype: str, name: str = "orders", **more: Any) -> dict[str, str]:
    answers = {"kind": "service", "name": name, "archetype": archetype, "language": "go", **more}
    rendered = Engine(FILES, "here", "v1").render(answers)
    return {path: state.data.decode() for path, state in rendered.items()}


def owned(files: dict[str, str]) -> dict[str, str]:
    """What is written once, and then a team's."""
    return {
        path: text
        for path, text in files.items()
        if path.startswith(("internal/", "migrations/")) or re.fullmatch(r"[^/]+\.go", path)
    }


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_a_team_owns_few_lines(archetype: str) -> None:
    mine = owned(service(archetype))
    tests = sum(text.count("\n") for path, text in mine.items() if path.endswith("_test.go"))
    code = sum(text.count("\n") for text in mine.values()) - tests
    assert code <= LINES[archetype][0]
    assert tests <= LINES[archetype][1]


def test_the_table_in_the_docs_is_true() -> None:
    """docs/services.md has the lines beside those of public starters: a team's and all, code and tests."""
    files = {path: text for path, text in service("rest-api").items() if path.endswith((".go", ".sql"))}
    tests, code = ({p: t for p, t in files.items() if p.endswith("_test.go") is wanted} for wanted in (True, False))
    counted = [sum(text.count("\n") for text in each.values()) for each in (owned(code), owned(tests), code, tests)]
    found = re.search(r"^\| ours, Go \| (.*) \| the same", (ROOT / "docs/services.md").read_text("utf-8"), re.MULTILINE)
    assert found
    assert counted == [int(cell) for cell in found[1].split("|")]


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_the_readme_is_one_page_and_counts_right(archetype: str) -> None:
    """Each file that a team owns stands in a table with its lines and a reason."""
    files = service(archetype)
    mine = owned(files)
    for place, lines in re.findall(r"^\| `(\S+?)` \| (\d+) \|", files["README.md"], re.MULTILINE):
        inside = [path for path in mine if path == place or path.startswith(place)]
        assert sum(mine.pop(path).count("\n") for path in inside) == int(lines), place
    assert mine == {}
    assert files["README.md"].count("\n") <= 75
    assert files["AGENTS.md"].count("\n") <= 30


@pytest.mark.parametrize("archetype", ARCHETYPES)
@pytest.mark.parametrize("name", ["a", "orders-of-last-year-and-the-one-before-that-which-are-not-paid"])
def test_gofmt_takes_it_under_any_name(archetype: str, name: str, tmp_path: Path) -> None:
    for path, text in service(archetype, name, port=18080).items():
        if path.endswith(".go"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
    done = subprocess.run([require("gofmt"), "-l", "."], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == ""


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_modules_are_named_without_a_registry(archetype: str) -> None:
    files = service(archetype)
    assert not re.search(r"^replace|https?://", files["go.mod"], re.MULTILINE)
    assert all(re.fullmatch(r"\S+ v\S+ h1:\S+", line) for line in files["go.sum"].splitlines())
    assert "tool honnef.co/go/tools/cmd/staticcheck\n" in files["go.mod"]
