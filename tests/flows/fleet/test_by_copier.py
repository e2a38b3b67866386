"""An organisation's own templates, of which a release has a migration and a task of Copier's."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.copier_templates import git, make_template_repository
from helpers.workspaces.gitrepo import commit_all
from helpers.workspaces.transcript import untouched
from helpers.workspaces.workspaces import ONE_SERVICE

PROGRAMS = """\
_migrations:
  - version: v0.2.0
    command: [sh, -c, "if [ -e mine.txt ]; then mv mine.txt moved.txt; fi"]
_tasks:
  - command: [sh, -c, "echo [[ _copier_operation ]] >> tasks.txt"]
    when: "[[ kind == 'environment' ]]"
---
"""


@pytest.mark.slow  # a workspace of its own templates, whose projects Copier itself updates
def test_a_release_with_programs_wants_trust_and_goes_through_copier(tmp_path: Path) -> None:
    templates = make_template_repository(tmp_path / "templates")
    (tmp_path / "data.yaml").write_text(ONE_SERVICE.replace("LAYOUT", "multi"), "utf-8")
    made = ("-d", f"templates.source={templates}", "-d", "templates.release=0.1.0")
    ok("new", "shop", "--defaults", "--data-file", "data.yaml", *made, cwd=tmp_path)
    root = tmp_path / "shop"
    place = root / "shop-tst/envs/tst"
    commit_all(root / "shop-tst", {"envs/tst/mine.txt": "mine\n", "envs/tst/README.md": "ours\n"})
    config = templates / "copier.yml"
    config.write_text(PROGRAMS + config.read_text("utf-8"), "utf-8")
    git(templates, "commit", "--quiet", "--all", "--message", "v0.2.0")
    git(templates, "tag", "v0.2.0")
    refused = untouched(root, "update")
    assert refused.code == 2
    assert "want to run programs" in refused.err
    assert "hint: if you trust them: `--trust`" in refused.err
    found = ok("update", "--trust", "shop-tst", cwd=root)
    assert "shop-tst/envs/tst is updated by Copier itself, as `copier update` does: `_tasks`" in found.err
    assert (place / "moved.txt").read_text("utf-8") == "mine\n"
    assert not (place / "mine.txt").exists()
    assert (place / "README.md").read_text("utf-8") == "ours\n"
    assert "update" in (place / "tasks.txt").read_text("utf-8")
    assert "_commit: v0.2.0\n" in (place / ".copier-answers.yml").read_text("utf-8")
    assert "nothing to do" in ok("update", "--trust", "shop-tst", cwd=root).err


@pytest.mark.slow  # a workspace whose projects Copier itself renders
def test_what_is_new_from_a_set_with_programs_wants_trust_and_goes_through_copier(tmp_path: Path) -> None:
    """A task's file is in what `new` and `add` make, with trust; without it nothing is made at all."""
    templates = make_template_repository(tmp_path / "templates")
    config = templates / "copier.yml"
    config.write_text(PROGRAMS + config.read_text("utf-8"), "utf-8")
    git(templates, "commit", "--quiet", "--all", "--message", "v0.2.0")
    git(templates, "tag", "v0.2.0")
    (tmp_path / "data.yaml").write_text(ONE_SERVICE.replace("LAYOUT", "multi"), "utf-8")
    made = ("-d", f"templates.source={templates}", "-d", "templates.release=0.2.0")
    line = ("new", "shop", "--defaults", "--data-file", "data.yaml", *made)
    refused = shunter(*line, cwd=tmp_path)
    assert (refused.code, (tmp_path / "shop").exists()) == (2, False)
    assert "hint: if you trust them: `--trust`" in refused.err
    told = f"{templates} 0.2.0 is rendered by Copier itself, slowly: `_tasks`"
    assert told in ok(*line, "--trust", cwd=tmp_path).err
    root = tmp_path / "shop"
    assert (root / "shop-tst/envs/tst/tasks.txt").read_text("utf-8") == "copy\n"
    assert untouched(root, "add", "environment", "prf", "--after", "tst").code == 2
    found = ok("add", "environment", "prf", "--after", "tst", "--trust", cwd=root)
    assert told in found.err
    assert (root / "shop-prf/envs/prf/tasks.txt").read_text("utf-8") == "copy\n"
    assert (root / "shop-tst/envs/tst/tasks.txt").read_text("utf-8") == "copy\n", "only what is new is made"
    assert "nothing to do" in ok("update", "--trust", cwd=root).err
