"""Templates at an organisation's own remote, or redirected: plain Copier updates every project, as shunter does."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from helpers.charts.releases import NEXT, newer, next_release, substitute
from helpers.workspaces.cli import ok
from helpers.workspaces.transcript import error, everything, unchanged, untouched
from helpers.workspaces.workspaces import ONE_SERVICE, copy, digest, shared
from shunter import __version__
from shunter.adapters.templates.history import ensure_history, releases

CANONICAL = "https://templates.shunter.invalid/templates.git"


def git(root: Path, *arguments: str, **env: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(
        command, cwd=root, check=True, capture_output=True, text=True, env=os.environ | env
    ).stdout.strip()


def make_small(folder: Path, layout: str) -> None:
    text = ONE_SERVICE.replace("LAYOUT", layout).replace("  pre: {stage: staging, promotes-from: tst}\n", "")
    (folder / "values.yaml").write_text(text, "utf-8")
    ok("new", "shop", "--defaults", "--data-file", str(folder / "values.yaml"), cwd=folder)


@pytest.fixture(params=["multi", "mono"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workspace of one service and one environment, every kind of project in it."""
    return copy(
        shared(f"small-{request.param}", lambda folder: make_small(folder, request.param)) / "shop", tmp_path / "shop"
    )


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """An organisation's empty git remote."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "templates.git")
    return tmp_path / "templates.git"


def projects(root: Path) -> list[Path]:
    return [path.parent for path in sorted(root.rglob(".copier-answers.yml"))]


def release(remote: Path, folder: Path) -> None:
    """What an organisation does for a release of its own: change, commit, tag, push."""
    git(folder, "clone", "--quiet", str(remote), "templates")
    templates = folder / "templates"
    substitute(templates / "templates/repository/README.md.jinja", "\n## Commands\n", "\n## Commands here\n")
    with (templates / "templates/app/templates/NOTES.txt.jinja").open("a", encoding="utf-8") as notes:
        notes.write("Ask #platform.\n")
    python = templates / "templates/service/python/rest-api"
    (python / "README.md.jinja").rename(python / "ABOUT.md.jinja")
    with (templates / "templates/_questions/common.yml").open("a", encoding="utf-8") as questions:
        questions.write("motto: {type: str, default: on time}\n")
    git(templates, "add", "--all")
    git(templates, "commit", "--quiet", "-m", "Ours")
    git(templates, "tag", "v0.2.0")
    git(templates, "push", "--quiet", "origin", "main", "v0.2.0")


def release_again(folder: Path) -> None:
    """The release after that: a line in a file of every repository, and one of every environment."""
    templates = folder / "templates"
    for kind in ("repository", "environment"):
        with (templates / f"templates/{kind}/README.md.jinja").open("a", encoding="utf-8") as readme:
            readme.write("\nRelease three.\n")
    git(templates, "commit", "--quiet", "-a", "-m", "Ours again")
    git(templates, "tag", "v0.3.0")
    git(templates, "push", "--quiet", "origin", "main", "v0.3.0")


def copier_update(root: Path, **env: str) -> None:
    """Plain Copier in every project, one after the other, committing in between."""
    for project in projects(root):
        command = ["copier", "update", "--defaults", "--quiet"]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, env=os.environ | env, check=False)
        assert done.returncode == 0, f"{project}: {done.stdout}{done.stderr}"
        top = Path(git(project, "rev-parse", "--show-toplevel"))
        git(top, "add", "--all")
        git(top, "commit", "--quiet", "--allow-empty", "-m", "copier update")


def answers(root: Path) -> set[tuple[str, str]]:
    found = (yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8")) for project in projects(root))
    return {(item["_src_path"], item["_commit"]) for item in found}


def but_release(root: Path) -> dict[str, str]:
    """Every file but shunter.yaml and its copy, which name the release that a workspace follows."""
    left_out = ("shunter.yaml", ".shunter/applied.yaml")
    return {
        path: state for path, state in everything(root).items() if "/.git/" not in f"/{path}" and path not in left_out
    }


# publish


@pytest.mark.slow  # publishes a release of the templates and moves all to it
@pytest.mark.parametrize("small", ["mono", "multi"], indirect=True)
def test_publish_moves_the_workspace_and_every_answers_file(small: Path, remote: Path) -> None:
    assert answers(small) == {(CANONICAL, f"v{__version__}")}
    unchanged(remote, lambda: untouched(small, "templates", "publish", str(remote), "--dry-run"))
    ok("templates", "publish", "../templates.git", cwd=small)
    assert answers(small) == {(str(remote), f"v{__version__}")}
    assert yaml.safe_load((small / "shunter.yaml").read_text("utf-8"))["templates"]["source"] == str(remote)
    assert git(remote, "tag").split() == [f"v{release}" for release in releases(ensure_history())]
    for command in ("update --check", "validate", "lint --strict", "lock --check"):
        ok(*command.split(), cwd=small)
    before = digest(small)
    for command in (["templates", "publish", str(remote)], ["update"], ["add", "environment", "prf", "--after", "tst"]):
        ok(*command, cwd=small)
    assert answers(small) == {(str(remote), f"v{__version__}")}
    ok("remove", "environment", "prf", cwd=small)
    shutil.rmtree(small / ".shunter/removed", ignore_errors=True)  # a checkout that is on no remote is moved there
    assert digest(small) == before


def test_a_remote_that_cannot_be_used_changes_nothing(small: Path, tmp_path: Path) -> None:
    block = error(untouched(small, "templates", "publish", str(tmp_path / "absent.git")))
    assert "cannot publish the templates" in block.message
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet", "--initial-branch", "main")
    git(other, "commit", "--quiet", "--allow-empty", "-m", "Something else")
    block = error(unchanged(other, lambda: untouched(small, "templates", "publish", str(other))))
    assert "empty or filled by an earlier" in block.hint


# plain Copier


@pytest.mark.slow  # Copier itself updates every project of two workspaces
@pytest.mark.parametrize("small", ["mono", "multi"], indirect=True)
def test_copier_and_shunter_update_alike_from_a_remote(
    small: Path, remote: Path, tmp_path: Path, commit: Callable[[Path, str], None]
) -> None:
    ok("templates", "publish", str(remote), cwd=small)
    release(remote, tmp_path)
    edited = edit(small, commit)
    ours = copy(small, tmp_path / "ours/shop")
    copier_update(small)
    ok("update", "--all", cwd=ours)
    assert answers(small) == answers(ours) == {(str(remote), "v0.2.0")}
    assert but_release(small) == but_release(ours)
    assert yaml.safe_load((ours / "shunter.yaml").read_text("utf-8"))["templates"]["release"] == "0.2.0"
    for path, text in edited.items():
        assert text in (ours / path).read_text("utf-8")
    assert "\n## Commands here\n" in (ours / next(iter(edited))).read_text("utf-8")
    ok("update", cwd=small)
    assert digest(small) == digest(ours)
    for command in ("update --check", "validate", "lint --strict", "lock --check"):
        ok(*command.split(), cwd=small)
    release_again(tmp_path)
    copier_update(ours)
    assert answers(ours) == {(str(remote), "v0.3.0")}, "plain Copier goes on where shunter has updated"
    for readme in (next(iter(edited)), next(ours.rglob("envs/tst/README.md")).relative_to(ours).as_posix()):
        assert "\nRelease three.\n" in (ours / readme).read_text("utf-8")
    for path, text in edited.items():
        assert text in (ours / path).read_text("utf-8")


def edit(root: Path, commit: Callable[[Path, str], None]) -> dict[str, str]:
    """What a person writes in generated files, committed: path to text."""
    [service] = root.rglob("services/orders")
    readme = service.parents[1] / "README.md"
    values = next(root.rglob("envs/tst/values.yaml"))
    with readme.open("a", encoding="utf-8") as out:
        out.write("\nAsk bob.\n")
    substitute(service / "Dockerfile", "FROM ", "# ours\nFROM ")
    values.write_text("orders: {replicaCount: 3}\n", "utf-8")
    for top in {Path(git(folder, "rev-parse", "--show-toplevel")) for folder in (service, values.parent)}:
        commit(top, "Ours")
    found = {readme: "\nAsk bob.\n", service / "Dockerfile": "# ours\nFROM ", values: "replicaCount: 3"}
    return {path.relative_to(root).as_posix(): text for path, text in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("small", ["mono"], indirect=True)
def test_copier_finds_the_built_in_templates_by_the_redirect(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upcoming = shared("upcoming", lambda folder: next_release(folder / "package")) / "package"
    setting = newer(upcoming, "templates", "redirect", cwd=tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    subprocess.run(shlex.split(setting.out), check=True)
    copier_update(small)
    assert answers(small) == {(CANONICAL, f"v{NEXT}")}
    assert "\n## Commands of release two\n" in (small / "README.md").read_text("utf-8")
    assert len(list(small.rglob("ABOUT.md"))) == 1
    for command in ("update", "lock", "update --check", "lock --check", "validate"):
        result = newer(upcoming, *command.split(), cwd=small)
        assert result.code == 0, f"{command}: {result.err}"
