"""Projects carried over by a release that renames a file, keys of values files and an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, make_repo
from helpers.workspaces.transcript import error, refusals, untouched
from helpers.workspaces.workspaces import ONE_SERVICE, copy, shared
from shunter.adapters.git.repository import PlannedRepository
from shunter.adapters.system.files import DiskTree
from shunter.core.workspace.answers import Recorded
from shunter.core.workspace.model import Project, RepositorySpec
from shunter.flows.fleet.draft import Draft
from shunter.flows.fleet.migrating import Target, carried_over
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

MIGRATIONS = """\
migrations:
  - release: 0.2.0
    kinds: [app]
    files:
      - {from: templates/NOTES.txt, to: templates/notes/NOTES.txt}
    keys:
      - {in: /values.yaml, from: resources, to: container.resources}
      - {in: /values.yaml, from: replicaCount, to: replicas}
    answers:
      - {from: tone, to: voice}
    defaults: {motto: as ever}
"""
LATER = """\
migrations:
  - release: 0.3.0
    keys: [{in: /values.yaml, from: replicas, to: scale.replicas}]
"""
NOTES = "one\ntwo\nthree\n"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A history of templates of which release 0.2.0 has migrations."""
    root = make_repo(tmp_path / "templates", {"copier.yml": ""})
    git(root, "tag", "v0.1.0")
    commit_all(root, {"templates/migrations.yaml": MIGRATIONS})
    git(root, "tag", "v0.2.0")
    return root


def test_the_steps_are_those_of_the_release_that_comes(templates: Path) -> None:
    was = Recorded("s", "v0.1.0", {"kind": "app", "tone": "dry"})
    target = Target(str(templates), "0.2.0", None)
    assert [step.release for step in target.steps("app", was)] == ["0.2.0"]
    assert target.steps("service", was) == []
    assert Target(str(templates), "0.2.0", None, migrates=False).steps("app", was) == [], "as Copier does"
    assert target.steps("app", Recorded("s", "v0.2.0", {})) == []
    assert Target(str(templates), "0.1.0", None).steps("app", Recorded("s", "v0.2.0", {})) == []
    app = Project("app", "orders", "charts/orders", {})
    assert target.answers(app, was) == {"kind": "app", "voice": "dry", "motto": "as ever"}


def test_faults_of_the_file_are_findings_with_places(templates: Path) -> None:
    text = MIGRATIONS.replace("to: replicas", "at: replicas").replace("kinds:", "kind:")
    commit_all(templates, {"templates/migrations.yaml": text})
    git(templates, "tag", "v0.3.0")
    with pytest.raises(ShunterError) as found:
        Target(str(templates), "0.3.0", None).steps("app", Recorded("s", "v0.1.0", {}))
    places = [(each.span.path, each.span.line) for each in found.value.findings]
    assert {line for _, line in places} == {3, 8}
    assert {path for path, _ in places} == {"templates/migrations.yaml of template release 0.3.0"}


def test_what_a_person_has_there_moves_and_nothing_else(templates: Path, tmp_path: Path) -> None:
    files = {
        "charts/orders/templates/NOTES.txt": NOTES + "mine\n",
        "charts/orders/values.yaml": "replicaCount: 2  # mine\ncontainer: {a: 1}\nresources: {}\n",
        "charts/orders/charts/lib/values.yaml": "replicaCount: 1\n",
        "charts/other/values.yaml": "replicaCount: 1\n",
        "templates/NOTES.txt": "of another project\n",
    }
    root = make_repo(tmp_path / "shop", files)
    app, other = Project("app", "orders", "charts/orders", {}), Project("app", "other", "charts/other", {})
    spec = RepositorySpec("shop", "shop", (Project("repository", "shop", ".", {}), app, other))
    draft = Draft(spec, PlannedRepository(root), DiskTree(root))
    steps = Target(str(templates), "0.2.0", None).steps("app", Recorded("s", "v0.1.0", {}))
    old = {"templates/NOTES.txt": FileState(NOTES.encode()), "README.md": FileState(b"r")}
    assert carried_over(draft, app, steps, old) == {
        "templates/notes/NOTES.txt": old["templates/NOTES.txt"],
        "README.md": old["README.md"],
    }
    assert draft.moved == {
        "charts/orders/templates/NOTES.txt": None,
        "charts/orders/templates/notes/NOTES.txt": FileState((NOTES + "mine\n").encode()),
        "charts/orders/values.yaml": FileState(b"replicas: 2  # mine\ncontainer: {a: 1}\nresources: {}\n"),
    }
    assert draft.read.keys() == draft.moved.keys()
    [finding] = draft.findings
    assert (finding.span.path, finding.span.line) == ("shop/charts/orders/values.yaml", 3)
    assert carried_over(draft, app, [], old) is old


def make_organisation(folder: Path) -> None:
    """A workspace in one repository that follows an organisation's templates, of which there are three releases."""
    text = ONE_SERVICE.replace("LAYOUT", "mono").replace("  pre: {stage: staging, promotes-from: tst}\n", "")
    (folder / "data.yaml").write_text(text, "utf-8")
    git(folder, "init", "-q", "--bare", "-b", "main", "remote.git")
    ok("new", "shop", "--defaults", "--data-file", str(folder / "data.yaml"), cwd=folder)
    # Where it is now is where answers files say it is: they are written when the folder has its last name.
    place = str(folder.with_suffix("") / "remote.git")
    ok("templates", "publish", str(folder / "remote.git"), cwd=folder / "shop")
    for path in [
        *(folder / "shop").rglob(".copier-answers.yml"),
        folder / "shop/shunter.yaml",
        folder / "shop/.shunter/applied.yaml",
    ]:
        path.write_text(path.read_text("utf-8").replace(str(folder / "remote.git"), place), "utf-8")
    git(folder / "shop", "commit", "-q", "-a", "-m", "Its place")
    git(folder, "clone", "-q", "remote.git", "templates")
    templates = folder / "templates"
    (templates / "templates/app/templates/notes").mkdir()
    git(templates, "mv", "templates/app/templates/NOTES.txt.jinja", "templates/app/templates/notes/NOTES.txt.jinja")
    notes = templates / "templates/app/templates/notes/NOTES.txt.jinja"
    notes.write_text("Quite another text.\n", "utf-8")
    (templates / "templates/migrations.yaml").write_text(MIGRATIONS, "utf-8")
    with (templates / "templates/_questions/common.yml").open("a", encoding="utf-8") as questions:
        questions.write("motto: {type: str, default: on time}\n")
    commit_all(templates, {})
    git(templates, "tag", "v0.2.0")
    only_a_key = MIGRATIONS.replace("migrations:\n", LATER)
    commit_all(templates, {"templates/migrations.yaml": only_a_key})
    git(templates, "tag", "v0.3.0")
    git(templates, "push", "-q", "origin", "main", "v0.2.0", "v0.3.0")


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    return copy(shared("organisation", make_organisation) / "shop", tmp_path / "shop")


def test_an_update_carries_a_workspace_over(organisation: Path) -> None:
    chart = organisation / "charts/orders"
    notes, values = chart / "templates/NOTES.txt", chart / "values.yaml"
    text = values.read_text("utf-8")
    values.write_text(f"replicaCount: 3  # mine\n{text}", "utf-8")
    notes.write_text("Mine alone.\n" + notes.read_text("utf-8"), "utf-8")
    commit_all(organisation, {})
    result = shunter("update", "--to", "0.2.0", cwd=organisation)
    [conflict] = refusals(result)
    assert conflict.place == "shop/charts/orders/templates/notes/NOTES.txt"
    assert not notes.exists()
    moved = (chart / "templates/notes/NOTES.txt").read_text("utf-8")
    assert "Mine alone.\n" in moved
    assert "Quite another text.\n" in moved
    assert values.read_text("utf-8").startswith("replicas: 3  # mine\n")
    answers = yaml.safe_load((chart / ".copier-answers.yml").read_text("utf-8"))
    assert (answers["motto"], answers["_commit"]) == ("as ever", "v0.2.0")


def test_a_file_that_an_answer_calls_otherwise_keeps_what_people_wrote(organisation: Path) -> None:
    """git would not take them for one file: nearly nothing of the template is left in it."""
    folder = organisation / "envs/tst"
    (folder / "values.yaml").write_text("orders: {replicaCount: 3}\n" + "# mine\n" * 50, "utf-8")
    text = (organisation / "shunter.yaml").read_text("utf-8")
    changed = text.replace("stage: develop", "stage: develop\n    values: [ours.yaml]")
    assert changed != text
    (organisation / "shunter.yaml").write_text(changed, "utf-8")
    commit_all(organisation, {})
    mine = (folder / "values.yaml").read_bytes()
    ok("update", "--to", "0.1.0", cwd=organisation)
    assert not (folder / "values.yaml").exists()
    assert (folder / "ours.yaml").read_bytes() == mine
    assert git(organisation, "status", "--porcelain") == ""


@pytest.mark.slow  # four updates of a workspace; the parts are tested beside it
def test_a_release_that_only_moves_a_key_changes_who_has_it(organisation: Path) -> None:
    values = organisation / "charts/orders/values.yaml"
    values.write_text(f"replicas: 3  # mine\n{values.read_text('utf-8')}", "utf-8")
    commit_all(organisation, {})
    ok("update", "--to", "0.2.0", cwd=organisation)
    [target] = json.loads(ok("update", "--plan", "-o", "json", cwd=organisation).out)["targets"]
    assert (target["id"], target["reasons"]) == ("shop/charts/orders", ["template"])
    ok("update", cwd=organisation)
    assert values.read_text("utf-8").startswith("scale:\n  replicas: 3  # mine\n")
    changed = git(organisation, "show", "--format=", "--name-only", "HEAD").splitlines()
    assert {path for path in changed if not path.startswith(("charts/orders/", ".shunter/"))} == {"shunter.yaml"}
    assert "noop" in ok("update", "--check", cwd=organisation).err


@pytest.mark.slow  # six updates of a workspace; the parts are in test_recreating.py
def test_a_deleted_file_comes_back_when_it_is_asked_for(organisation: Path) -> None:
    ok("update", cwd=organisation)
    readme = organisation / "services/orders/README.md"
    text = readme.read_text("utf-8")
    readme.unlink()
    commit_all(organisation, {})
    ok("update", cwd=organisation)
    assert not readme.exists(), "what was deleted stays deleted"
    assert (
        "no template makes" in error(untouched(organisation, "update", "--recreate", "services/orders/READ.md")).message
    )
    ok("update", "--recreate", "services/orders/README.md", cwd=organisation)
    assert readme.read_text("utf-8") == text
    assert git(organisation, "status", "--porcelain") == ""
    assert "is there" in error(untouched(organisation, "update", "--recreate", "services/orders/README.md")).message
