"""What CI does, by running its scripts: which projects a change touches, and which versions it hands on."""

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

from helpers.workspaces.cli import ok
from helpers.workspaces.copier_templates import Render, git
from helpers.workspaces.template_answers import root
from shunter.core.delivery.style import PRESETS

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


@pytest.fixture
def pushed(repositories: dict[str, Path], tmp_path: Path) -> Path:
    """A clone of the workspace with charts, as CI checks it out."""
    root = repositories["trunk"]
    for path, name in (("charts/orders", "orders"), ("library", "shop-library")):
        (root / path).mkdir(parents=True, exist_ok=True)
        (root / path / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 1.3.0\n", encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "charts")
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    git(tmp_path / "clone", "checkout", "--quiet", "-B", "main")
    return tmp_path / "clone"


def test_github_hands_on_what_shunter_says(pushed: Path, tmp_path: Path) -> None:
    jobs = workflow(pushed)["jobs"]
    step = next(step for step in jobs["changes"]["steps"] if step.get("id") == "versions")
    output = tmp_path / "output"
    environment = os.environ | {"GITHUB_OUTPUT": str(output)}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=pushed, env=environment, check=True)
    [line] = output.read_text(encoding="utf-8").splitlines()
    name, _, value = line.partition("=")
    assert jobs["changes"]["outputs"][name] == "${{ steps.versions.outputs.versions }}"
    assert json.loads(value) == json.loads(ok("version", "-o", "json", cwd=pushed).out)
    for job in ("image", "library", "chart"):
        for key, expression in jobs[job]["env"].items():
            assert looked_up(expression, json.loads(value)) not in (None, ""), (job, key)


def looked_up(expression: str, versions: dict[str, Any]) -> Any:
    """The value of `${{ fromJSON(…)[name].kind.key }}`, for the service orders where the name is the matrix's."""
    found = re.fullmatch(r"\$\{\{ fromJSON\(needs\.changes\.outputs\.versions\)\[(.+)\]\.(\w+)\.(\w+) \}\}", expression)
    assert found, expression
    name = found[1].strip("'") if found[1].startswith("'") else "orders"
    return versions[name][found[2]][found[3]]


def test_gitlab_hands_on_what_shunter_says(roots: dict[str, Path], pushed: Path) -> None:
    jobs = yaml.safe_load((roots["gitlab-helm"] / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    subprocess.run(["sh", "-e", "-c", jobs["versions"]["script"][-1]], cwd=pushed, check=True)
    assert jobs["versions"]["artifacts"]["paths"] == ["versions.env"]
    for job in ("image-orders", "chart-orders"):
        key = jobs[job]["variables"]["KEY"]
        script = next(line for line in jobs[jobs[job]["extends"]]["script"] if "versions.env" in line)
        shown = f"{script}; echo $PUSH $IMAGE_TAG $CHART_VERSION"
        done = subprocess.run(
            ["sh", "-e", "-c", shown], cwd=pushed, env={**os.environ, "KEY": key}, capture_output=True, text=True, check=True
        )
        said = ok("version", "orders", "-o", "json", cwd=pushed).out
        orders = json.loads(said)["orders"]
        assert done.stdout.split() == ["true", orders["image"]["tag"], orders["chart"]["version"]]


def test_a_tag_that_differs_from_its_chart_stops_ci(pushed: Path, tmp_path: Path) -> None:
    git(pushed, "tag", "orders-v9.9.9")
    step = next(step for step in workflow(pushed)["jobs"]["changes"]["steps"] if step.get("id") == "versions")
    environment = os.environ | {"GITHUB_OUTPUT": str(tmp_path / "output")}
    done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=pushed, env=environment, capture_output=True, check=False)
    assert done.returncode
    assert b"does not match the chart orders" in done.stderr


@pytest.mark.parametrize("style", ["trunk", "git-flow"])
def test_ci_runs_for_the_branches_of_the_style(style: str, repositories: dict[str, Path]) -> None:
    text = (repositories[style] / ".github/workflows/ci.yaml").read_text(encoding="utf-8")
    branches = dict(yaml.load(text, yaml.BaseLoader))["on"]["push"]["branches"]
    assert {*branches} == {"main", *(branches.match.replace("*", "**") for branches in PRESETS[style].branches)}


CUSTOM = {
    "branches": [
        {"match": "main", "label": "main", "moving": ["edge"]},
        {"match": "rel.x/*", "label": "rc", "version": "branch"},
        {"match": "wip/*", "label": "wip", "publish": False},
    ],
    "publish-pull-requests": True,
}


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_a_map_of_ones_own_says_which_branches_ci_runs_for(ci: str, render: Render, tmp_path: Path) -> None:
    folder = render({**root(ci=ci), "development": "custom", "versions": CUSTOM}, tmp_path)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert ("`rel.x/*`" in readme, "`wip/*`" in readme) == (True, False)
    if ci == "github":
        text = (folder / ".github/workflows/ci.yaml").read_text(encoding="utf-8")
        assert dict(yaml.load(text, yaml.BaseLoader))["on"]["push"]["branches"] == ["main", "rel.x/**", "wip/**"]
        assert "join(fromJSON(needs.changes.outputs.versions)[matrix.service].image.tags" in text
        return
    pipeline = yaml.safe_load((folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    rule = pipeline["workflow"]["rules"][-1]["if"]
    pattern = re.compile(rule.partition("=~ /")[2].removesuffix("/").replace("\\/", "/"))
    matching = [name for name in ("main", "rel.x/1.3", "relax/1.3", "wip/a/b", "wip/", "maine") if pattern.match(name)]
    assert matching == ["main", "rel.x/1.3", "wip/a/b"]
    assert any("$IMAGE_TAGS" in line for line in pipeline[".image"]["script"])
