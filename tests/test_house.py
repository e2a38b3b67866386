"""The house rules that a machine can check."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from shunter import __version__

ROOT = Path(__file__).parents[1]
MACHINE = re.compile("/(?:" + "|".join(("work", "root", "home")) + r")/\w")
SCRATCH = re.compile("/" + r"tmp/\w")
CONTAINERS = {".yaml", ".tpl", ".jinja"}  # these folders are a container's
LONGEST_MODULE = 350
LONGEST_README = 120
LONGEST_AGENTS = 40
LONGEST_SUBJECT = 72
BEFORE_SUBJECTS = "8d44834e6c8c15765717036d2154443067a5c658"  # the last commit before subjects had rules
SUBJECT = re.compile(r"[a-z.][a-z0-9_./, -]*: \S.*")


def git(*arguments: str) -> str:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a checkout")
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"not a checkout with its history: {done.stderr}")
    return done.stdout


def tracked() -> list[Path]:
    return [path for name in git("ls-files", "-z").split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_path_of_one_machine() -> None:
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in tracked()}
    found = [path for path, text in texts.items() if MACHINE.search(text)]
    found += [path for path, text in texts.items() if path.suffix not in CONTAINERS and SCRATCH.search(text)]
    assert [path.relative_to(ROOT).as_posix() for path in found] == []


def test_modules_are_short() -> None:
    lengths = {path: path.read_text("utf-8").count("\n") for path in (ROOT / "generator").rglob("*.py")}
    assert {f"{path.name}: {lines}" for path, lines in lengths.items() if lines > LONGEST_MODULE} == set()


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").read_text("utf-8").count("\n") <= LONGEST_README


def test_the_page_for_agents_is_short() -> None:
    assert (ROOT / "AGENTS.md").read_text("utf-8").count("\n") <= LONGEST_AGENTS


def test_subjects_of_commits_are_short_and_name_the_room() -> None:
    subjects = git("log", "--no-merges", "--format=%s", f"{BEFORE_SUBJECTS}..HEAD").splitlines()
    assert [line for line in subjects if len(line) > LONGEST_SUBJECT or not SUBJECT.fullmatch(line)] == []


def test_commits_that_blame_leaves_out_exist() -> None:
    lines = (ROOT / ".git-blame-ignore-revs").read_text("utf-8").splitlines()
    revisions = {line for line in lines if line and not line.startswith("#")}
    assert revisions - set(git("rev-list", "HEAD").split()) == set()


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" in project["project"]["dynamic"]
    source = (ROOT / project["tool"]["hatch"]["version"]["path"]).read_text("utf-8")
    assert re.findall(r'^__version__ = "(.*)"$', source, re.MULTILINE) == [__version__]
    heading = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert heading is not None
    assert heading[1] == __version__


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    pages = {page.name for page in folder.glob("[0-9]*.md")}
    assert set(re.findall(r"\]\(([^)]+)\)", (folder / "README.md").read_text("utf-8"))) == pages
    assert [name for name in pages if (folder / name).read_text("utf-8").count("\n") > 25] == []


def test_every_benchmark_is_in_its_table() -> None:
    table = (ROOT / "bench" / "README.md").read_text("utf-8")
    scripts = [path for path in tracked() if path.parent == ROOT / "bench" and path.suffix == ".py"]
    assert scripts
    assert [path.name for path in scripts if f"`python bench/{path.name}`" not in table] == []
