"""A person's work in repositories, at random: what lies there before a command, and what they do while it runs.

Every piece of work holds a word of its own, so that it can be found again wherever a command may have taken it.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from helpers.workspaces.cli import Result, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.workspaces import copy

_DERIVED = re.compile(
    r"Chart\.lock$|\.schema\.json$|\.tgz$|index\.yaml$|\.copier-answers\.yml$|(^|/)\.shunter/"
    r"|(^|/)(envs|charts)/[^/]+/charts/|(^|/)envs/[^/]+/Chart\.yaml$"
)
ODD = (b"notes.txt", b"caf\xe9.txt", b"two\nlines", b":(top)x", b"a*b[c].md", b"- -rf", b"envs/tst/charts/mine/x.yaml")
VERBS = (
    "promote --from tst --to pre",
    "promote 1.0.0 --to tst",
    "rollback tst",
    "package",
    "train cut 1.1.0",
    "lock",
    "update",
    "schema build",
    "add service payment --archetype rest-api",
    "add environment prf --after tst",
    "remove environment pro",
    "validate --fix",
)


@dataclass
class Work:
    """What a person has done: for each file the word that they left there last, and where it must be found.

    `on_disk` words were written and not staged since, `staged` words stand in the index (and perhaps on disk no more).
    """

    random: Random
    roots: Sequence[Path]
    on_disk: dict[Path, bytes] = field(default_factory=dict)
    staged: dict[Path, bytes] = field(default_factory=dict)
    stashed: list[tuple[Path, str]] = field(default_factory=list)
    words: Iterator[bytes] = field(default_factory=lambda: (b"word-%d-x" % n for n in range(10**6)))

    def own_files(self, root: Path) -> list[Path]:
        """Tracked files of `root` that people write: none that shunter derives or vendors."""
        names = [name for name in git(root, "ls-files", "-z").split("\0") if name and not _DERIVED.search(name)]
        return [root / name for name in names if (root / name).is_file()]

    def write(self, file: Path, *, replace: bool = False) -> bytes:
        """Leave a word in a file, in a comment where it has some; in place, or as editors do that replace files."""
        word = next(self.words)
        before = file.read_bytes() if file.is_file() else b""
        text = before + b"\n# " + word + b"\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        if replace:
            swap = file.with_name(file.name + ".swp")
            swap.write_bytes(text)
            swap.replace(file)
        else:
            file.write_bytes(text)
        self.on_disk[file] = word
        return word


def some_file(work: Work, root: Path) -> Path:
    return work.random.choice(work.own_files(root))


def untracked(work: Work, root: Path) -> None:
    work.write(root / os.fsdecode(work.random.choice(ODD)))


def ignored(work: Work, root: Path) -> None:
    with (root / ".git/info/exclude").open("a") as file:
        file.write("*.secret\n")
    work.write(root / "keys.secret")


def modified(work: Work, root: Path) -> None:
    work.write(some_file(work, root), replace=work.random.random() < 0.5)


def staged(work: Work, root: Path) -> None:
    file = some_file(work, root)
    work.staged[file] = work.write(file)
    git(root, "add", "--", str(file.relative_to(root)))


def partly(work: Work, root: Path) -> None:
    staged(work, root)
    work.write([file for file in work.staged if file.is_relative_to(root)][-1])


def added(work: Work, root: Path) -> None:
    file = root / f"new-{next(work.words).decode()}.txt"
    work.staged[file] = work.write(file)
    git(root, "add", "--", file.name)


def hidden(work: Work, root: Path) -> None:
    file = some_file(work, root)
    git(root, "update-index", "--skip-worktree", "--", str(file.relative_to(root)))
    work.write(file)


def stashed(work: Work, root: Path) -> None:
    if git(root, "status", "--porcelain", "--untracked-files=no"):
        return
    file = some_file(work, root)
    before = file.read_bytes()
    file.write_bytes(before + b"# stashed\n")
    git(root, "stash", "--quiet")
    work.stashed.append((root, git(root, "rev-parse", "refs/stash")))


DIRT: tuple[Callable[[Work, Path], None], ...] = (
    untracked, ignored, modified, modified, staged, staged, partly, added, hidden, stashed,
)  # fmt: skip
DURING: tuple[Callable[[Work, Path], None], ...] = (untracked, modified, modified, modified)


def soil(work: Work, pieces: int) -> None:
    """Leave that many pieces of work in the repositories."""
    for _ in range(pieces):
        work.random.choice(DIRT)(work, work.random.choice(work.roots))


def edits_during(work: Work, stop: threading.Event) -> threading.Thread:
    """A person who goes on while a command runs, until `stop` is set."""
    plan = [
        (work.random.uniform(0, 0.12), work.random.choice(DURING), work.random.choice(work.roots)) for _ in range(8)
    ]
    files = {root: work.own_files(root) for root in work.roots}

    def run() -> None:
        for pause, action, root in plan:
            if stop.wait(pause):
                return
            if action is modified:
                file = work.random.choice(files[root])
                if file.is_file():
                    work.write(file, replace=work.random.random() < 0.5)
            elif root.is_dir():
                action(work, root)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def lost(work: Work, start: Mapping[Path, str], removed: Path) -> list[str]:
    """What is neither where the person left it, nor in a commit since `start` that names it, nor below `removed`."""
    kept = b"".join(path.read_bytes() for path in removed.rglob("*") if path.is_file())
    disk = [(file, word) for file, word in work.on_disk.items() if not (file.is_file() and word in file.read_bytes())]
    index = [(file, word) for file, word in work.staged.items() if not _in_index(work, file, word)]
    gone = [
        f"{word.decode()} of {file}"
        for file, word in [*disk, *index]
        if word not in kept and not _committed(work, start, file, word)
    ]
    stashes = [
        str(root) for root, stash in work.stashed if stash not in git(root, "stash", "list", "--format=%H").split()
    ]
    return [*gone, *(f"the stash of {root}" for root in stashes)]


def _root_of(work: Work, file: Path) -> Path:
    return max((root for root in work.roots if file.is_relative_to(root)), key=lambda root: len(root.parts))


def _in_index(work: Work, file: Path, word: bytes) -> bool:
    root = _root_of(work, file)
    name = str(file.relative_to(root))
    there = root.is_dir() and git(root, "ls-files", "--", f":(literal){name}")
    return bool(there) and word in os.fsencode(git(root, "show", f":{name}"))


def _committed(work: Work, start: Mapping[Path, str], file: Path, word: bytes) -> bool:
    root = _root_of(work, file)
    if not root.is_dir():
        return False
    asked = ("log", "--all", "-p", "--format=", f"^{start[root]}", "--", f":(literal){file.relative_to(root)}")
    return word in os.fsencode(git(root, *asked))


def repositories(root: Path) -> list[Path]:
    return sorted(git_dir.parent for git_dir in root.glob("**/.git") if "removed" not in git_dir.parts)


def check_commits(result: Result, roots: Iterable[Path], said: str) -> None:
    """What the verb says it has committed is what git shows, and git finds nothing broken or locked."""
    outcomes = json.loads(result.out)["outcomes"] if result.out.startswith("{") else []
    paths = {outcome["commit"]: sorted(outcome["paths"]) for outcome in outcomes if outcome["commit"]}
    for root in roots:
        for commit in paths.keys() & set(git(root, "rev-list", "--all").split()):
            shown = git(root, "show", "--format=", "--name-only", "--no-renames", "-z", commit)
            assert sorted(name for name in shown.split("\0") if name) == paths.pop(commit), said
        assert git(root, "fsck", "--no-dangling", "--no-progress") == "", said
        assert not [*root.glob(".git/*.lock")], said
    assert not paths, said


def one_run(seed: int, source: Path, folder: Path) -> Result:
    """One verb among a person's work; every finding names the seed."""
    random = Random(seed)
    verb = random.choice(VERBS)
    root = copy(source, folder / "shop")
    roots = repositories(root)
    start = {repository: git(repository, "rev-parse", "HEAD") for repository in roots}
    work = Work(random, roots)
    soil(work, random.randrange(5))
    stop = threading.Event()
    person = edits_during(work, stop) if random.random() < 0.7 else None
    asked = (*verb.split(), *(() if verb.startswith("validate") else ("-o", "json")))
    result = shunter(*asked, cwd=root)
    stop.set()
    if person:
        person.join()
    said = f"seed {seed}: shunter {' '.join(asked)}: {result.code}\n{result.out[-2000:]}{result.err}"
    assert result.code in (0, 1, 2), said
    assert lost(work, start, root / ".shunter/removed") == [], said
    check_commits(result, repositories(root), said)
    assert "no run was interrupted" in shunter("recover", cwd=root).err, said
    return result
