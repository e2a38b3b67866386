"""Templates that mean harm: nothing is written outside of a repository, nor into what git keeps in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.copier_templates import git, make_template_repository
from helpers.workspaces.workspaces import digest

GIT = "templates/repository/[% if true %].git[% endif %]/hooks/post-commit.jinja"


def made(folder: Path) -> tuple[Path, Path]:
    templates = make_template_repository(folder / "templates")
    (folder / "work").mkdir()
    return templates, folder / "work"


def new(templates: Path, work: Path) -> str:
    """The refusal of `new` with these templates, which leaves nothing behind."""
    git(templates, "add", "--all")
    git(templates, "commit", "--quiet", "--message", "hostile")
    git(templates, "tag", "--force", "v0.1.0")
    source = ("-d", f"templates.source={templates}", "-d", "templates.release=0.1.0")
    result = shunter("new", "shop", "--defaults", *source, cwd=work)
    assert result.code == 2, result.err
    assert list(work.iterdir()) == []
    return result.err


def test_what_git_keeps_is_not_written(tmp_path: Path) -> None:
    templates, work = made(tmp_path)
    (templates / GIT).parent.mkdir(parents=True)
    (templates / GIT).write_text("#!/bin/sh\ntouch pwned\n")
    assert "not a path of a repository: '.git/hooks/post-commit'" in new(templates, work)


@pytest.mark.slow  # Copier is asked too, and imported for that
def test_a_path_that_leaves_the_repository_is_refused(tmp_path: Path) -> None:
    templates, work = made(tmp_path)
    (templates / "templates/repository/[[ '.' * 2 ]]").mkdir()
    (templates / "templates/repository/[[ '.' * 2 ]]/pwned").write_text("x")
    assert "Copier cannot render a workspace" in new(templates, work)
    assert not list(tmp_path.glob("pwned"))


@pytest.mark.slow  # Copier renders, and is imported for that
def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    templates, work = made(tmp_path)
    (templates / "templates/repository/out").symlink_to("/etc")
    config = templates / "copier.yml"
    config.write_text("_preserve_symlinks: true\n" + config.read_text("utf-8"), "utf-8")
    assert "a link into shop that leads out of it: out" in new(templates, work)


RELEASES = {
    "leaves": {"templates/repository/[[ '.' * 2 ]]/pwned": "x"},
    "is git's": {GIT: "touch pwned\n"},
    "runs a task": {"copier.yml": "_tasks: [touch pwned]\n", "templates/repository/new": "x"},
    "loads code": {"copier.yml": "_jinja_extensions: [jinja2.ext.debug]\n"},
    "is git's on another system": {"templates/repository/[[ 'git' ]]~1/hooks/post-commit": "touch pwned"},
    "is another file on another system": {"templates/repository/[[ 'readme' ]].md": "x"},
    "makes very many files": {
        "templates/repository/[% yield n from range(30000) %][[ n ]][% endyield %]": "x",
    },
    "is large": {"templates/repository/large.jinja": "[[ 'x' * (65 * 1024 * 1024) ]]"},
    "needs memory": {"templates/repository/large.jinja": "[[ 'x' * (10 ** 10) ]]"},
    "calls itself": {"templates/repository/deep.jinja": "[% macro m() %][[ m() ]][% endmacro %][[ m() ]]"},
    "reads outside": {
        "copier.yml": "_external_data: {secret: ../secret}\n",
        "templates/repository/told.jinja": "[[ _external_data.secret ]]",
    },
    "never matches": {
        "copier.yml": f"_skip_if_exists: ['{'a*' * 40}b']\n---\n",
        f"templates/repository/{'a' * 120}": "x",
    },
    "never finds": {
        "templates/migrations.yaml": (
            f"migrations: [{{release: 0.2.1, keys: [{{in: '{'a*' * 40}b', from: x, to: z}}]}}]\n"
        ),
        "templates/repository/new": "x",
    },
    "includes outside": {"templates/repository/read.jinja": "[% include '../../../secret' %]"},
}


@pytest.mark.slow  # Copier is asked about most of these releases, and imported for each
def test_an_update_to_a_hostile_release_changes_nothing(tmp_path: Path) -> None:
    templates, work = made(tmp_path)
    git(templates, "tag", "--force", "v0.1.0")
    source = ("-d", f"templates.source={templates}", "-d", "templates.release=0.1.0")
    ok("new", "shop", "--defaults", *source, cwd=work)
    (tmp_path / "secret").write_text("password\n")
    before, outside = digest(work), {path.name for path in tmp_path.iterdir()}
    for number, (what, files) in enumerate(RELEASES.items(), 1):
        git(templates, "reset", "--quiet", "--hard", "v0.1.0")
        for path, text in files.items():
            file = templates / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + (file.read_text("utf-8") if path == "copier.yml" else ""), "utf-8")
        git(templates, "add", "--all")
        git(templates, "commit", "--quiet", "--message", what)
        git(templates, "tag", f"v0.2.{number}")
        result = shunter("update", cwd=work / "shop")
        assert (result.code, "Traceback" in result.err) == (2, False), f"{what}: {result.err}"
        assert digest(work) == before, what
        assert {path.name for path in tmp_path.iterdir()} == outside, what
        assert "password" not in result.err, what
