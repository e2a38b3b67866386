"""What a template of somebody else may use is bounded, and its end is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo
from shunter.adapters.templates.isolated import Asked, by_engine
from shunter.model.errors import ShunterError

LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
REGEX = "{{ ('a' * 40) | regex_search('(a+)+b') }}"


def rendered(folder: Path, files: dict[str, bytes | str | None], seconds: int = 1) -> dict[str, bytes]:
    source = make_repo(folder / "templates", files)
    git(source, "tag", "v1.0.0")
    (found,) = by_engine(str(source), [Asked("1.0.0", {})], source, seconds)
    if found.failed:
        raise found.failed
    return {path: state.data for path, state in found.files.items()}


@pytest.mark.parametrize(
    "files",
    [{"x.jinja": LOOPS}, {"x.jinja": REGEX}, {"copier.yml": f'n: {{type: str, default: "{LOOPS}"}}\n', "x": ""}],
)
def test_a_template_that_never_ends_is_ended(files: dict[str, bytes | str | None], tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="need more than 1 seconds") as told:
        rendered(tmp_path, files)
    assert "loop" in told.value.hint
    at = "copier.yml" if "copier.yml" in files else "x.jinja"
    assert told.value.notes == (f"the last that was rendered: {at}",)


@pytest.mark.slow  # Copier is asked too, and imported for that
@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("{{ 'a' * (10 ** 10) }}", "an error in x.jinja, line 2: MemoryError: more memory than there is"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "an error in x.jinja, line 2: RecursionError: "),
        ("{% if %}", "an error in x.jinja, line 2: TemplateSyntaxError: "),
    ],
)
def test_a_template_without_measure_is_an_error(body: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ShunterError) as told:
        rendered(tmp_path, {"x.jinja": f"first\n{body}"}, seconds=20)
    assert any(note.startswith(why) for note in told.value.notes), told.value.notes


def test_a_project_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="larger than 64 MiB"):
        rendered(tmp_path, {"x.jinja": "{{ 'a' * (1024 * 1024 * 65) }}"}, seconds=20)


def test_bytes_and_names_arrive_as_they_are(tmp_path: Path) -> None:
    files: dict[str, bytes | str | None] = {"a": b"\xff\n\0", "b": b"\xff\n\0", "ü.jinja": "é\n", "empty": b""}
    assert rendered(tmp_path, files) == {"a": b"\xff\n\0", "b": b"\xff\n\0", "ü": "é\n".encode(), "empty": b""}
