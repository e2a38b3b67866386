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

from helpers.tools import require
from helpers.workspaces.cli import ok
from helpers.workspaces.copier_templates import Render, git
from helpers.workspaces.template_answers import VARIANTS, root
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
    """The outputs of the step `changes`, run as GitHub runs it."""
    output = tmp_path / "output"
    output.unlink(missing_ok=True)
    step = next(step for step in workflow(folder)["jobs"]["changes"]["steps"] if step.get("id") == "changes")
    variables = {
        "BEFORE": before,
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(output),
        "GITHUB_REF": ref,
        "GITHUB_SHA": git(folder, "rev-parse", "HEAD").strip(),
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
    assert found == {"services": ["orders"], "charts": ["orders", "store"], "environments": []}
    commit(folder, "services/auth/x")
    assert touched(folder, NOWHERE, tmp_path)["services"] == ["orders", "auth"]
    assert set(workflow(folder)["jobs"]["changes"]["outputs"]) == {"versions", *found}


def test_a_tag_touches_the_project_that_it_names(repositories: dict[str, Path], tmp_path: Path) -> None:
    folder = repositories["single"]
    assert touched(folder, NOWHERE, tmp_path, "refs/tags/v1.2.3")["services"] == ["orders"]
    folder = repositories["trunk"]
    assert touched(folder, NOWHERE, tmp_path, "refs/tags/orders-v1.2.3")["services"] == ["orders"]
    assert touched(folder, NOWHERE, tmp_path, "refs/tags/auth-v1.2.3")["environments"] == []


def test_how_environments_are_deployed_is_a_table(repositories: dict[str, Path]) -> None:
    table = json.loads(workflow(repositories["trunk"])["env"]["ENVIRONMENTS"])
    assert [*table] == ["tst", "pro"]
    assert table["pro"] == {
        "namespace": "shop-pro",
        "context": "it's",
        "helm": "3.19.0",
        "rollback": "--atomic",
        "values": "-f envs/common.yaml -f envs/pro/values.yaml",
    }
    assert table["tst"]["values"] == "-f envs/common.yaml -f envs/tst/common.yaml -f envs/tst/values.yaml"


def test_exactly_the_actions_of_the_projects_are_there(repositories: dict[str, Path]) -> None:
    jobs = workflow(repositories["trunk"])["jobs"]
    assert list(jobs) == ["checks", "changes", "image", "chart", "render", "deploy"]
    assert list(workflow(repositories["single"])["jobs"]) == ["checks", "changes", "image", "chart"]
    assert jobs["deploy"]["concurrency"]["cancel-in-progress"] is False


@pytest.fixture(scope="session")
def workflows(roots: dict[str, Path], render: Render, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A workflow of each variant."""
    custom = render({**root(), "development": "custom", "versions": CUSTOM}, tmp_path_factory.mktemp("custom"))
    files = [str(file) for folder in (custom, *roots.values()) for file in folder.glob(".github/workflows/*.yaml")]
    assert len(files) == 6
    return files


@pytest.mark.parametrize("command", ["actionlint", "zizmor --offline --quiet --no-config"])
def test_workflows_pass_the_linters_of_others(command: str, workflows: list[str]) -> None:
    """actionlint knows the types of expressions, and asks shellcheck about scripts; zizmor knows what can be abused."""
    tool, *options = command.split()
    done = subprocess.run([require(tool), *options, *workflows], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_to_a_commit(roots: dict[str, Path]) -> None:
    for folder in (roots["github-helm"], roots["github-gitops"]):
        used = re.findall(r"uses: (.+)", (folder / ".github/workflows/ci.yaml").read_text("utf-8"))
        assert used
        assert [name for name in used if not re.match(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+( #|$)", name)] == []


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
    for job in ("image", "chart"):
        for key, expression in jobs[job]["env"].items():
            if found := LOOKED_UP.fullmatch(expression):
                assert json.loads(value)["orders"][found[1]][found[2]] not in (None, ""), (job, key)


LOOKED_UP = re.compile(r"\$\{\{ fromJSON\(needs\.changes\.outputs\.versions\)\[matrix\.\w+\]\.(\w+)\.(\w+) \}\}")


def test_gitlab_hands_on_what_shunter_says(roots: dict[str, Path], pushed: Path) -> None:
    jobs = yaml.safe_load((roots["gitlab-helm"] / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    subprocess.run(["sh", "-e", "-c", jobs["versions"]["script"][-1]], cwd=pushed, check=True)
    assert jobs["versions"]["artifacts"]["paths"] == ["versions.env"]
    for job in ("image-orders", "chart-orders"):
        key = jobs[job]["variables"]["KEY"]
        script = next(line for line in jobs[jobs[job]["extends"]]["script"] if "versions.env" in line)
        shown = f"{script}; echo $PUSH $IMAGE_TAG $CHART_VERSION"
        done = subprocess.run(
            ["sh", "-e", "-c", shown],
            cwd=pushed,
            env={**os.environ, "KEY": key},
            capture_output=True,
            text=True,
            check=True,
        )
        said = ok("version", "orders", "-o", "json", cwd=pushed).out
        orders = json.loads(said)["orders"]
        assert done.stdout.split() == ["true", orders["image"]["tag"], orders["chart"]["version"]]


def started(jobs: dict[str, Any], path: str) -> set[str]:
    """The jobs of projects that GitLab starts for a push to main that changed this path."""
    patterns = {name: job["rules"][-1]["changes"] for name, job in jobs.items() if "extends" in job}
    return {
        name
        for name, folders in patterns.items()
        if any(path == each or (each.endswith("/**/*") and path.startswith(each[:-4])) for each in folders)
    }


TOUCHED = ("shop-library", "orders", "store", "cache", "tst", "pro")


def test_gitlab_starts_the_jobs_of_what_shunter_says_is_touched(
    roots: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = Path(shutil.copytree(roots["gitlab-helm"], tmp_path_factory.mktemp("gitlab") / "shop"))
    projects = root(**VARIANTS["gitlab-helm"])["projects"]
    for project in projects:
        text = f"apiVersion: v2\nname: {project['name']}\nversion: 0.1.0\n"
        if project["kind"] == "app":
            text += "dependencies: [{name: shop-library, version: 0.1.0, repository: file://../../library}]\n"
        if project["kind"] in ("library", "app", "chart"):
            (folder / project["path"]).mkdir(parents=True)
            (folder / project["path"] / "Chart.yaml").write_text(text, "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    jobs = yaml.safe_load((folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    kinds = {
        "library": ("chart",),
        "service": ("test", "image"),
        "app": ("chart",),
        "chart": ("chart",),
        "environment": ("render", "deploy"),
    }
    listed = {"library": "charts", "service": "services", "app": "charts", "chart": "charts", "environment": "environments"}
    changed = [f"{project['path']}/deep/x" for project in projects if project["name"] in TOUCHED]
    assert len(changed) == 7
    for path in (*changed, "envs/common.yaml", "envs/x", "README.md"):
        before = commit(folder, path)
        said = json.loads(ok("changed", "--since", before, "-o", "json", cwd=folder).out)
        expected = {
            f"{job}-{project['name']}"
            for project in projects
            if project["name"] in said[listed[project["kind"]]]
            for job in kinds[project["kind"]]
        }
        assert started(jobs, path) == expected, path


def test_a_tag_that_differs_from_its_chart_stops_ci(pushed: Path, tmp_path: Path) -> None:
    git(pushed, "tag", "orders-v9.9.9")
    step = next(step for step in workflow(pushed)["jobs"]["changes"]["steps"] if step.get("id") == "versions")
    environment = os.environ | {"GITHUB_OUTPUT": str(tmp_path / "output")}
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=pushed, env=environment, capture_output=True, check=False
    )
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


@pytest.mark.parametrize(("ci", "path"), [("github", ".github/workflows/ci.yaml"), ("gitlab", ".gitlab-ci.yml")])
def test_registries_of_one_project_each_have_its_name(ci: str, path: str, render: Render, tmp_path: Path) -> None:
    answers = root(ci=ci, layout="multi", repository="orders")
    places = {"chart_registry": "oci://host/acme/orders/{service}", "image_registry": "host/acme/{service}/x"}
    text = (render({**answers, **places}, tmp_path) / path).read_text("utf-8")
    assert "{service}" not in text
    if ci == "github":
        assert 'shunter push dist/*.tgz --to "oci://host/acme/orders/$CHART"' in text
        assert "IMAGE: host/acme/${{ matrix.service }}/x/${{ matrix.service }}\n" in text
        assert "format('host/acme/{0}/x/{0}', matrix.chart)" in text
    else:
        assert 'shunter push dist/*.tgz --to "oci://host/acme/orders/$NAME"' in text
        assert text.count("host/acme/$NAME/x/$NAME:$IMAGE_TAG") == 2


TRAPS = Path(__file__).parents[2] / "docs/traps.md"


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_a_deployment_that_fails_says_what_to_do_where_the_release_is_stuck(ci: str, roots: dict[str, Path]) -> None:
    if ci == "github":
        job = workflow(roots["github-helm"])["jobs"]["deploy"]["steps"][-1]
        assert job["if"] == "failure() || cancelled()"
        script = job["run"]
    else:
        [script] = yaml.safe_load((roots["gitlab-helm"] / ".gitlab-ci.yml").read_text("utf-8"))[".deploy"][
            "after_script"
        ]
    told = (
        TRAPS.read_text("utf-8")
        .partition("**A release that is stuck.**")[2]
        .partition("```sh\n")[2]
        .partition("```")[0]
    )
    for status in ("failed", "success"):
        variables = {"NAMESPACE": "shop-tst", "CI_JOB_STATUS": status}
        done = subprocess.run(["sh", "-e", "-c", script], env=variables, capture_output=True, text=True, check=True)
        said = [line.split("#")[0].split() for line in done.stdout.splitlines() if line.startswith("  helm ")]
        wanted = told.replace(" RELEASE", " shop").replace(" NAMESPACE", " shop-tst").splitlines()
        assert said == ([line.split("#")[0].split() for line in wanted] if status == "failed" or ci == "github" else [])
