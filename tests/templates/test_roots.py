"""The root of a repository: README, hooks, owners and ignored files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.workspaces import own_files
from helpers.workspaces.copier_templates import Render, files_of, git
from helpers.workspaces.template_answers import VARIANTS, root
from shunter.core.workspace.layout import plan_repositories


def hooks(folder: Path) -> dict[str, dict[str, Any]]:
    config = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    return {hook["id"]: hook | {"repo": repo["repo"]} for repo in config["repos"] for hook in repo["hooks"]}


def check(schema: str, files: list[Path]) -> None:
    transform = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *transform, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_yaml_and_json_file_parses(roots: dict[str, Path]) -> None:
    for folder in roots.values():
        for path, data in files_of(folder).items():
            if path.endswith((".yaml", ".yml")) and not path.startswith(".gitlab/"):
                assert all(yaml.safe_load_all(data)), path
            if path.endswith(".json"):
                assert json.loads(data), path


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-workflows", ".github/workflows/*.yaml"),
        ("vendor.github-actions", ".github/actions/*/action.yml"),
        ("vendor.gitlab-ci", ".gitlab*/*.yml"),
        ("vendor.gitlab-ci", ".gitlab-ci.yml"),
        ("vendor.renovate", "renovate.json"),
    ],
)
def test_ci_files_are_valid_by_the_schemas_of_their_makers(schema: str, path: str, roots: dict[str, Path]) -> None:
    found = [file for folder in roots.values() for file in folder.glob(path)]
    assert found
    check(schema, found)


def test_only_the_chosen_ci_is_there(roots: dict[str, Path]) -> None:
    for name, folder in roots.items():
        ci = VARIANTS[name].get("ci", "github")
        assert (folder / ".github").exists() is (ci == "github"), name
        assert (folder / ".gitlab-ci.yml").exists() is (ci == "gitlab"), name
        assert (folder / ".gitlab").exists() is (ci == "gitlab"), name
    github = ".github/workflows/ci.yaml"
    assert "shunter image" in (roots["code"] / github).read_text(encoding="utf-8")
    assert "shunter image" not in (roots["environment"] / github).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VARIANTS)
def test_the_readme_names_every_project_and_the_way_to_check(name: str, roots: dict[str, Path]) -> None:
    readme = (roots[name] / "README.md").read_text(encoding="utf-8")
    answers = root(**VARIANTS[name])
    assert all(f"({project['path']}/)" in readme for project in answers["projects"])
    assert "pre-commit run --all-files" in readme
    assert ("## CI" in readme) is (answers["ci"] != "none")
    assert not re.search(r"\n\n\n", readme)
    assert not re.search(r":\n\n(#|\Z)", readme)


@pytest.mark.parametrize("charts", ["local", "oci://charts.example.com/shop"])
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_readme_says_what_a_login_is_for(ci: str, charts: str, render: Render, tmp_path: Path) -> None:
    """Of a repository that pushes nothing, too: what its trains are made of has to be read."""
    text = f"name: shop\nlayout: multi\nci: {ci}\nregistries: {{images: images.example.com/shop}}\n"
    text = text if charts == "local" else text.replace("shop}", f"shop, charts: '{charts}'}}")
    text += "services: {orders: {archetype: rest-api}}\nenvironments: {tst: {stage: develop}}\n"
    for number, repository in enumerate(plan_repositories(own_files.workspace(text))):
        folder = render(dict(repository.projects[0].answers), tmp_path / str(number))
        rows = [line for line in (folder / "README.md").read_text("utf-8").splitlines() if "REGISTRY_PASSWORD" in line]
        if repository.name == "shop-tst":
            assert rows == []
            continue
        [row] = rows
        reads = repository.name == "shop" and charts == "local"  # else it pushes the library
        verb = "read" if reads else "push to"
        places = "images.example.com/shop" + ("" if charts == "local" else f" and {charts.removeprefix('oci://')}")
        assert f"| {verb} {places} |" in row, row
        assert ("the jobs image and chart" in row) is not reads


def test_owners_are_listed_after_each_other(roots: dict[str, Path]) -> None:
    lines = (roots["github-helm"] / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["/services/orders/ @acme/alice", "/charts/orders/ @acme/alice"]


def test_git_ignores_the_other_checkouts_and_no_archive(roots: dict[str, Path]) -> None:
    folder = roots["workspace"]
    git(folder, "init", "--quiet")

    def ignored(path: str) -> bool:
        command = ["git", "-C", str(folder), "check-ignore", "--quiet", path]
        return subprocess.run(command, check=False).returncode == 0

    assert all(ignored(f"{name}/README.md") for name in ("orders", "store", "shop-pro"))
    assert ignored("services/orders/src/__pycache__/x.pyc")
    for path in (".shunter/registry/orders-1.0.0.tgz", "trains/1.0.0.yaml", "library/orders/x"):
        assert not ignored(path)


def test_git_converts_no_line_end_in_vendored_charts(roots: dict[str, Path]) -> None:
    folder = roots["github-helm"]
    git(folder, "init", "--quiet")
    for path in ("envs/tst/charts/orders/README.md", "charts/orders/charts/lib/x.yaml", ".shunter/registry/index.yaml"):
        assert git(folder, "check-attr", "text", path) == f"{path}: text: unset\n"
    assert git(folder, "check-attr", "text", "README.md") == "README.md: text: auto\n"


def test_local_hooks_fetch_nothing(roots: dict[str, Path]) -> None:
    found = hooks(roots["github-helm"])
    assert {hook["repo"] for hook in found.values()} == {"local"}
    assert {hook["language"] for hook in found.values()} == {"system", "pygrep"}
    assert {"shunter-validate", "shunter-lint", "shunter-lock-check"} <= set(found)


def test_hooks_from_a_url_are_pinned_to_the_release(roots: dict[str, Path]) -> None:
    config = yaml.safe_load((roots["code"] / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    ours = config["repos"][0]
    assert ours["repo"] == "https://git.example.com/shunter.git"
    assert ours["rev"] == f"v{root(**VARIANTS['code'])['tools_version']}"
    assert [hook["id"] for hook in ours["hooks"]] == ["shunter-validate", "shunter-lint", "shunter-lock-check"]


def test_validate_gets_exactly_the_values_files_and_what_they_depend_on(roots: dict[str, Path]) -> None:
    pattern = re.compile(hooks(roots["github-helm"])["shunter-validate"]["files"])
    values = (
        "envs/common.yaml",
        "envs/tst/common.yaml",
        "envs/tst/values.yaml",
        "envs/pro/values.yaml",
        "charts/store/values.yaml",
    )
    for path in (*values, "envs/tst/Chart.yaml", "charts/store/Chart.yaml", "charts/store/values.schema.json"):
        assert pattern.search(path), path
    for path in (
        "envs/pro/common.yaml",
        "envs/values.yaml",
        "envs/tst/charts/a/Chart.yaml",
        "envs/tst/valuesXyaml",
        "envs/tst/charts/a/values.yaml",
    ):
        assert not pattern.search(path), path


@pytest.mark.parametrize(
    ("text", "broken"),
    [("fine\n", False), ("<<<<<<< HEAD\n", True), (">>>>>>> theirs\n", True), ("end \n", True), ("end\t\n", True)],
)
def test_hygiene_finds_markers_and_white_space(text: str, broken: bool, roots: dict[str, Path]) -> None:
    entries = [hook["entry"] for hook in hooks(roots["github-helm"]).values() if hook.get("language") == "pygrep"]
    # pre-commit's pygrep searches line by line, as bytes.
    assert any(re.search(entry.encode(), text.encode()) for entry in entries) is broken


def test_our_own_files_pass_our_own_hygiene(roots: dict[str, Path]) -> None:
    for folder in roots.values():
        entries = [hook["entry"] for hook in hooks(folder).values() if hook.get("language") == "pygrep"]
        for path, data in files_of(folder).items():
            for line in data.splitlines():
                assert not any(re.search(entry.encode(), line) for entry in entries), path
