"""What a run leaves on disk is what git's own merge of the same commit leaves there, byte by byte."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import checkout, commit_all, git, make_repo, write
from helpers.workspaces.plans import edit, plan
from shunter.adapters.git.apply import apply
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, SYMLINK, Conflict, FileState

FILES: Mapping[str, str | bytes] = {"a": "1\n2\n3\n", "d/b": "x\ny\n", "kept": "k\n", "binary": b"\0\n"}
TURN = "tr a-z n-za-m"
POINT = """#!/bin/sh
# As git-lfs does it: what git holds is a pointer, and the bytes are elsewhere.
if [ $1 = clean ]; then
  cat >STORE/new; name=$(sha1sum <STORE/new | cut -c1-40); mv STORE/new STORE/$name; echo "points to $name"
else
  read to to name; cat STORE/$name
fi
"""

Configured = tuple[Mapping[str, str], str]
WAYS: Mapping[str, Configured] = {
    "nothing": ({}, ""),
    "autocrlf": ({"core.autocrlf": "true"}, ""),
    "autocrlf, and git refuses what is not so": ({"core.autocrlf": "true", "core.safecrlf": "true"}, ""),
    "autocrlf = input": ({"core.autocrlf": "input"}, ""),
    "eol": ({"core.eol": "crlf"}, "* text=auto\n"),
    "attributes": ({}, "* text=auto eol=crlf\n"),
    "attributes of some": ({"core.autocrlf": "true"}, "* text=auto eol=lf\nd/* text eol=crlf\n"),
    "attributes of old": ({}, "* crlf\n"),
    "ident": ({}, "a ident\n"),
    "encoding": ({}, "* text=auto\na text working-tree-encoding=UTF-16LE-BOM\n"),
    "filter": (
        {"filter.turn.clean": TURN, "filter.turn.smudge": TURN, "filter.turn.required": "true"},
        "a filter=turn\nd/* filter=turn\n",
    ),
    "pointers": ({"filter.p.clean": "STORE/point clean", "filter.p.smudge": "STORE/point smudge"}, "d/* filter=p\n"),
    "a program of the repository": ({"filter.p.clean": "./turn", "filter.p.smudge": "./turn"}, "a filter=p\n"),
}


def made(folder: Path, way: Configured) -> tuple[Path, Path]:
    """A repository that is configured so, as git checks it out, and a copy of it."""
    settings, attributes = way
    store, root = folder / "store", folder / "repo"
    store.mkdir()
    (store / "point").write_text(POINT.replace("STORE", str(store)))
    (store / "point").chmod(0o755)
    git(folder, "init", "-q", "-b", "main", str(root))
    for name, value in settings.items():
        git(root, "config", name, value.replace("STORE", str(store)))
    git(root, "config", "core.safecrlf", "false")
    write(root, {"turn": f"#!/bin/sh\n{TURN}\n"})
    (root / "turn").chmod(0o755)
    text = FILES["a"] if "encoding" not in attributes else "1\n2\n3\n".encode("utf-16")
    commit_all(root, {**FILES, "a": text, ".gitattributes": attributes})
    for path in git(root, "ls-files").splitlines():
        if path != "turn":
            (root / path).unlink()
    git(root, "checkout", "-q", ".")
    git(root, "config", "core.safecrlf", settings.get("core.safecrlf", "false"))
    assert git(root, "status", "--porcelain") == ""
    shutil.copytree(root, folder / "copy", symlinks=True)
    return root, folder / "copy"


def merged(copy: Path, root: Path) -> dict[str, object]:
    """What git makes of the copy when it merges what the repository has committed."""
    git(copy, "pull", "-q", "--ff-only", str(root))
    return checkout(copy)


@pytest.mark.parametrize("way", WAYS)
def test_files_are_as_git_would_have_written_them(way: str, tmp_path: Path) -> None:
    root, copy = made(tmp_path, WAYS[way])
    edits = [
        edit(root, "a", b"1\n2 $Id$\n\xc3\xa4\n"),
        edit(root, "d/b", b"x\ny\nz\n"),
        edit(root, "new", FileState(b"#!\nnew\n", EXECUTABLE)),
        edit(root, "link", FileState(b"a", SYMLINK)),
        edit(root, "binary", b"\0\n\0\n"),
        edit(root, "kept", None),
    ]
    apply([plan(root, *edits)], root)
    assert git(root, "status", "--porcelain") == ""
    assert checkout(root) == merged(copy, root)


@pytest.mark.parametrize("way", ["autocrlf", "attributes", "encoding", "filter"])
def test_files_that_a_flow_has_read_from_disk_stay_as_they_are(way: str, tmp_path: Path) -> None:
    root, copy = made(tmp_path, WAYS[way])
    more = {"encoding": "4\n".encode("utf-16-le"), "filter": b"4\n"}.get(way, b"4\r\n")
    wanted = (root / "a").read_bytes() + more
    apply([plan(root, edit(root, "a", wanted))], root)
    assert (root / "a").read_bytes() == wanted
    assert git(root, "status", "--porcelain") == ""
    assert checkout(root) == merged(copy, root)


def test_new_attributes_count_already(tmp_path: Path) -> None:
    root, copy = made(tmp_path, WAYS["nothing"])
    changed = [
        edit(root, "d/b", b"x\n2\n"),
        edit(root, "d/.gitattributes", b"* text eol=crlf\n"),
        edit(root, "a", b"1\n"),
    ]
    apply([plan(root, *changed)], root)
    assert ((root / "d/b").read_bytes(), (root / "a").read_bytes()) == (b"x\r\n2\r\n", b"1\n")
    assert checkout(root) == merged(copy, root)


def test_crlf_of_a_template_is_what_git_makes_of_it(tmp_path: Path) -> None:
    """As in every repository that is made: `* text=auto eol=lf`."""
    root, copy = made(tmp_path, ({}, "* text=auto eol=lf\nraw -text\n"))
    changed = [edit(root, path, b"1\r\n2\r\n") for path in ("a", "new.bat", "raw")]
    apply([plan(root, *changed)], root)
    assert [(root / path).read_bytes() for path in ("a", "new.bat", "raw")] == [b"1\n2\n", b"1\n2\n", b"1\r\n2\r\n"]
    assert checkout(root) == merged(copy, root)


def test_a_conflict_is_as_git_would_have_left_it(tmp_path: Path) -> None:
    root, copy = made(tmp_path, WAYS["autocrlf"])
    base, ours, theirs = (FileState(f"1\n{word}\n3\n".encode()) for word in ("2", "ours", "theirs"))
    commit_all(root, {"a": "1\r\nours\r\n3\r\n"})
    apply([plan(root, conflicts=(Conflict("a", "contents", base, ours, theirs),))], root)
    commit_all(copy, {"a": "1\r\ntheirs\r\n3\r\n"})
    git(copy, "branch", "-q", "theirs")
    git(copy, "reset", "-q", "--hard", "HEAD~1")
    commit_all(copy, {"a": "1\r\nours\r\n3\r\n"})
    label = {"<<<<<<< before updating": "<<<<<<< HEAD", ">>>>>>> after updating": ">>>>>>> theirs"}
    done = subprocess.run(["git", "merge", "theirs"], cwd=copy, capture_output=True, text=True, check=False)
    assert (done.returncode, "CONFLICT" in done.stdout) == (1, True), done.stderr
    found = (root / "a").read_bytes().decode()
    for own, gits in label.items():
        found = found.replace(own, gits)
    assert found == (copy / "a").read_bytes().decode()
    assert git(root, "ls-files", "-s", "a") == git(copy, "ls-files", "-s", "a")


def test_crlf_that_was_committed_once_stays_the_repositorys_affair(tmp_path: Path) -> None:
    """With `text=auto` git leaves the line ends of such a file alone, and would commit CRLF again."""
    root = make_repo(tmp_path / "repo", {"a": b"1\r\n2\r\n"})
    git(root, "config", "core.autocrlf", "true")
    apply([plan(root, edit(root, "a", b"1\n2\n"))], root)
    assert git(root, "cat-file", "-s", "HEAD:a") == "4"
    assert git(root, "status", "--porcelain") == ""


def test_a_filter_that_fails_refuses_its_repository_alone(tmp_path: Path) -> None:
    root, _ = made(tmp_path, WAYS["filter"])
    home = make_repo(tmp_path / "home", {"a": "1\n"})
    git(root, "config", "filter.turn.smudge", "false")
    before = checkout(root)
    with pytest.raises(ShunterError, match="git cannot tell what files are to be on disk") as caught:
        apply([plan(root, edit(root, "a", b"new\n"))], root)
    assert "does that work?" in caught.value.hint
    plans = [plan(root, edit(root, "a", b"new\n")), replace(plan(home, edit(home, "a", b"2\n")))]
    told = [outcome.status.value for outcome in apply(plans, home, apart=True).outcomes]
    assert told == ["refused", "done"]
    assert checkout(root) == before


def test_nothing_gets_into_a_persons_store_before_it_is_committed(tmp_path: Path) -> None:
    root, _ = made(tmp_path, WAYS["autocrlf"])
    known = git(root, "cat-file", "--batch-all-objects", "--batch-check")
    git(root, "config", "filter.x.required", "true")
    (root / ".git/info/attributes").write_text("new filter=x\n")
    git(root, "config", "filter.x.clean", "cat")
    git(root, "config", "filter.x.smudge", "false")
    with pytest.raises(ShunterError, match="git cannot tell"):
        apply([plan(root, edit(root, "a", b"secret\n"), edit(root, "new", b"n\n"))], root)
    assert git(root, "cat-file", "--batch-all-objects", "--batch-check") == known
