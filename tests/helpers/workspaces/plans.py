"""Plans for tests of the writing end, and runs that fail or die at a step of their own choosing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import disk, git
from shunter.adapters.git.apply import apply, look
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, SYMLINK, Conflict, Edit, FileState, Input, RepositoryPlan, Writing
from shunter.model.findings import Outcome

START = {"keep": "kept\n", "edit": "old\n", "gone": "bye\n", "dir/only": "x\n", "flip": "a file\n", "mode": "#!\n"}


def edit(root: Path, path: str, after: FileState | bytes | None, *, shared: bool = False) -> Edit:
    before = DiskTree(root).get(path)
    state = FileState(after) if isinstance(after, bytes) else after
    return Edit(path, before.object_id() if before else None, state, shared=shared)


def depends(root: Path, path: str) -> Input:
    """A person's file as it is now."""
    state = DiskTree(root).get(path)
    return Input(path, state.object_id() if state else None)


def plan(
    root: Path, *edits: Edit, conflicts: tuple[Conflict, ...] = (), inputs: tuple[Input, ...] = (), message: str = ""
) -> RepositoryPlan:
    head = Repository(root).head() if (root / ".git").exists() else None
    message = message or f"Change {root.name}"
    return RepositoryPlan(root.name, str(root), head, edits, conflicts, message=message, inputs=inputs)


def usual(root: Path) -> RepositoryPlan:
    """Edits of every kind, a folder in place of a file and the other way round among them."""
    return plan(
        root,
        edit(root, "edit", b"new\xff\0\r\n"),
        edit(root, "gone", None),
        edit(root, "dir/only", None),
        edit(root, "dir", b"a file now\n"),
        edit(root, "flip", None),
        edit(root, "flip/deep/er", b"a folder now\n"),
        edit(root, "mode", FileState(b"#!\n", EXECUTABLE)),
        edit(root, "link", FileState(b"keep", SYMLINK)),
    )


def clash(root: Path) -> RepositoryPlan:
    """A plan with a clean edit, a conflict in text, one in a binary file and a file deleted by the template."""
    ours = {path: DiskTree(root).get(path) for path in ("edit", "keep", "gone")}
    text = Conflict("edit", "content", FileState(b"base\n"), ours["edit"], FileState(b"theirs\n"))
    binary = Conflict("keep", "content", FileState(b"\0base"), ours["keep"], FileState(b"\0theirs", EXECUTABLE))
    deleted = Conflict("gone", "modify/delete", FileState(b"base\n"), ours["gone"], None)
    return plan(root, edit(root, "mode", b"changed\n"), conflicts=(text, binary, deleted))


def fresh(root: Path) -> RepositoryPlan:
    return plan(root, edit(root, "README", b"hello\n"), edit(root, "bin/run", FileState(b"#!\n", EXECUTABLE)))


class StopError(Exception):
    """Raised by a run's step."""


def raising(at: int) -> Callable[[str], None]:
    """A listener that stops a run at its step number `at`."""
    steps: Iterator[int] = iter(range(10_000))

    def on_step(_: str) -> None:
        if next(steps) == at:
            raise StopError

    return on_step


def killing(at: int) -> Callable[[str], None]:
    steps: Iterator[int] = iter(range(10_000))

    def on_step(_: str) -> None:
        if next(steps) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_step


def killed(action: Callable[[Callable[[str], None]], object], at: int) -> bool:
    """Run `action` in a child that is killed -9 at its step number `at`; False when it ended before that."""
    child = os.fork()
    if not child:
        try:
            action(killing(at))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def done(wanted: RepositoryPlan, writing: Writing | None = None) -> Outcome:
    """The outcome of a plan; what it says of paths is what git says."""
    root = Path(wanted.root)
    [outcome] = apply([wanted], root, writing).outcomes
    if outcome.commit:
        assert list(outcome.paths) == committed(root)
        assert outcome.commit == git(root, "rev-parse", "HEAD")
    return outcome


def committed(root: Path) -> list[str]:
    shown = git(root, "show", "--format=", "--name-only", "--no-renames", "-z")
    return sorted(name for name in shown.split("\0") if name)


def refused(root: Path, wanted: RepositoryPlan, match: str) -> str:
    """The hint of a refusal that changes nothing; a dry run says the same."""
    before = disk(root), git(root, "status", "--porcelain=v2"), (root / ".git/HEAD").read_text()
    with pytest.raises(ShunterError, match=match):
        look([wanted], Writing())
    with pytest.raises(ShunterError, match=match) as caught:
        apply([wanted], root)
    assert (disk(root), git(root, "status", "--porcelain=v2"), (root / ".git/HEAD").read_text()) == before
    return caught.value.hint


def status(root: Path) -> list[str]:
    return git(root, "status", "--porcelain").splitlines()
