"""The questionnaire and what holds for every kind: its answers, its names, its bytes."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import copier
import pytest
import yaml

from helpers.workspaces.copier_templates import RELEASE, ROOT, Render, files_of, git
from helpers.workspaces.template_answers import projects

KINDS = ("workspace", "repository", "service", "library", "app", "environment")
# One project of each kind; `multi` has roots of both kinds.
ONE_EACH = {project.kind: project for project in reversed(projects(layout="multi"))}
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
DELIMITER = re.compile(r"\[\[ | \]\]|\[%|%\]|\[# | #\]")


@pytest.fixture(scope="session")
def rendered(render: Render, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One project of each kind."""
    folder = tmp_path_factory.mktemp("kinds")
    return {kind: render(project.answers, folder / kind) for kind, project in ONE_EACH.items()}


def illegal_on_windows(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(
        re.search(r'[<>:"|?*\\\x00-\x1f]', part) or part[-1] in ". " or part.split(".")[0].lower() in RESERVED
        for part in parts
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_answers_file_holds_what_the_layout_derived_and_nothing_else(kind: str, rendered: dict[str, Path]) -> None:
    recorded = yaml.safe_load((rendered[kind] / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert recorded.pop("_commit") == RELEASE
    assert recorded.pop("_src_path")
    assert recorded == ONE_EACH[kind].answers


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_alone_render(kind: str, render: Render, tmp_path: Path) -> None:
    files = files_of(render({"kind": kind}, tmp_path))
    assert ".copier-answers.yml" in files
    assert not [path for path, data in files.items() if DELIMITER.search(data.decode())]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_jinja_is_left_over(kind: str, rendered: dict[str, Path]) -> None:
    for path, data in files_of(rendered[kind]).items():
        text = data.decode()
        assert not DELIMITER.search(path + "\n" + text), path
        assert text.endswith("\n"), path
        assert kind == "library" or not text.endswith("\n\n"), path
        assert not re.search(r"[ \t]$", text, re.MULTILINE), path


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_answers_give_the_same_bytes(
    kind: str, render: Render, rendered: dict[str, Path], tmp_path: Path
) -> None:
    assert files_of(render(ONE_EACH[kind].answers, tmp_path)) == files_of(rendered[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_name_is_legal_on_windows(kind: str, rendered: dict[str, Path]) -> None:
    paths = list(files_of(rendered[kind]))
    assert not [path for path in paths if illegal_on_windows(path)]
    assert len({path.lower() for path in paths}) == len(paths)


def test_every_name_in_the_templates_is_legal_on_windows() -> None:
    paths = [path.relative_to(ROOT).as_posix() for path in (ROOT / "templates").rglob("*")]
    assert not [path for path in paths if illegal_on_windows(path)]
    assert illegal_on_windows("a/con.txt")
    assert illegal_on_windows("a|b")


def test_no_name_in_the_templates_is_a_condition() -> None:
    """An environment has as many values files, a repository as many environments, and only a loop makes several files."""
    names = {path.name for path in (ROOT / "templates").rglob("*") if "[%" in path.name}
    assert names == {
        "[% yield file from own_values_files %][[ file ]][% endyield %].jinja",
        "[% yield target from controlled %][[ target ]][% endyield %].yaml.jinja",
    }


def test_what_an_answer_takes_out_goes_with_copiers_update_too(render: Render, tmp_path: Path) -> None:
    folder = render(ONE_EACH["workspace"].answers, tmp_path)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "made")
    assert ".github/workflows/ci.yaml" in files_of(folder)
    copier.run_update(folder, data={"ci": "none"}, defaults=True, overwrite=True, quiet=True, vcs_ref=RELEASE)
    assert not [path for path in files_of(folder) if path.startswith((".github/", ".gitlab"))]


def test_plain_copier_needs_no_trust() -> None:
    texts = [ROOT / "copier.yml", *(ROOT / "templates/_questions").iterdir()]
    dangerous = re.compile(r"^_(tasks|migrations|jinja_extensions|external_data)\b", re.MULTILINE)
    assert not [path for path in texts if dangerous.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("kind", "person", "template"),
    [
        ("environment", ("values.yaml", "common.yaml"), "README.md"),
        ("app", ("values.yaml",), ".helmignore"),
        ("service", ("src/{package}/api.py", "tests/test_api.py"), "Dockerfile"),
    ],
)
def test_what_a_person_owns_is_written_once(
    kind: str, person: tuple[str, ...], template: str, render: Render, tmp_path: Path
) -> None:
    project = next(p for p in projects() if p.kind == kind and p.name in ("orders", "tst"))
    folder = render(project.answers, tmp_path)
    owned = [path.format(package=f"{project.name}_service") for path in person]
    for path in (*owned, template):
        (folder / path).write_text("mine\n", encoding="utf-8")
    files = files_of(render(project.answers, folder))
    assert {files[path] for path in owned} == {b"mine\n"}
    assert files[template] != b"mine\n"


def test_a_name_that_is_no_dns_label_is_refused(render: Render, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="DNS label"):
        render({"kind": "service", "name": "My_Service"}, tmp_path)
