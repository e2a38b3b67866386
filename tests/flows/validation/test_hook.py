"""The commit hook through the real pre-commit, in an environment repository without its workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from helpers.tools import require

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = (
    "pyproject.toml",
    "README.md",
    ".pre-commit-hooks.yaml",
    "copier.yml",
    "generator",
    "history",
    "schemas",
    "templates",
)
VALUES = "envs/tst/values.yaml"
GOOD = "orders:\n  replicaCount: 3\n"
BAD = "orders:\n  replicaCount: many\n"
MESSAGE = """\
error[type]: `orders.replicaCount` must be an integer or null, not a string
  --> envs/tst/values.yaml:2:17
  |
2 |   replicaCount: many
  |                 ^^^^
"""
NO_SOCKETS = """
import os, sys

if "shunter" in map(os.path.basename, sys.orig_argv[:3]):
    def refuse(event, arguments):
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
            with open(os.environ["HOOK_LOG"], "a") as log:
                log.write(f"{event} {arguments}\\n")
            raise RuntimeError(f"the hook connects: {arguments}")

    sys.addaudithook(refuse)
    with open(os.environ["HOOK_LOG"], "a") as log:
        log.write("started\\n")
"""

pytestmark = pytest.mark.slow
Run = Callable[[Sequence[str]], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pre-commit clones: this project as a repository of its own."""
    folder = tmp_path_factory.mktemp("project") / "shunter"
    folder.mkdir()
    for name in PACKAGE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)
    for command in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "release"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def repository(railed: Path, tmp_path: Path) -> Path:
    """The repository of environment tst, moved out of its workspace."""
    return Path(shutil.move(railed / "shop-tst", tmp_path / "alone"))


@pytest.fixture
def run(repository: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command in the repository; where it starts shunter, nothing may connect."""
    patches = tmp_path / "patches"
    patches.mkdir()
    (patches / "sitecustomize.py").write_text(NO_SOCKETS)
    places = {
        "HOME": str(tmp_path),  # pre-commit asks every language tool for its version, and some write there
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "PIP_CACHE_DIR": str(tmp_path_factory.getbasetemp() / "pip"),
    }
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "GIT_ALLOW_PROTOCOL")
    }
    environment |= places | {"PYTHONPATH": str(patches), "HOOK_LOG": str(tmp_path / "hook.log")}

    def started(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        (tmp_path / "hook.log").unlink(missing_ok=True)
        return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)

    return started


def log(tmp_path: Path) -> str:
    return (tmp_path / "hook.log").read_text()


@pytest.mark.parametrize(("values", "code"), [(GOOD, 0), (BAD, 1)], ids=["good", "bad"])
def test_try_repo(values: str, code: int, project: Path, repository: Path, run: Run, tmp_path: Path) -> None:
    (repository / VALUES).write_text(values)
    done = run([require("pre-commit"), "try-repo", str(project), "shunter-validate", "--verbose", "--files", VALUES])
    assert done.returncode == code, done.stdout + done.stderr
    assert ("1 chart checked: valid" if code == 0 else MESSAGE) in done.stdout
    assert log(tmp_path) == "started\n"


def test_commits(project: Path, repository: Path, run: Run, tmp_path: Path) -> None:
    pre_commit = require("pre-commit")
    config = f"repos:\n- repo: {project}\n  rev: HEAD\n  hooks: [{{id: shunter-validate}}]\n"
    (repository / ".pre-commit-config.yaml").write_text(config)
    assert run([pre_commit, "install", "--install-hooks"]).returncode == 0

    def commit(path: str, text: str) -> subprocess.CompletedProcess[str]:
        (repository / path).write_text(text)
        run(["git", "add", "--all"])
        return run(["git", "commit", "-q", "-m", "change"])

    refused = commit(VALUES, BAD)
    assert refused.returncode == 1
    assert MESSAGE in refused.stderr
    assert log(tmp_path) == "started\n"
    assert run(["git", "log", "--format=%s", "-1"]).stdout != "change\n"

    accepted = commit(VALUES, GOOD)
    assert accepted.returncode == 0, accepted.stderr
    assert log(tmp_path) == "started\n"
    assert run(["git", "log", "--format=%s", "-1"]).stdout == "change\n"

    definition = (repository / "envs/tst/Chart.yaml").read_text()
    (repository / "envs/tst/values.schema.json").write_text('{"required": ["owner"]}')
    refused = commit("envs/tst/Chart.yaml", definition + "# changed\n")
    assert refused.returncode == 1, refused.stdout
    assert (
        "error[missing-key]: `owner` is required, and nothing sets it\n  --> envs/tst/values.yaml:1:1\n"
        in refused.stderr
    )
