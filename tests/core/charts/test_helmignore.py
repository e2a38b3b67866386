"""`.helmignore`, against the embedded Helm: exactly the files that it loads are kept."""

from __future__ import annotations

import random
from pathlib import Path

import helm_python
import pytest

from helpers.charts.tiny_charts import chart_files, write_files
from shunter.core.charts import helmignore
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

NAMES = ["a", "b.txt", "ab", "[x]", "a-b", ".hidden", "temp*", "c\\d", "é", "notes"]
PIECES = [
    "a",
    "b",
    "*",
    "?",
    ".",
    "txt",
    "/",
    "[ab]",
    "[^a]",
    "[a-c]",
    "\\*",
    "é",
    "*.txt",
    "notes",
    "templates",
    "[b-a]",
]


def helm_loads(folder: Path) -> set[str]:
    with helm_python.Chart.load(str(folder)) as chart:
        return {item["name"] for item in (*chart.files, *chart.templates)} | {"Chart.yaml"}


def random_tree(rng: random.Random) -> dict[str, FileState]:
    files = chart_files("app", template=None)
    for _ in range(14):
        folders = [rng.choice(["templates", "docs", "ad", "b.txtd", "notesd"])] * rng.randint(0, 1)
        folders += [rng.choice(NAMES) + "x"] * rng.randint(0, 1)
        files["/".join([*folders, rng.choice(NAMES)])] = FileState(b"x\n")
    return files


def random_rules(rng: random.Random) -> str:
    lines = []
    for _ in range(rng.randint(1, 4)):
        rule = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 4)))
        marks = rng.choice(["", "", "", "", "/", "!"]), rng.choice(["", "", "/"])
        lines.append(rng.choice(["", " "]) + marks[0] + rule + marks[1])
    return "\n".join([*lines, rng.choice(["", "# comment", "   "])]) + rng.choice(["", "\n", "\r\n"])


def test_keeps_what_helm_loads(tmp_path: Path) -> None:
    rng, compared = random.Random(11), 0
    for number in range(250):
        files = random_tree(rng) | {".helmignore": FileState(random_rules(rng).encode())}
        folder = write_files(tmp_path / str(number), files)
        try:
            kept = set(helmignore.filter_files(files))
        except ShunterError:
            with pytest.raises(helm_python.HelmError):
                helm_loads(folder)
            continue
        if "Chart.yaml" in kept:
            compared += 1
            assert kept == helm_loads(folder), files[".helmignore"].data
        else:
            with pytest.raises(helm_python.HelmError, match=r"Chart\.yaml file is missing"):
                helm_loads(folder)
    assert compared > 150


@pytest.mark.parametrize("rule", ["a/**/b", "[a", "a[", "x\\", "[]a]", "[a-]"])
def test_refuses_what_helm_refuses(rule: str, tmp_path: Path) -> None:
    files = chart_files("app", extra={".helmignore": f"# first\n{rule}\n", "abc": "x"})
    with pytest.raises(helm_python.HelmError):
        helm_loads(write_files(tmp_path, files))
    with pytest.raises(ShunterError) as caught:
        helmignore.filter_files(files)
    assert caught.value.span is not None
    assert (caught.value.span.path, caught.value.span.line, caught.value.span.text) == (".helmignore", 2, rule)


def test_hidden_templates_are_never_loaded() -> None:
    files = chart_files("app", extra={"templates/.swp": "x", "templates/sub/.swp": "x"})
    assert sorted(helmignore.filter_files(files)) == ["Chart.yaml", "templates/all.yaml", "templates/sub/.swp"]


def test_many_stars_take_no_time() -> None:
    rules = helmignore.parse(b"*a" * 60 + b"b\n" + b"*a*b*c*\n")
    assert not rules.ignores("a" * 200)
    assert rules.ignores("a" * 200 + "b")
    assert rules.ignores("xbaxbxcx")
    assert not rules.ignores("xbaxcxbx")
