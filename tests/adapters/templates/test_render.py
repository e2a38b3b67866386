import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo, write
from helpers.workspaces.own_files import problems
from helpers.workspaces.template_history import change_templates, make_templates
from shunter import __version__
from shunter.adapters.git.fresh import make_workspace
from shunter.adapters.git.repository import Repository
from shunter.adapters.system import process
from shunter.adapters.system.paths import CANONICAL_SOURCE
from shunter.adapters.templates.history import append_release, ensure_history, publish, redirect_env
from shunter.adapters.templates.render import RenderRequest, render, render_many
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, REGULAR, Edit, FileState, RepositoryPlan, Writing

ANSWERS = {"kind": "service", "name": "orders", "port": 9000, "projects": [{"path": "b", "kind": "a"}]}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of two releases."""
    root = make_templates(tmp_path_factory.mktemp("templates") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHUNTER_CACHE_DIR", str(root.parent / "cache"))
        append_release("1.0.0", root)
        change_templates(root)
        return ensure_history(root, "1.1.0")


def copier(cwd: Path, env: dict[str, str], *args: str) -> str:
    done = process.run([sys.executable, "-W", "ignore", "-m", "copier", *args], cwd, env=env)
    assert done.returncode == 0, done.stderr.decode()
    return done.text


def shown(files: Mapping[str, FileState]) -> dict[str, tuple[str, bytes]]:
    return {path: ("x" if state.mode == EXECUTABLE else "-", state.data) for path, state in files.items()}


def test_a_render_is_what_copier_copy_writes(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own Copier settings and git configuration change nothing."""
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {color: red}\n")
    write(tmp_path, {"data.yml": json.dumps(ANSWERS)})
    copy = ("copy", "--defaults", "--quiet", "--data-file", "data.yml", "--vcs-ref", "v1.1.0", CANONICAL_SOURCE, "copy")
    copier(tmp_path, redirect_env(CANONICAL_SOURCE, bare), *copy)
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    git(tmp_path, "config", "--global", "core.autocrlf", "true")
    files = render(CANONICAL_SOURCE, "1.1.0", ANSWERS, bare=bare)
    assert shown(files) == disk(tmp_path / "copy")
    assert files["lib/run.sh"].mode == EXECUTABLE
    assert files["raw.bin"] == FileState(b"\xff\0\r\n", REGULAR)
    answers: dict[str, Any] = {**ANSWERS, "color": "green"}
    assert recorded(files) == (CANONICAL_SOURCE, "v1.1.0", answers)


def test_many_renders_come_in_order_and_releases_mix(bare: Path) -> None:
    asked = [
        RenderRequest.of(CANONICAL_SOURCE, release, {**ANSWERS, "name": name}, bare)
        for name in ("a", "b", "a")
        for release in ("v1.0.0", "1.1.0")
    ]
    found = render_many(asked)
    rendered = [found.files[request] for request in asked]
    assert found.notices == ()
    assert [files["README.md"].data.splitlines()[0] for files in rendered] == [
        b"# a",
        b"# a",
        b"# b",
        b"# b",
        b"# a",
        b"# a",
    ]
    assert ["bin/run.sh" in files for files in rendered] == [True, False] * 3
    assert b"{{ helm }} stays" in rendered[0]["README.md"].data
    assert not render_many([]).files


def test_recorded_answers_render_the_same_again(bare: Path) -> None:
    first = render(CANONICAL_SOURCE, "1.0.0", {"kind": "app", "projects": [{"z": 1, "a": None}]}, bare=bare)
    assert render(*recorded(first), bare=bare) == first


def test_the_built_in_url_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path))
    files = render(CANONICAL_SOURCE, __version__, {"kind": "library"})
    assert recorded(files)[:2] == (CANONICAL_SOURCE, f"v{__version__}")
    assert problems("answers", files[".copier-answers.yml"].data) == ()


def recorded(files: Mapping[str, FileState]) -> tuple[str, str, dict[str, Any]]:
    """Source, release and answers in an answers file."""
    value = yaml.safe_load(files[".copier-answers.yml"].data)
    answers = {key: item for key, item in value.items() if not key.startswith("_")}
    return value["_src_path"], value["_commit"], answers


def failing(bare: Path | None, release: str, answers: dict[str, Any], source: str = CANONICAL_SOURCE) -> ShunterError:
    with pytest.raises(ShunterError) as caught:
        render(source, release, answers, bare=bare)
    return caught.value


@pytest.mark.slow  # a template of its own for each mistake
def test_what_copier_cannot_do_is_a_clear_error(bare: Path, tmp_path: Path) -> None:
    assert failing(bare, "9.9.9", ANSWERS).message == f"{CANONICAL_SOURCE} has no template release 9.9.9"
    wrong = failing(bare, "1.0.0", {**ANSWERS, "kind": "cat"})
    assert wrong.message == "Copier cannot render a cat from templates 1.0.0"
    assert wrong.notes == ("copier: Invalid choice for 'kind': 'cat' is not in ['service', 'app']",)
    gone = failing(None, "1.0.0", ANSWERS, f"{tmp_path}/gone.git")
    assert gone.message == f"cannot read the templates at {tmp_path}/gone.git"
    assert gone.hint


def test_this_process_never_imports_copier() -> None:
    code = "import sys, shunter.adapters.templates.render; print([m for m in ('copier', 'jinja2', 'pydantic') if m in sys.modules])"
    done = process.run([sys.executable, "-c", code], Path.cwd())
    assert done.text == "[]", done.stderr


def new_project(bare: Path, root: Path, source: str) -> Path:
    files = render(source, "1.0.0", ANSWERS, bare=bare if source == CANONICAL_SOURCE else None)
    edits = tuple(Edit(path, None, state) for path, state in files.items())
    make_workspace([RepositoryPlan("orders", str(root), None, edits, message="New")], root, Writing())
    write(root, {"README.md": (root / "README.md").read_text().replace("# orders", "# orders, mine")})
    return commit_all(root, {"mine.txt": "mine\n"}, "edits")


def updated(root: Path, source: str) -> None:
    text = (root / "README.md").read_text()
    assert "# orders, mine\n" in text
    assert "end of release two\n" in text
    assert sorted(disk(root)) == [
        ".copier-answers.yml",
        "README.md",
        "lib/run.sh",
        "mine.txt",
        "raw.bin",
        "values.yaml",
    ]
    written = yaml.safe_load((root / ".copier-answers.yml").read_text())
    assert (written["_src_path"], written["_commit"]) == (source, "v1.1.0")


@pytest.mark.slow  # Copier itself updates a project, which takes it seconds
def test_plain_copier_update_works_with_the_redirect(bare: Path, tmp_path: Path) -> None:
    root = new_project(bare, tmp_path / "orders", CANONICAL_SOURCE)
    copier(root, redirect_env(CANONICAL_SOURCE, bare), "update", "--defaults", "--quiet")
    updated(root, CANONICAL_SOURCE)


@pytest.mark.slow  # Copier itself updates a project, which takes it seconds
def test_plain_copier_update_works_from_a_published_remote(bare: Path, tmp_path: Path) -> None:
    remote = Repository.init(tmp_path / "published.git", bare=True).root.as_uri()
    assert publish(remote, bare) == ["1.0.0", "1.1.0"]
    root = new_project(bare, tmp_path / "orders", remote)
    copier(root, {}, "update", "--defaults", "--quiet")
    updated(root, remote)


@pytest.mark.parametrize(
    "setting",
    ["_tasks: [touch pwned]", "_jinja_extensions: [jinja2.ext.debug]"],  # migrations never run: we only copy
)
def test_a_template_that_wants_to_run_programs_is_refused(setting: str, tmp_path: Path) -> None:
    source = make_repo(tmp_path / "templates", {"copier.yml": f"{setting}\n", "x.jinja": "x\n"})
    git(source, "tag", "v1.0.0")
    with pytest.raises(ShunterError, match="want to run programs"):
        render(str(source), "1.0.0", {})
    assert not list(tmp_path.rglob("pwned"))


def test_templates_that_a_person_trusts_by_name_may_run_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_repo(tmp_path / "templates", {"copier.yml": "_tasks: [touch made]\n", "x.jinja": "x\n"})
    git(source, "tag", "v1.0.0")
    settings = tmp_path / "settings.yml"
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    for trusted, made in ((tmp_path / "others", False), (source, True)):
        settings.write_text(f"trust: ['{trusted}']\ndefaults: {{x: y}}\n")
        if made:
            assert set(render(str(source), "1.0.0", {})) == {"made", "x"}
        else:
            with pytest.raises(ShunterError) as error:
                render(str(source), "1.0.0", {})
            assert f"trust: [{source}]" in error.value.hint
