"""A template's newer release meets what people made of the older one: plan, apply, and look at the repository."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo, write
from shunter.adapters.git.apply import apply
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.templates import merge
from shunter.adapters.templates.merge import MergeProject, merge_repository
from shunter.model.files import EXECUTABLE, SYMLINK, Conflict, Edit, FileState, RepositoryPlan

LINES = "".join(f"line {number}\n" for number in range(12))


def states(files: Mapping[str, bytes | str | FileState]) -> dict[str, FileState]:
    return {
        path: content
        if isinstance(content, FileState)
        else FileState(content.encode() if isinstance(content, str) else content)
        for path, content in files.items()
    }


def laid(files: Mapping[str, FileState]) -> dict[str, bytes | str | None]:
    return {path: state.data for path, state in files.items()}


def update(root: Path, *projects: MergeProject) -> dict[str, str]:
    """Merge and apply; the kinds of the conflicts by path."""
    before = disk(root)
    changes, conflicts = merge_repository(root, projects)
    assert disk(root) == before
    tree = DiskTree(root)
    edits = tuple(
        Edit(path, old.object_id() if (old := tree.get(path)) else None, after) for path, after in changes.items()
    )
    plan = RepositoryPlan("r", str(root), Repository(root).head(), edits, conflicts, message="update")
    touched = [path for path in {*changes, *(conflict.path for conflict in conflicts)} if tree.get(path)]
    if touched:
        git(root, "--literal-pathspecs", "add", "--", *touched)
    apply([plan], root)
    assert git(root, "fsck", "--no-dangling") == ""
    return {conflict.path: conflict.kind for conflict in conflicts}


def project(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str = ".", once: tuple[str, ...] = ()
) -> MergeProject:
    return MergeProject(path, states(old), states(new), once)


def read(root: Path, path: str) -> bytes:
    return (root / path).read_bytes()


def test_edits_on_both_sides_meet_in_one_file(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"f": LINES.replace("line 9", "mine 9")})
    assert update(root, project({"f": LINES}, {"f": LINES.replace("line 2", "template 2"), "new": "n"})) == {}
    assert read(root, "f").decode() == LINES.replace("line 9", "mine 9").replace("line 2", "template 2")
    assert read(root, "new") == b"n"
    assert git(root, "status", "--porcelain") == ""


def test_uncommitted_edits_are_ours(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"f": LINES, "g": "g\n"})
    write(root, {"f": LINES.replace("line 9", "unsaved 9"), "untracked": "u"})
    assert update(root, project({"f": LINES, "g": "g\n"}, {"f": LINES.replace("line 2", "t 2"), "g": "g2\n"})) == {}
    assert b"unsaved 9" in read(root, "f")
    assert b"t 2" in read(root, "f")
    assert git(root, "status", "--porcelain") == "?? untracked"


def test_an_unchanged_template_touches_nothing_whatever_people_did(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"f": "mine"})
    assert merge_repository(root, [project({"f": "a", "g": "b"}, {"f": "a", "g": "b"})]) == ({}, ())


def test_same_line_on_both_sides_is_a_conflict_with_gits_stages(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"f": "mine\n", "other": "old\n"})
    conflicts = update(root, project({"f": "old\n", "other": "old\n"}, {"f": "theirs\n", "other": "new\n"}))
    assert conflicts == {"f": "contents"}
    assert git(root, "status", "--porcelain").splitlines() == ["UU f", "M  other"]
    assert [git(root, "cat-file", "-p", f":{stage}:f") for stage in (1, 2, 3)] == ["old", "mine", "theirs"]


def test_a_templates_rename_carries_a_persons_edit(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"a/old": LINES + "mine\n"})
    assert update(root, project({"a/old": LINES}, {"b/new": LINES.replace("line 2", "t 2")})) == {}
    assert disk(root) == {"b/new": ("-", (LINES.replace("line 2", "t 2") + "mine\n").encode())}


def test_a_templates_rename_with_a_conflict_loses_nothing(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"old": LINES.replace("line 2\n", "mine 2\n")})
    assert update(root, project({"old": LINES}, {"new": LINES.replace("line 2\n", "t 2\n")})) == {"new": "contents"}
    assert git(root, "status", "--porcelain").splitlines() == ["UU new", "D  old"]
    assert b"mine 2" in read(root, "new")


def test_a_rename_to_a_file_that_the_person_has_as_the_release_has_it_loses_no_edit(tmp_path: Path) -> None:
    """git's own merge drops the edit, and says nothing."""
    new, mine = LINES.replace("line 2", "t 2"), LINES + "mine\n"
    root = make_repo(tmp_path / "r", {"old.txt": mine, "new.txt": new})
    assert update(root, project({"old.txt": LINES}, {"new.txt": new})) == {"old.txt": "modify/delete"}
    assert read(root, "old.txt") == mine.encode()


def test_beside_it_the_edit_of_another_file_goes_where_the_template_renames_that(tmp_path: Path) -> None:
    """It is in the merge of both, or in its conflict, and no second conflict about the old name."""
    other = LINES.replace("line", "row")
    old = {"old.txt": LINES, "a": other, "b": f"{other}b\n"}
    new = {
        "new.txt": LINES.replace("line 2", "t 2"),
        "new-a": other.replace("row 2", "t 2"),
        "new-b": f"{other}b\n".replace("row 9", "t 9"),
    }
    theirs = {"old.txt": f"{LINES}mine\n", "new.txt": new["new.txt"]}
    root = make_repo(tmp_path / "r", {**theirs, "a": f"{other}mine\n", "b": f"{other}b\n".replace("row 9", "mine 9")})
    assert update(root, project(old, new)) == {"old.txt": "modify/delete", "new-b": "contents"}
    assert read(root, "new-a") == f"{new['new-a']}mine\n".encode()
    assert b"mine 9\n=======\nt 9" in read(root, "new-b")
    assert not (root / "a").exists()
    assert not (root / "b").exists()


def test_a_persons_rename_receives_the_templates_change(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"renamed": LINES + "mine\n"})
    assert update(root, project({"f": LINES}, {"f": LINES.replace("line 2", "t 2")})) == {}
    assert disk(root) == {"renamed": ("-", (LINES.replace("line 2", "t 2") + "mine\n").encode())}


@pytest.mark.parametrize("new", [{"f": LINES + "more\n"}, {"moved": LINES}, {"moved": LINES + "more\n"}, {}])
def test_what_a_person_deleted_stays_deleted(tmp_path: Path, new: dict[str, str]) -> None:
    root = make_repo(tmp_path / "r", {"keep": "k"})
    assert update(root, project({"f": LINES, "keep": "k"}, {**new, "keep": "k2"})) == {}
    assert disk(root) == {"keep": ("-", b"k2")}


def test_a_file_that_both_added_is_a_conflict_unless_equal(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"same": "s\n", "differs": "mine\n"})
    assert update(root, project({}, {"same": "s\n", "differs": "theirs\n"})) == {"differs": "contents"}
    assert git(root, "status", "--porcelain") == "AA differs"


def test_both_renamed_differently_keeps_both(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"mine": LINES + "token\n"})
    assert sorted(update(root, project({"f": LINES}, {"theirs": LINES + "t\n"}))) == ["mine", "theirs"]
    assert b"token" in read(root, "mine")


def test_a_file_in_the_way_of_a_folder_moves_aside(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"x": "mine\n"})
    assert update(root, project({}, {"x/y": "theirs\n"})) == {"x~yours": "file/directory"}
    assert disk(root) == {"x/y": ("-", b"theirs\n"), "x~yours": ("-", b"mine\n")}


def test_a_folder_in_the_way_of_a_file_stays(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"x/y": "mine\n"})
    assert update(root, project({}, {"x": "theirs\n"})) == {"x~template": "file/directory"}
    assert disk(root) == {"x/y": ("-", b"mine\n"), "x~template": ("-", b"theirs\n")}


@pytest.mark.parametrize("own", [FileState(b"mine\n"), FileState(b"elsewhere", SYMLINK)])
def test_what_a_person_has_in_the_place_of_a_deleted_folder_stays(own: FileState, tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"keep": "k"})
    write_file(root / "x", own)
    commit_all(root, {})
    assert update(root, project({"x/y": LINES, "keep": "k"}, {"x/y": f"{LINES}t\n", "keep": "k2"})) == {}
    assert DiskTree(root).get("x") == own
    assert sorted(disk(root)) == ["keep", "x"]


@pytest.mark.parametrize("more", [{}, {"added": "n"}], ids=["files", "tree"])
@pytest.mark.parametrize("sides", [("link", "file"), ("file", "link"), ("link", "other link")])
def test_a_link_against_a_file_keeps_both_sides(sides: tuple[str, str], more: dict[str, str], tmp_path: Path) -> None:
    """The person's is in its place, the template's is in git's index, for `git checkout --theirs`."""
    kinds = {"file": FileState(f"{LINES}t\n".encode()), "link": FileState(b"g", SYMLINK)}
    kinds["other link"] = FileState(b"h", SYMLINK)
    ours, theirs = (kinds[side] for side in sides)
    base = FileState(LINES.encode()) if "file" in sides else FileState(b"f", SYMLINK)
    root = make_repo(tmp_path / "r", {"g": "g\n"})
    write_file(root / "f", ours)
    commit_all(root, {})
    assert [*update(root, project({"f": base}, {"f": theirs, **more}))] == ["f"]
    assert DiskTree(root).get("f") == ours
    found = Repository(root).git("ls-files", "-u").text.splitlines()
    assert [line.split()[0] for line in found] == [base.mode, ours.mode, theirs.mode]
    git(root, "checkout", "--theirs", "--", "f")
    assert DiskTree(root).get("f") == theirs


def test_modes_and_links_travel(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"run": LINES + "mine\n", "to": "x"})
    new = {"run": FileState(LINES.encode(), EXECUTABLE), "to": "x", "link": FileState(b"to", SYMLINK)}
    assert update(root, project({"run": LINES, "to": "x"}, new)) == {}
    assert disk(root) == {"run": ("x", f"{LINES}mine\n".encode()), "link": ("l", b"to"), "to": ("-", b"x")}


def test_line_ends_and_attributes_change_nothing(tmp_path: Path) -> None:
    crlf = LINES.replace("\n", "\r\n")
    root = make_repo(
        tmp_path / "r", {"f": crlf.replace("line 9", "mine 9"), ".gitattributes": "* text=auto merge=union\n"}
    )
    git(root, "config", "core.autocrlf", "true")
    changes, conflicts = merge_repository(root, [project({"f": crlf}, {"f": crlf.replace("line 2", "t 2")})])
    assert conflicts == ()
    assert changes == states({"f": crlf.replace("line 9", "mine 9").replace("line 2", "t 2")})


def test_written_once_is_only_written_once(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"values.yaml": "mine\n", "f": "1\n"})
    old = {"values.yaml": "old\n", "removed.yaml": "old\n", "f": "1\n"}
    new = {"values.yaml": "new\n", "removed.yaml": "new\n", "fresh.yaml": "new\n", "f": "2\n"}
    assert update(root, project(old, new, once=("*.yaml",))) == {}
    assert disk(root) == {"values.yaml": ("-", b"mine\n"), "fresh.yaml": ("-", b"new\n"), "f": ("-", b"2\n")}


def test_written_once_survives_the_templates_deleting_it(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"values.yaml": "old\n", "f": "1\n"})
    assert update(root, project({"values.yaml": "old\n", "f": "1\n"}, {"f": "2\n"}, once=("/values.yaml",))) == {}
    assert disk(root) == {"values.yaml": ("-", b"old\n"), "f": ("-", b"2\n")}


def test_projects_side_by_side_do_not_trade_files(tmp_path: Path) -> None:
    """Equal files in sibling projects: a rename in the template must not carry one project's edit into another."""
    old, new = {"x.yaml": LINES}, {"y.yaml": LINES}
    start = {f"charts/{name}/x.yaml": LINES for name in "abc"}
    root = make_repo(tmp_path / "r", {**start, "charts/b/x.yaml": LINES + "token of b\n"})
    assert update(root, *(project(old, new, f"charts/{name}") for name in "abc")) == {}
    assert {path: b"token" in data for path, (_, data) in disk(root).items()} == {
        "charts/a/y.yaml": False,
        "charts/b/y.yaml": True,
        "charts/c/y.yaml": False,
    }


def test_a_root_project_leaves_nested_projects_and_derived_files_alone(tmp_path: Path) -> None:
    start = {"charts/a/README": LINES, "charts/a/.copier-answers.yml": "", ".shunter/README": LINES, "sub/z": "z"}
    root = make_repo(tmp_path / "r", {**start, "other": "1\n"})
    old, new = {"README": LINES, "other": "1\n"}, {"README": LINES + "more\n", "other": "2\n"}
    assert update(root, project(old, new)) == {}
    assert disk(root) == {**{path: ("-", data.encode()) for path, data in start.items()}, "other": ("-", b"2\n")}


def test_ignored_files_and_nested_repositories_are_not_ours(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {".gitignore": "/build/\n/nested/\n", "f": LINES})
    make_repo(root / "nested", {"copy": LINES})
    write(root, {"build/copy": LINES, "f": None})
    old = {"f": LINES, ".gitignore": "/build/\n/nested/\n"}
    assert update(root, project(old, {**old, "f": LINES + "more\n"})) == {}
    assert read(root, "build/copy") == LINES.encode() == read(root, "nested/copy")


# --- the six silent losses of `copier update` 9.19 ---------------------------------------------------------------


def test_loss_1_an_edited_binary_file_is_kept(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"logo": b"\0mine\xff", "f": "1\n"})
    assert update(root, project({"logo": b"\0old\xff", "f": "1\n"}, {"logo": b"\0old\xff", "f": "2\n"})) == {}
    assert read(root, "logo") == b"\0mine\xff"
    assert update(root, project({"logo": b"\0old\xff"}, {"logo": b"\0new\xff"})) == {"logo": "binary"}
    assert read(root, "logo") == b"\0mine\xff"
    assert git(root, "status", "--porcelain") == "UU logo"


def test_loss_2_an_edit_to_a_file_that_the_template_deletes_is_a_conflict(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"f": LINES + "mine\n"})
    assert update(root, project({"f": LINES}, {})) == {"f": "modify/delete"}
    assert read(root, "f") == f"{LINES}mine\n".encode()
    assert git(root, "status", "--porcelain") == "UD f"


def test_loss_3_bytes_that_are_not_utf8_survive(tmp_path: Path) -> None:
    old, mine = LINES.encode(), LINES.replace("line 9", "caf\xe9").encode("latin-1")
    root = make_repo(tmp_path / "r", {"f": mine, "untouched": b"caf\xe9\n"})
    new = {"f": LINES.replace("line 2", "t 2"), "untouched": "cafe\n"}
    assert update(root, project({"f": old, "untouched": "cafe\n"}, new)) == {}
    assert read(root, "f") == mine.replace(b"line 2", b"t 2")
    assert read(root, "untouched") == b"caf\xe9\n"


def test_loss_4_two_projects_updated_together_do_not_bring_files_back(tmp_path: Path) -> None:
    old, new = {"f": "1\n", "gone": LINES}, {"f": "2\n"}
    root = make_repo(tmp_path / "r", {f"envs/{env}/{path}": data for env in ("e0", "e1") for path, data in old.items()})
    assert update(root, project(old, new, "envs/e0"), project(old, new, "envs/e1")) == {}
    assert disk(root) == {"envs/e0/f": ("-", b"2\n"), "envs/e1/f": ("-", b"2\n")}
    write(root, {"envs/e0/gone": None} if (root / "envs/e0/gone").exists() else {})
    assert update(root, project({"f": "2\n"}, {"f": "3\n"}, "envs/e1")) == {}
    assert sorted(disk(root)) == ["envs/e0/f", "envs/e1/f"]


def test_loss_5_a_conflict_in_one_project_does_not_undo_another(tmp_path: Path) -> None:
    old, new = {"values": "old\n", "f": "1\n"}, {"values": "new\n", "f": "2\n"}
    start = {f"envs/{env}/{path}": data for env in ("e0", "e1") for path, data in old.items()}
    root = make_repo(tmp_path / "r", {**start, "envs/e0/values": "mine\n"})
    conflicts = update(root, project(old, new, "envs/e0"), project(old, new, "envs/e1"))
    assert conflicts == {"envs/e0/values": "contents"}
    assert read(root, "envs/e0/f") == read(root, "envs/e1/f") == b"2\n"
    assert read(root, "envs/e1/values") == b"new\n"
    assert b"mine\n" in read(root, "envs/e0/values")


def test_loss_6_folders_with_names_of_old_version_control_are_removed(tmp_path: Path) -> None:
    old = {f"{name}/f": LINES for name in ("tags", "RCS", "CVS")}
    root = make_repo(tmp_path / "r", {**old, "keep": "k"})
    assert update(root, project({**old, "keep": "k"}, {"keep": "k"})) == {}
    assert disk(root) == {"keep": ("-", b"k")}


# --- no line that a person wrote is ever lost --------------------------------------------------------------------


def _text(random_: random.Random, name: str) -> list[str]:
    return [f"{name} {random_.randrange(10**6)}" for _ in range(random_.randrange(6, 20))]


def _template_change(random_: random.Random, files: dict[str, list[str]], number: int) -> None:
    name = random_.choice(sorted(files))
    action = random_.randrange(5)
    if action == 0:
        del files[name]
    elif action == 1:
        files[f"moved/{number}"] = files.pop(name)
    elif action == 2:
        files[f"added{number}"] = _text(random_, "added")
    else:
        files[name][random_.randrange(len(files[name]))] = f"template {number}"


def _person_change(random_: random.Random, files: dict[str, list[str]], number: int) -> str:
    """Change something, adding the line that this returns."""
    token = f"token-{number}"
    name = random_.choice(sorted(files))
    action = random_.randrange(6)
    if action == 0:
        files[f"renamed{number}"] = [*files.pop(name), token]
    elif action == 1:
        files[random_.choice([f"added{random_.randrange(6)}", f"own/{number}"])] = [token]
    else:
        files[name].insert(random_.randrange(len(files[name]) + 1), token)
    return token


def _bytes(files: dict[str, list[str]], end: str) -> dict[str, bytes | str | None]:
    return {path: "".join(line + end for line in lines).encode("latin-1") for path, lines in files.items()}


@pytest.mark.parametrize("seed", range(15))
def test_no_line_of_a_person_is_ever_lost(tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)
    end = random_.choice(["\n", "\r\n", "\xe9\n"])
    old = {f"d{number % 3}/f{number}": _text(random_, "old") for number in range(6)}
    new = {path: list(lines) for path, lines in old.items()}
    mine = {path: list(lines) for path, lines in old.items()}
    for number in range(6):
        _template_change(random_, new, number)
    tokens = {_person_change(random_, mine, number) for number in range(5)}
    half = dict(list(mine.items())[::2])
    root = make_repo(tmp_path / "r", {**_bytes(old, end), "envs/x/outside": "outside"})
    commit_all(root, {**{path: None for path in old if path not in mine and path in half}, **_bytes(half, end)})
    write(root, {**{path: None for path in old if path not in mine}, **_bytes(mine, end)})
    before = disk(root)
    tokens = {token for token in tokens if any(token.encode() in data for _, data in before.values())}
    update(root, MergeProject(".", states(_bytes(old, end)), states(_bytes(new, end))))  # type: ignore[arg-type]
    kept = b"".join(data for _, data in disk(root).values())
    stages = git(root, "ls-files", "-u").split("\n")
    blobs = [git(root, "cat-file", "-p", line.split()[1]) for line in stages if line]
    kept += "".join(blobs).encode("utf-8", "surrogateescape")
    assert [token for token in sorted(tokens) if token.encode() not in kept] == []
    assert read(root, "envs/x/outside") == b"outside"


def test_conflicts_are_data(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"p/f": "mine\n"})
    changes, conflicts = merge_repository(root, [project({"f": "old\n"}, {"f": "new\n"}, "p")])
    base, ours, theirs = (FileState(text) for text in (b"old\n", b"mine\n", b"new\n"))
    assert (changes, conflicts) == ({}, (Conflict("p/f", "contents", base, ours, theirs),))


@pytest.mark.parametrize("seed", range(12))
def test_what_is_taken_without_a_merge_is_what_git_would_make_of_it(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template only changes files, and the person others: renamed, deleted, edited or added."""
    random_ = random.Random(seed)
    old: dict[str, Any] = {
        f"{folder}f{number}": f"{seed} {number}\n" * 5 for folder in ("", "a/") for number in range(4)
    }
    changed, mine = set(random_.sample(sorted(old), 3)), dict(old)
    new = {path: text + "more\n" if path in changed else text for path, text in old.items()}
    if random_.random() < 0.3:
        new[min(changed)] = FileState(old[min(changed)].encode(), EXECUTABLE)
    for path in random_.sample(sorted(set(old) - changed), 3):
        text, choice = mine.pop(path), random_.choice(["rename", "delete", "edit"])
        mine |= {"rename": {f"{path}-mine": text}, "delete": {}, "edit": {path: f"own\n{text}"}}[choice]
    mine["notes"] = random_.choice(["own\n", old[min(changed)], new[max(changed)]])
    root = make_repo(tmp_path / "r", mine)
    taken = merge_repository(root, [project(old, new)])
    assert set(taken[0]) == changed
    monkeypatch.setattr(merge, "_sort", lambda *_: False)
    assert merge_repository(root, [project(old, new)]) == taken


def test_repositories_are_merged_at_once_and_each_has_its_own(tmp_path: Path) -> None:
    """Equal names, equal lines, in one call: what is in conflict in one is not in another."""
    old, new = {"f": LINES, "p/g": LINES}, {"f": LINES.replace("line 2", "t 2"), "p/g": LINES.replace("line 3", "t 3")}
    clean = make_repo(tmp_path / "clean", {"f": LINES.replace("line 9", "mine 9"), "p/g": LINES})
    torn = make_repo(tmp_path / "torn", {"f": LINES.replace("line 2", "mine 2"), "p/g": LINES.replace("line 9", "m 9")})
    moved = make_repo(tmp_path / "moved", {"new-name": LINES.replace("line 9", "mine 9"), "p/g": LINES})
    asked = [merge.Asked(root, [project(old, new)]) for root in (clean, torn, moved)]
    found = merge.merge_repositories(asked)
    assert found == [merge_repository(root, [project(old, new)]) for root in (clean, torn, moved)]
    assert [[each.path for each in conflicts] for _, conflicts in found] == [[], ["f"], []]
    assert [sorted(changes) for changes, _ in found] == [["f", "p/g"], ["p/g"], ["new-name", "p/g"]]
