"""The files of .github/, by the schemas of their makers, and what the workflows promise."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted({*(GITHUB / "ISSUE_TEMPLATE").glob("*.yml")} - {GITHUB / "ISSUE_TEMPLATE" / "config.yml"})


def read(path: Path) -> dict[Any, Any]:
    read = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # `on` stays text
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-issue-forms", FORMS),
        ("vendor.github-issue-config", [GITHUB / "ISSUE_TEMPLATE" / "config.yml"]),
        ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_are_valid_by_the_schemas_of_their_makers(schema: str, files: list[Path]) -> None:
    assert files
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_get_no_right_but_what_a_job_names(workflow: Path) -> None:
    text = read(workflow)
    assert text["permissions"] == {}
    for job in text["jobs"].values():
        writes = {name for name, right in job["permissions"].items() if right != "read"}
        assert writes == ({"id-token"} if job.get("environment") == "pypi" else set())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_of_others_are_pinned_to_a_commit(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text("utf-8"))
    others = [(name, comment) for name, comment in used if not name.startswith("./")]
    assert others
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [name for name, comment in others if not pinned.fullmatch(name + comment)] == []


def test_the_matrix_names_every_python_that_the_project_supports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    jobs = read(GITHUB / "workflows" / "ci.yml")["jobs"]["run"]["strategy"]["matrix"]["include"]
    pythons = {job["python"] for job in jobs if job["resolution"] == "locked"}
    assert min(pythons, key=lambda python: int(python.partition(".")[2])) == project["requires-python"].removeprefix(
        ">="
    )
    assert pythons == {name.rpartition(" ")[2] for name in project["classifiers"] if " 3." in name}
