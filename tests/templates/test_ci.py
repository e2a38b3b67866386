"""What CI does, by running its scripts: which projects a change touches, and which versions it publishes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.workspaces.copier_templates import git

SEMVER = re.compile(  # https://semver.org, the suggested regular expression
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z.-]+)?"
)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NOWHERE = "0" * 40


@pytest.fixture(scope="session")
def repositories(roots: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A workspace of one repository per development style, and a repository with one service; each with a commit."""
    folder = tmp_path_factory.mktemp("ci")
    variants = {"trunk": "github-helm", "git-flow": "github-gitops", "single": "code"}
    made = {name: shutil.copytree(roots[variant], folder / name) for name, variant in variants.items()}
    for path in made.values():
        git(path, "init", "--quiet")
        git(path, "add", ".")
        git(path, "commit", "--quiet", "--message", "first")
    return made


def workflow(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / ".github/workflows/ci.yaml").read_text(encoding="utf-8")))


def touched(folder: Path, before: str, tmp_path: Path, ref: str = "refs/heads/main") -> dict[str, Any]:
    """The outputs of the job `changes`, run as GitHub runs it."""
    output = tmp_path / "output"
    output.unlink(missing_ok=True)
    step = next(step for step in workflow(folder)["jobs"]["changes"]["steps"] if step.get("id") == "changes")
    variables = {
        "BEFORE": before,
        "GITHUB_OUTPUT": str(output),
        "GITHUB_REF": ref,
        "GITHUB_REF_NAME": ref.split("/", 2)[2],
    }
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=folder, env=os.environ | variables, check=True)
    pairs = (line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    return {name: json.loads(value) for name, value in pairs}


def commit(folder: Path, *paths: str) -> str:
    """Change these files in one commit; returns the commit before."""
    before = git(folder, "rev-parse", "HEAD").strip()
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("a", encoding="utf-8") as file:
            file.write("more\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "change")
    return before


def test_a_change_touches_its_service_and_the_chart_beside_it(repositories: dict[str, Path], tmp_path: Path) -> None:
    folder = repositories["trunk"]
    before = commit(folder, "services/orders/src/x.py", "charts/store/values.yaml")
    found = touched(folder, before, tmp_path)
    assert found == {"services": ["orders"], "libraries": [], "charts": ["orders", "store"], "environments": []}


def test_a_change_of_the_library_and_an_environment(repositories: dict[str, Path], tmp_path: Path) -> None:
    folder = repositories["trunk"]
    before = commit(folder, "library/x", "envs/pro/values.yaml")
    found = touched(folder, before, tmp_path)
    assert (found["services"], found["libraries"], found["charts"]) == ([], ["library"], [])
    (environment,) = found["environments"]
    assert environment["name"] == "pro"
    assert environment["context"] == "it's"
    assert environment["values"] == "-f envs/common.yaml -f envs/pro/values.yaml"


def test_values_files_are_passed_in_order(repositories: dict[str, Path], tmp_path: Path) -> None:
    folder = repositories["trunk"]
    (environment,) = touched(folder, commit(folder, "envs/tst/x"), tmp_path)["environments"]
    assert environment["values"] == "-f envs/common.yaml -f envs/tst/common.yaml -f envs/tst/values.yaml"


def test_a_change_of_shared_values_touches_every_environment_that_has_them(
    repositories: dict[str, Path], tmp_path: Path
) -> None:
    folder = repositories["trunk"]
    found = touched(folder, commit(folder, "envs/common.yaml"), tmp_path)["environments"]
    assert [environment["name"] for environment in found] == ["tst", "pro"]


def test_a_change_of_the_readme_touches_nothing(repositories: dict[str, Path], tmp_path: Path) -> None:
    folder = repositories["trunk"]
    assert not any(touched(folder, commit(folder, "README.md"), tmp_path).values())


def test_the_first_push_touches_what_is_there(repositories: dict[str, Path], tmp_path: Path) -> None:
    folder = repositories["trunk"]
    commit(folder, "services/auth/x")
    assert "auth" in touched(folder, NOWHERE, tmp_path)["services"]


def test_a_tag_touches_the_project_that_it_names(repositories: dict[str, Path], tmp_path: Path) -> None:
    found = touched(repositories["trunk"], NOWHERE, tmp_path, "refs/tags/orders-v1.2.3")
    assert found == {"services": ["orders"], "libraries": [], "charts": ["orders"], "environments": []}
    found = touched(repositories["trunk"], NOWHERE, tmp_path, "refs/tags/shop-library-v1.2.3")
    assert found == {"services": [], "libraries": ["library"], "charts": [], "environments": []}


def test_where_there_is_one_service_a_tag_is_only_a_version(repositories: dict[str, Path], tmp_path: Path) -> None:
    found = touched(repositories["single"], NOWHERE, tmp_path, "refs/tags/v1.2.3")
    assert found == {"services": ["orders"], "charts": ["orders"]}


def test_exactly_the_actions_of_the_projects_are_there(repositories: dict[str, Path]) -> None:
    jobs = workflow(repositories["trunk"])["jobs"]
    assert list(jobs) == ["checks", "changes", "image", "library", "chart", "render", "deploy"]
    assert list(workflow(repositories["single"])["jobs"]) == ["checks", "changes", "image", "chart"]
    assert jobs["deploy"]["concurrency"]["cancel-in-progress"] is False


def test_with_gitops_nothing_talks_to_a_cluster(roots: dict[str, Path]) -> None:
    for ci, path in (("github", ".github/workflows/ci.yaml"), ("gitlab", ".gitlab-ci.yml")):
        text = (roots[f"{ci}-gitops"] / path).read_text(encoding="utf-8")
        assert "refs/heads/deploy/" in text
        assert not re.search(r"helm upgrade|kubeconfig|kubectl", text, re.IGNORECASE)


def versions(folder: Path, tmp_path: Path, variables: dict[str, str]) -> tuple[str, str, str]:
    chart = tmp_path / "Chart.yaml"
    chart.write_text('apiVersion: v2\nname: orders\nversion: "1.3.0"\nappVersion: 9\n', encoding="utf-8")
    command = ["sh", str(folder / ".ci/version.sh"), str(chart)]
    environment = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert list(found) == ["PUSH", "IMAGE_TAG", "CHART_VERSION"]
    assert SEMVER.fullmatch(found["CHART_VERSION"])
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,127}", found["IMAGE_TAG"])
    return found["PUSH"], found["IMAGE_TAG"], found["CHART_VERSION"]


def github(ref: str) -> dict[str, str]:
    return {"GITHUB_REF": ref, "GITHUB_RUN_NUMBER": "7", "GITHUB_SHA": COMMIT}


def gitlab(ref: str) -> dict[str, str]:
    kind, name = ref.removeprefix("refs/").split("/", 1)
    names = {"heads": "CI_COMMIT_BRANCH", "tags": "CI_COMMIT_TAG", "pull": "CI_MERGE_REQUEST_IID"}
    return {
        "GITLAB_CI": "true",
        "CI_PIPELINE_IID": "7",
        "CI_COMMIT_SHA": COMMIT,
        names[kind]: name.removesuffix("/merge"),
    }


@pytest.mark.parametrize("provider", [github, gitlab])
@pytest.mark.parametrize(
    ("style", "ref", "expected"),
    [
        ("trunk", "refs/tags/orders-v1.2.3", ("true", "1.2.3", "1.2.3")),
        ("trunk", "refs/tags/my-vault-v1.2.3-dev.1", ("true", "1.2.3-dev.1", "1.2.3-dev.1")),
        ("trunk", "refs/tags/v1.2.3", ("true", "1.2.3", "1.2.3")),
        ("trunk", "refs/heads/main", ("true", "main-7-g0123456", "1.3.0-main.7.g0123456")),
        ("trunk", "refs/heads/other", ("false", "branch-other-7-g0123456", "0.0.0-branch.other.7.g0123456")),
        ("trunk", "refs/pull/12/merge", ("false", "review-12-7-g0123456", "0.0.0-review.12.7.g0123456")),
        ("git-flow", "refs/heads/develop", ("true", "develop-7-g0123456", "1.3.0-develop.7.g0123456")),
        ("git-flow", "refs/heads/release/1.4", ("true", "1.4.0-rc.7", "1.4.0-rc.7")),
        ("git-flow", "refs/heads/release/2", ("true", "2.0.0-rc.7", "2.0.0-rc.7")),
        ("git-flow", "refs/heads/hotfix/1.3.1", ("true", "1.3.1-rc.7", "1.3.1-rc.7")),
        ("git-flow", "refs/heads/feature/X_y", ("true", "feature-x-y-7-g0123456", "0.0.0-feature-x-y.7.g0123456")),
        ("git-flow", "refs/heads/main", ("false", "branch-main-7-g0123456", "0.0.0-branch.main.7.g0123456")),
    ],
)
def test_a_git_event_gives_one_version(
    provider: Any, style: str, ref: str, expected: tuple[str, str, str], repositories: dict[str, Path], tmp_path: Path
) -> None:
    assert versions(repositories[style], tmp_path, provider(ref)) == expected
