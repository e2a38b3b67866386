"""`shunter templates test`: our own template set, an organisation's, and sets that lose something."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml

from helpers.charts.charts import ROOT
from helpers.charts.releases import NEXT, next_release
from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, make_repo
from helpers.workspaces.template_history import change_templates, make_templates
from helpers.workspaces.transcript import error
from shunter.adapters.templates.history import ensure_history, releases

CASES = """\
cases:
  - name: a service
    answers: {kind: service, name: orders, port: 80}
"""
MIGRATIONS = """\
migrations:
  - release: 1.1.0
    kinds: [service]
    files: [{from: bin/, to: lib/}]
    keys: [{in: /values.yaml, from: name, to: service.name}]
    defaults: {color: red}
"""


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """An organisation's template set with a release, and changes since then."""
    root = make_templates(tmp_path / "templates")
    (root / "history/templates.fast-import").unlink()
    make_repo(root, {"templates/cases.yaml": CASES})
    git(root, "tag", "v1.0.0")
    change_templates(root)
    (root / "templates/migrations.yaml").write_text(MIGRATIONS, "utf-8")
    return root


def lines(result: Result) -> list[str]:
    return [line.strip() for line in (result.out + result.err).splitlines()]


def test_a_set_that_loses_nothing(templates: Path) -> None:
    """The release to come has the version that its migrations name."""
    found = lines(ok("templates", "test", cwd=templates))
    assert "done  a service 1.0.0 to 1.1.0  clean, edited, conflicting" in found
    assert "1 cases, 2 releases, 1 updates: nothing is lost" in found
    assert git(templates, "tag") == "v1.0.0"


def test_a_migration_that_has_no_room_is_refused(templates: Path) -> None:
    migrations = templates / "templates/migrations.yaml"
    migrations.write_text(MIGRATIONS.replace("{from: bin/, to: lib/}", "{from: README.md, to: raw.bin}"), "utf-8")
    result = shunter("templates", "test", str(templates), cwd=templates.parent)
    assert result.code == 1
    assert any("clean: README.md cannot become raw.bin" in line for line in lines(result))


def test_a_renamed_file_that_no_case_has_is_refused(templates: Path) -> None:
    migrations = templates / "templates/migrations.yaml"
    migrations.write_text(MIGRATIONS.replace("{from: bin/", "{from: README, to: ABOUT}, {from: bin/"), "utf-8")
    result = shunter("templates", "test", cwd=templates)
    assert result.code == 1
    assert any("migrations of 1.1.0  no case has README" in line for line in lines(result))


def test_each_update_follows_the_migrations_of_its_release(templates: Path) -> None:
    """Three releases: a case is called as the first one calls its answers, and goes from each to each later one."""
    commit_all(templates, {})
    git(templates, "tag", "v1.1.0")
    later = "migrations:\n  - release: 1.2.0\n    answers: [{from: color, to: paint}]\n"
    text = MIGRATIONS.replace("migrations:\n", later)
    questions = templates / "templates/_questions/common.yml"
    questions.write_text(questions.read_text("utf-8").replace("color:", "paint:"), "utf-8")
    readme = "[% if paint is defined and paint != 'red' %][[ 'the answer is lost' + 1 ]][% endif %]"
    (templates / "templates/service/LICENSE.jinja").write_text(readme, "utf-8")
    (templates / "templates/migrations.yaml").write_text(text, "utf-8")
    found = lines(ok("templates", "test", cwd=templates))
    assert [line.split("  ")[1] for line in found if line.startswith("done")] == [
        "a service 1.0.0 to 1.1.0",
        "a service 1.0.0 to 1.2.0",
        "a service 1.1.0 to 1.2.0",
    ]


def test_a_release_that_a_case_cannot_follow_is_refused(templates: Path) -> None:
    with (templates / "templates/_questions/common.yml").open("a", encoding="utf-8") as questions:
        questions.write("must: {type: str}\n")
    result = shunter("templates", "test", cwd=templates)
    assert result.code == 1
    assert any("must" in line for line in lines(result))


def test_what_cannot_be_tested_is_said(templates: Path, tmp_path: Path) -> None:
    assert "copier.yml" in error(shunter("templates", "test", cwd=tmp_path)).message
    git(templates, "tag", "--delete", "v1.0.0")
    assert "no update to test" in error(shunter("templates", "test", cwd=templates)).message
    commit_all(templates, {"templates/cases.yaml": "cases: []\n"})
    assert "templates/cases.yaml:1:8" in shunter("templates", "test", cwd=templates).err


def test_a_first_release_passes(templates: Path) -> None:
    git(templates, "stash", "-q", "-u")
    assert "1.0.0 is the first release, and nothing has changed" in lines(ok("templates", "test", cwd=templates))[-1]


def test_as_copier_merges_no_migration_is_followed(templates: Path) -> None:
    """What a migration would move is deleted and made anew: an edit of it is a conflict, and so not lost."""
    migrations = templates / "templates/migrations.yaml"
    migrations.write_text(MIGRATIONS.replace("{from: bin/, to: lib/}", "{from: README.md, to: raw.bin}"), "utf-8")
    found = lines(ok("templates", "test", "--merge", "copier", cwd=templates))
    assert "done  a service 1.0.0 to 1.1.0  clean, edited, conflicting" in found
    assert shunter("templates", "test", cwd=templates).code == 1


def test_every_cell_is_tried() -> None:
    cases = yaml.safe_load((ROOT / "templates/cases.yaml").read_text("utf-8"))["cases"]
    tried = {(each["answers"].get("language"), each["answers"].get("archetype")) for each in cases}
    languages = yaml.safe_load((ROOT / "templates/cells.yaml").read_text("utf-8"))["languages"]
    assert {(name, archetype) for name, each in languages.items() for archetype in each["archetypes"]} <= tried


@pytest.mark.slow  # eighteen projects of each release, rendered and updated three times
@pytest.mark.parametrize("merge", ["safe", "copier"])
def test_our_own_templates_lose_nothing(merge: str, tmp_path: Path) -> None:
    root = tmp_path / "package"
    next_release(root)
    found = lines(ok("templates", "test", str(root), "--merge", merge, cwd=tmp_path))
    known = [*releases(ensure_history()), NEXT]
    cases = yaml.safe_load((root / "templates/cases.yaml").read_text("utf-8"))["cases"]
    updates = sum(math.comb(len(known[known.index(case.get("since", known[0])) :]), 2) for case in cases)
    assert found[-1] == f"{len(cases)} cases, {len(known)} releases, {updates} updates: nothing is lost"
