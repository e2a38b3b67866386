"""What Copier 9.19 loses, and `--merge copier` does not: each test shows the loss, and what we do.

Where Copier mends one, its test fails, and goes, from here and from helpers.oracles.updates.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.oracles.copier import both, ours_updated, text, updated
from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo
from shunter.adapters.git.apply import apply
from shunter.adapters.system.files import DiskTree
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject
from shunter.adapters.templates.render import RenderRequest, render_many
from shunter.flows.workspace.plans import plan_changes
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState

ONE, TWO, MINE = text("1\n"), text("2\n"), text("mine\n")


def link(target: str) -> FileState:
    return FileState(target.encode(), SYMLINK)


@pytest.mark.slow  # Copier updates a project
def test_copier_writes_over_a_binary_file_that_was_edited(tmp_path: Path) -> None:
    old, mine = {"b": text(b"\0one"), "f": text("1\n")}, {"b": text(b"\0mine"), "f": text("1\n")}
    ours, theirs = both(old, mine, {**old, "f": text("2\n")}, tmp_path)
    assert theirs.files["b"] == old["b"], "lost"
    assert (ours.files["b"], ours.stages) == (mine["b"], {})


@pytest.mark.slow  # Copier updates a project
def test_copier_writes_over_a_binary_file_that_both_edited(tmp_path: Path) -> None:
    old, mine, new = ({"b": text(b"\0" + word)} for word in (b"one", b"mine", b"new"))
    ours, theirs = both(old, mine, new, tmp_path)
    assert (theirs.files["b"], theirs.stages) == (new["b"], {}), "lost"
    assert ours.files["b"] == mine["b"]
    assert {stage for _, stage in ours.stages} == {1, 2, 3}


@pytest.mark.slow  # Copier updates a project
def test_copier_deletes_a_file_that_was_edited(tmp_path: Path) -> None:
    old, mine = {"f": text("1\n"), "g": text("1\n")}, {"f": text("mine\n"), "g": text("1\n")}
    ours, theirs = both(old, mine, {"g": text("1\n")}, tmp_path)
    assert ("f" in theirs.files, theirs.stages) == (False, {}), "lost"
    assert ours.files["f"] == mine["f"]
    assert {stage for _, stage in ours.stages} == {1, 2}


@pytest.mark.slow  # Copier updates a project
def test_copier_drops_what_it_cannot_decode(tmp_path: Path) -> None:
    old = {"f": text("one\ntwo\nthree\n"), "g": text("1\n")}
    mine = {**old, "f": text(b"one\ntwo\ncaf\xe9\n")}
    ours, theirs = both(old, mine, {**old, "g": text("2\n")}, tmp_path)
    assert theirs.files["f"].data == b"one\ntwo\ncaf\n", "lost"
    assert ours.files["f"] == mine["f"]


@pytest.mark.slow  # Copier updates a project
@pytest.mark.parametrize("name", ["tags", "RCS", "CVS"])
def test_copier_never_removes_some_folders(name: str, tmp_path: Path) -> None:
    old = {f"{name}/f": text("1\n"), "g": text("1\n")}
    ours, theirs = both(old, old, {"g": text("1\n")}, tmp_path)
    assert set(theirs.files) == {f"{name}/f", "g"}, "left behind"
    assert set(ours.files) == {"g"}


@pytest.mark.slow  # Copier updates a project
def test_copier_ends_at_a_name_that_git_quotes(tmp_path: Path) -> None:
    mine, new = {"ü": text("mine\n")}, {"ü": text("new\n")}
    with pytest.raises(FileNotFoundError):
        updated({}, mine, new, tmp_path / "copier")
    assert {stage for _, stage in ours_updated({}, mine, new, tmp_path / "ours").stages} == {1, 2, 3}


@pytest.mark.slow  # Copier updates a project
def test_copier_drops_what_the_template_changes_where_a_person_has_put_a_link(tmp_path: Path) -> None:
    ours, theirs = both({"l": ONE, "f": ONE}, {"l": link("f"), "f": ONE}, {"l": TWO, "f": ONE}, tmp_path)
    assert (theirs.files["l"], theirs.stages) == (link("f"), {}), "lost"
    assert ours.files["l"] == link("f")
    assert {stage for _, stage in ours.stages} == {1, 2, 3}


@pytest.mark.slow  # Copier updates a project
def test_copier_ends_where_both_have_changed_a_link(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        updated({"l": link("a")}, {"l": link("mine")}, {"l": link("b")}, tmp_path / "copier")
    ours = ours_updated({"l": link("a")}, {"l": link("mine")}, {"l": link("b")}, tmp_path / "ours")
    assert ours.files == {"l": link("mine")}
    assert {stage for _, stage in ours.stages} == {1, 2, 3}


@pytest.mark.slow  # Copier updates a project
def test_copier_leaves_a_link_to_nothing_that_the_template_deletes(tmp_path: Path) -> None:
    ours, theirs = both({"l": link("a"), "f": ONE}, {"l": link("a"), "f": ONE}, {"f": ONE}, tmp_path)
    assert set(theirs.files) == {"l", "f"}, "left behind"
    assert set(ours.files) == {"f"}


FOLDERS: Mapping[str, tuple[dict[str, FileState], dict[str, FileState], dict[str, FileState]]] = {
    "the template makes a folder of a file": ({"p": ONE}, {"p": ONE}, {"p/q": TWO}),
    "the template makes a folder of an edited file": ({"p": ONE}, {"p": MINE}, {"p/q": TWO}),
    "the template makes a file of a folder": ({"p/q": ONE}, {"p/q": ONE}, {"p": TWO}),
    "the template makes a file of an edited folder": ({"p/q": ONE}, {"p/q": MINE}, {"p": TWO}),
    "the template makes a file of a folder with more in it": ({"p/q": ONE}, {"p/q": ONE, "p/own": MINE}, {"p": TWO}),
    "a person makes a folder of a file": ({"p": ONE}, {"p/own": MINE}, {"p": TWO}),
    "a person makes a file of a folder": ({"p/q": ONE}, {"p": MINE}, {"p/q": TWO}),
}


@pytest.mark.slow  # Copier updates a project each
@pytest.mark.parametrize("name", FOLDERS)
def test_copier_ends_half_way_where_a_file_is_a_folder_on_the_other_side(name: str, tmp_path: Path) -> None:
    """It is a merge of trees then, as with `--merge safe`: both are there, and what excludes itself is a conflict."""
    old, mine, new = ({**files, "f": state} for files, state in zip(FOLDERS[name], (ONE, ONE, TWO), strict=True))
    with pytest.raises((FileExistsError, AssertionError)):
        updated(old, mine, new, tmp_path / "copier")
    root = tmp_path / "ours"
    made = applied(root, old, mine, new)
    assert made["f"] == TWO
    assert MINE in made.values() or MINE not in mine.values(), "what a person wrote"
    assert [path for path in made if any(other.startswith(f"{path}/") for other in made)] == []
    deleted = name.startswith("a person")
    assert ([state for path, state in made.items() if state == TWO and path != "f"] == []) == deleted


def applied(
    root: Path, old: dict[str, FileState], mine: dict[str, FileState], new: dict[str, FileState]
) -> dict[str, FileState]:
    """The files of a repository at `root` after `--merge copier`, written as an update writes them."""
    make_repo(root, {path: state.data for path, state in mine.items()})
    written(root, old, new)
    tree = DiskTree(root)
    return {path: state for path in tree.paths() if (state := tree.get(path)) is not None}


def written(root: Path, old: dict[str, FileState], new: dict[str, FileState]) -> None:
    [(changes, conflicts)] = merge_as_copier([Asked(root, [MergeProject(".", old, new)])])
    named = {each.path for each in conflicts}
    wanted = {path: state for path, state in changes.items() if path not in named}
    apply([plan_changes(root, wanted, "update", tree=DiskTree(root), conflicts=conflicts)], root)


@pytest.mark.slow  # Copier updates a project
def test_copier_writes_its_rejects_over_a_file_of_that_name(tmp_path: Path) -> None:
    """And then it takes that for nothing to merge: the person's edit is in no file but that of the rejects."""
    ours, theirs = both({"x": ONE}, {"x": MINE, "x.rej": text("my own\n")}, {"x": TWO}, tmp_path)
    assert (theirs.files["x"], theirs.stages) == (TWO, {}), "lost"
    assert b"my own" not in theirs.files["x.rej"].data, "lost"
    assert ours.files["x.rej"] == text("my own\n")
    assert {stage for _, stage in ours.stages} == {1, 2, 3}


@pytest.mark.slow  # Copier updates a project each
@pytest.mark.parametrize("new", [ONE, TWO])
def test_copier_loses_a_file_that_git_ignores(new: FileState, tmp_path: Path) -> None:
    """Deleted where the template left it alone, and written over where it did not."""
    old, mine = {"x": ONE, "f": ONE}, {"f": ONE, ".gitignore": text("x\n")}
    after = {"x": new, "f": TWO}
    theirs = updated(old, mine, after, tmp_path / "copier", prepare=lambda root: (root / "x").write_bytes(MINE.data))
    assert theirs.files.get("x") == (None if new == ONE else TWO), "lost"
    root = make_repo(tmp_path / "ours", {path: state.data for path, state in mine.items()})
    (root / "x").write_bytes(MINE.data)
    written(root, old, after)
    assert b"mine\n" in (root / "x").read_bytes()


@pytest.mark.slow  # Copier updates a project each
@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_copier_writes_over_a_file_that_git_does_not_look_at(flag: str, tmp_path: Path) -> None:
    def hide(root: Path) -> None:
        git(root, "update-index", flag, "x")
        (root / "x").write_bytes(MINE.data)

    old, new = {"x": ONE, "f": ONE}, {"x": TWO, "f": TWO}
    theirs = updated(old, old, new, tmp_path / "copier", prepare=hide)
    assert theirs.files["x"] == TWO, "lost"
    root = make_repo(tmp_path / "ours", {path: state.data for path, state in old.items()})
    hide(root)
    before = disk(root)
    with pytest.raises(ShunterError, match="git does not look at it"):
        written(root, old, new)
    assert disk(root) == before


@pytest.mark.slow  # Copier updates a project
def test_copier_replaces_the_history_of_a_project_by_that_of_the_template(tmp_path: Path) -> None:
    """A template with `_exclude` of its own, and no folder for its files, has to exclude `.git` itself."""
    import copier

    files = {"x": "1\n", "copier.yml": "_exclude: [copier.yml]\n"}
    template = make_repo(
        tmp_path / "template", {**files, "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers }}"}
    )
    git(template, "tag", "v1.0.0")
    (template / "x").write_text("2\n")
    git(template, "commit", "-q", "-a", "-m", "two")
    git(template, "tag", "v2.0.0")
    project = make_repo(
        tmp_path / "project", {"x": "1\n", ".copier-answers.yml": f"_commit: v1.0.0\n_src_path: {template}\n"}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_update(
            project, settings=copier.Settings(), defaults=True, overwrite=True, quiet=True, vcs_ref="v2.0.0"
        )
    assert git(project, "log", "--all", "--format=%s").split() == ["two", "start"], "lost: it is the template's"
    asked = RenderRequest.of(str(template), "2.0.0", {}, template, "update")
    assert set(render_many([asked]).files[asked]) == {"x", ".copier-answers.yml"}


@pytest.mark.slow  # Copier updates a project
def test_copier_makes_a_change_that_both_made_again_where_the_file_looks_alike(tmp_path: Path) -> None:
    """Its patch does not fit any more where the change is in the new render already, and fits elsewhere."""
    alike = "".join(f"{number}\n" for number in range(8))
    changed = alike.replace("7", "both\n7")
    old, new = text(f"{alike}middle\n\n{alike}"), text(f"{alike}middle\n\n{changed}")
    ours, theirs = both({"f": old}, {"f": new}, {"f": new}, tmp_path)
    twice = text(f"{changed}middle\n\n{changed}")
    assert (theirs.files["f"], theirs.stages) == (twice, {}), "lost: there is a line that nobody wrote there"
    assert (ours.files["f"], ours.stages) == (new, {})


@pytest.mark.slow  # Copier updates a project
def test_copier_deletes_a_file_that_is_called_after_an_answer_of_another_type(tmp_path: Path) -> None:
    """It renders the new release twice, and reads what the first has made of the answer once more for the second."""
    theirs, ours = retyped("{{ q }}.txt.jinja", ("kept\n", "kept\n"), {"1.50.txt": "kept\n"}, tmp_path)
    assert "q: '1.50'" in (theirs / ".copier-answers.yml").read_text("utf-8")
    assert not [*theirs.glob("*.txt")], "lost: there is no file of that answer at all"
    assert set(ours) == {"1.50.txt", ".copier-answers.yml"}


@pytest.mark.slow  # Copier updates a project
def test_copier_writes_an_answer_of_another_type_that_it_does_not_record(tmp_path: Path) -> None:
    """Where it merges, it takes what the second render has: its own answers file says what the person has."""
    bodies = ("one\n\n\n\n{{ q }}\n", "two\n\n\n\n{{ q }}\n")
    mine = {"f": "mine\n\n\n\n1.50\n"}
    theirs, ours = retyped("f.jinja", bodies, mine, tmp_path)
    assert "q: '1.50'" in (theirs / ".copier-answers.yml").read_text("utf-8")
    assert (theirs / "f").read_text("utf-8").endswith("=======\ntwo\n>>>>>>> after updating\n\n\n\n1.5\n"), "lost: 1.50"
    assert ours["f"] == text("two\n\n\n\n1.50\n")
    root = make_repo(tmp_path / "ours", mine)
    written(root, {"f": text("one\n\n\n\n1.50\n")}, {"f": ours["f"]})
    assert (root / "f").read_text("utf-8").endswith("=======\ntwo\n>>>>>>> after updating\n\n\n\n1.50\n")


def retyped(
    name: str, bodies: tuple[str, str], mine: Mapping[str, str], folder: Path
) -> tuple[Path, Mapping[str, FileState]]:
    """A project updated by Copier, and what we render of the same release.

    A question that is not asked is a text in one release, and YAML in the next. The template's file has two bodies.
    """
    import copier

    asked: dict[str, Any] = {"q": {"type": "str", "default": "1.50", "ask": False}}
    answers_file = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_yaml }}\n"}
    template = make_repo(folder / "template", {**answers_file, name: bodies[0], "copier.yml": json.dumps(asked)})
    git(template, "tag", "v1.0.0")
    asked["q"]["type"] = "yaml"
    commit_all(template, {name: bodies[1], "copier.yml": json.dumps(asked)})
    git(template, "tag", "v2.0.0")
    answers = {"_commit": "v1.0.0", "_src_path": str(template), "q": "1.50"}
    root = make_repo(folder / "project", {**mine, ".copier-answers.yml": json.dumps(answers)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_update(root, settings=copier.Settings(), defaults=True, overwrite=True, quiet=True, vcs_ref="v2.0.0")
    asked_of = RenderRequest.of(str(template), "2.0.0", {"q": "1.50"}, template, "update", ["q"])
    return root, render_many([asked_of]).files[asked_of]


@pytest.mark.slow  # Copier updates two projects
def test_copier_brings_back_in_one_project_what_it_deleted_in_another(tmp_path: Path) -> None:
    """Its patch is that of the whole repository, and not of the project that is updated."""
    import copier

    theirs = tmp_path / "copier"
    updated({"x": ONE, "gone": ONE}, {"x": ONE, "gone": ONE}, {"x": TWO}, theirs)
    answers = f"_commit: v1.0.0\n_src_path: {theirs / 'template'}\n"
    files = {"x": "1\n", "gone": "1\n", ".copier-answers.yml": answers}
    project = make_repo(tmp_path / "mono", {f"{each}/{path}": data for each in "ab" for path, data in files.items()})
    for each in "ab":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            copier.run_update(
                project / each, settings=copier.Settings(), defaults=True, overwrite=True, quiet=True, vcs_ref="v2.0.0"
            )
    assert (project / "a/gone").exists(), "it was deleted there, and is back"
    both_of_us = [MergeProject(each, {"x": ONE, "gone": ONE}, {"x": TWO}) for each in "ab"]
    root = make_repo(tmp_path / "ours", {f"{each}/{path}": "1\n" for each in "ab" for path in ("x", "gone")})
    [(changes, conflicts)] = merge_as_copier([Asked(root, both_of_us)])
    assert (changes, conflicts) == ({"a/x": TWO, "b/x": TWO, "a/gone": None, "b/gone": None}, ())


@pytest.mark.slow  # Copier updates two projects
def test_copier_takes_back_what_another_project_was_updated_to(tmp_path: Path) -> None:
    """It takes the rejects of that project's update for its own, checks the file out, and deletes them."""
    import copier

    theirs = tmp_path / "copier"
    updated({"x": ONE}, {"x": ONE}, {"x": TWO}, theirs)
    answers = f"_commit: v1.0.0\n_src_path: {theirs / 'template'}\n"
    files: dict[str, bytes | str | None] = {
        "a/x": MINE.data,
        "b/x": ONE.data,
        "a/.copier-answers.yml": answers,
        "b/.copier-answers.yml": answers,
    }
    project = make_repo(tmp_path / "mono", files)
    for each, conflict in (("a", "rej"), ("b", "inline")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            how: dict[str, Any] = {
                "defaults": True,
                "overwrite": True,
                "quiet": True,
                "vcs_ref": "v2.0.0",
                "conflict": conflict,
            }
            copier.run_update(project / each, settings=copier.Settings(), **how)
        if each == "a":
            assert (project / "a/x").read_bytes() == TWO.data
            assert b"mine" in (project / "a/x.rej").read_bytes()
    assert (project / "a/x").read_bytes() == MINE.data, "lost: what the template has changed"
    assert not (project / "a/x.rej").exists(), "lost: what said so"
    assert b"_commit: v2.0.0" in (project / "a/.copier-answers.yml").read_bytes(), "so no update brings it again"
    root = make_repo(tmp_path / "ours", {"a/x": MINE.data, "b/x": ONE.data})
    [(changes, conflicts)] = merge_as_copier(
        [Asked(root, [MergeProject(each, {"x": ONE}, {"x": TWO}) for each in "ab"])]
    )
    assert changes["b/x"] == TWO
    assert [(each.path, each.ours, each.theirs) for each in conflicts] == [("a/x", MINE, TWO)]
