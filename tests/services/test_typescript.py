"""Services in TypeScript, without building them: what a team owns, and what their locks say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from shunter.adapters.templates.history import template_files
from shunter.core.templates.engine import Engine
from shunter.model.files import MemoryTree

ROOT = Path(__file__).parents[2]
LANGUAGE = yaml.safe_load((ROOT / "templates/cells.yaml").read_text("utf-8"))["languages"]["typescript"]


def service(name: str = "orders", **more: Any) -> dict[str, str]:
    answers = {"kind": "service", "name": name, "archetype": "rest-api", "language": "typescript", **more}
    rendered = Engine(MemoryTree(template_files(ROOT)), "here", "v1").render(answers)
    return {path: state.data.decode() for path, state in rendered.items()}


def owned(files: dict[str, str]) -> dict[str, int]:
    """What is written once, and then a team's, with the number of lines; blank ones count."""
    mine = ("src/", "tests/", "migrations/")
    return {path: text.count("\n") for path, text in files.items() if path.startswith(mine)}


def test_a_team_owns_few_lines_and_the_readme_says_why() -> None:
    files = service()
    mine = owned(files)
    assert sum(lines for path, lines in mine.items() if not path.startswith("tests/")) <= 250
    assert sum(lines for path, lines in mine.items() if path.startswith("tests/")) <= 120
    for place, lines in re.findall(r"^\| `(\S+?)` \| (\d+) \| \w", files["README.md"], re.MULTILINE):
        inside = [path for path in mine if path == place or path.startswith(place)]
        assert sum(mine.pop(path) for path in inside) == int(lines), place
    assert mine == {}
    assert files["README.md"].count("\n") <= 75
    assert files["AGENTS.md"].count("\n") <= 30


def test_the_docs_count_right() -> None:
    """docs/services.md has the lines beside those of public starters."""
    files = service()
    mine = owned(files)
    code = {
        path: text.count("\n") for path, text in files.items() if re.match(r"(src|platform|tests|migrations)/", path)
    }
    tests = {path for path in code if path.startswith("tests/") or path.endswith(".test.ts")}
    told = [
        sum(lines for path, lines in each.items() if (path in tests) is test)
        for each in (mine, code)
        for test in (False, True)
    ]
    [row] = re.findall(
        r"^\| ours, TypeScript \| (.*) \| probes", (ROOT / "docs/services.md").read_text("utf-8"), re.MULTILINE
    )
    assert row == " | ".join(map(str, told))


def test_no_line_is_longer_than_the_formatter_allows() -> None:
    """Under the longest name too: a repository that was just made passes its own lint."""
    files = service("o" * 63, port=18080)
    width = json.loads(files["biome.json"])["formatter"]["lineWidth"]
    code = [line for path, text in files.items() if path.endswith(".ts") for line in text.splitlines()]
    assert max(map(len, code)) <= width


def test_versions_are_exact_and_locked_without_a_host() -> None:
    files = service("mail")
    package, lock = json.loads(files["package.json"]), json.loads(files["package-lock.json"])
    assert package["name"] == lock["name"] == lock["packages"][""]["name"] == "mail"
    for kind in ("dependencies", "devDependencies"):
        assert package[kind] == lock["packages"][""][kind]
        for name, version in package[kind].items():
            assert lock["packages"][f"node_modules/{name}"]["version"] == version
    locked = [each for path, each in lock["packages"].items() if path]
    assert all("integrity" in each and "resolved" not in each for each in locked)
    assert "omit-lockfile-registry-resolved=true" in files[".npmrc"]


def test_node_is_the_same_everywhere() -> None:
    version = LANGUAGE["version"]
    package = json.loads(service()["package.json"])
    assert package["engines"]["node"] == f">={version}"
    assert package["devDependencies"]["@types/node"].startswith(f"{version}.")
    assert LANGUAGE["images"]["base"]["name"].endswith(f"node:{version}-slim")
    assert (LANGUAGE["ci"]["image"], LANGUAGE["ci"]["value"]) == (f"node:{version}", version)
