"""One commit as the person would make it: their identity, signature, filters and hooks, and exactly the paths named."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from shunter.adapters.git.journal import Change
from shunter.adapters.git.repository import NOTE, Repository, commit_time
from shunter.adapters.system import process
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Writing

_SIGNING = ("failed to sign", "failed to write commit object", "signing failed")
_WHO_COMMITS = 'git config --global user.name "Your Name"\ngit config --global user.email you@example.com'
"""What makes git know who commits."""
_NOBODY = ("tell me who you are", "empty ident", "unable to auto-detect", "auto-detection is disabled")


class EverywhereError(ShunterError):
    """A commit failed for what is wrong with the person's settings: it would fail in every repository."""


@dataclass(frozen=True, slots=True)
class Made:
    """A commit as it is in the repository: its id and parent, and mode and blob of each path (None: deleted)."""

    commit: str
    parent: str | None
    paths: Mapping[str, tuple[str, str] | None]


def pathspecs(paths: Sequence[str]) -> bytes:
    """Paths for `--pathspec-from-file`, none of them read as a pattern."""
    return b"".join(b":(literal)" + os.fsencode(path) + b"\0" for path in paths)


def announce(root: Path, paths: Sequence[str], folder: Path) -> None:
    """Let the index know new files, so that `git commit --only` finds them, even those that are ignored."""
    _add(root, paths, folder, "--intent-to-add")


def stage(root: Path, paths: Sequence[str], folder: Path) -> None:
    """Stage files as they are on disk, through git's filters; deleted ones leave the index."""
    _add(root, paths, folder, "--all")


def _add(root: Path, paths: Sequence[str], folder: Path, how: str) -> None:
    if not paths:
        return
    file = folder / "paths"
    file.write_bytes(pathspecs(paths))
    done = process.run(
        [
            "git",
            "-c",
            "core.fsmonitor=false",
            "add",
            how,
            "--force",
            f"--pathspec-from-file={file}",
            "--pathspec-file-nul",
        ],
        root,
        note=folder / NOTE,
    )
    if done.returncode:
        raise ShunterError(f"git add failed in {root}", notes=tuple(f"git: {line}" for line in done.complaints))


def listed(change: Change, root: Path) -> list[str]:
    """The paths to name to `git commit`: a deleted file that is a folder now goes by itself, and cannot be named."""
    return [path for path in change.paths() if not (root / path).is_dir() or (root / path).is_symlink()]


def commit(
    change: Change,
    folder: Path,
    writing: Writing,
    place: tuple[int, int] = (0, 1),
    *,
    tidy: bool = False,
) -> tuple[str, ...] | None:
    """Commit one repository's part; what git and its hooks said, or None where git sees nothing to commit.

    `folder` is where shunter's own files lie in its git directory, `place` tells how many commits were made before, and
    of how many. Where the repository is `tidy`, git is told not to tidy up.
    A failure is a `ShunterError` with all that git and its hooks said.
    """
    root = Path(change.root)
    paths, message, output = folder / "paths", folder / "message", folder / "output"
    paths.write_bytes(pathspecs(listed(change, root)))
    message.write_text(change.message.rstrip("\n") + "\n", "utf-8", "surrogateescape")
    verify = [] if writing.verify else ["--no-verify"]
    named = [f"--pathspec-from-file={paths}", "--pathspec-file-nul"]
    quick = ["-c", "maintenance.auto=false"] if tidy else []
    command = ["git", *quick, "commit", "--quiet", "--only", "--cleanup=whitespace", "-F", str(message)]
    command += [*verify, *named]
    while True:
        writing.progress(f"commit in {change.repository}", *place)
        status = process.run_for_person(command, root, output, folder / NOTE, _dates())
        said = _said(output)
        if not status:
            return said
        if _is_empty(root, change):
            return None
        if not _again(writing, said):
            raise _failed(root, status, said)


def _dates() -> dict[str, str]:
    if not os.environ.get("SOURCE_DATE_EPOCH"):
        return {}
    seconds, zone = commit_time()
    return {"GIT_AUTHOR_DATE": f"{seconds} {zone}", "GIT_COMMITTER_DATE": f"{seconds} {zone}"}


def _said(output: Path) -> tuple[str, ...]:
    return tuple(output.read_text("utf-8", "replace").strip().splitlines())


def _is_empty(root: Path, change: Change) -> bool:
    """Whether what is on disk at these paths is what HEAD holds, as git sees it."""
    if change.head is None or Repository(root).head() != change.head:
        return False
    asked = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules", "HEAD")
    done = Repository(root).git("diff", *asked)
    return not set(change.paths()) & {os.fsdecode(name) for name in done.stdout.split(b"\0")}


def _again(writing: Writing, said: Sequence[str]) -> bool:
    """Whether to try once more: a signature can fail for a mistyped PIN, and somebody is there to say so."""
    if writing.ask is None or not _is_unsigned(said):
        return False
    for line in said:
        writing.tell(f"git: {line}")
    return writing.ask("the commit could not be signed: try again (else everything is undone)?")


def _failed(root: Path, status: int, said: Sequence[str]) -> ShunterError:
    notes = tuple(f"git: {line}" for line in said) or (f"git: exit status {status}",)
    if any(word in line for line in said for word in _NOBODY):
        notes = tuple(note for note in notes if note.startswith("git: fatal: "))  # the rest is what the hint says
        return EverywhereError("git knows no user here, so it makes no commit", notes=notes, hint=_WHO_COMMITS)
    if not _is_unsigned(said):
        hint = "when a hook refused: mend what it names, or skip hooks with --no-verify"
        return ShunterError(f"git commit failed in {root}", notes=notes, hint=hint)
    hint = f"which key and program git takes: git -C {root} config --show-origin --get-regexp 'gpg|signingkey'"
    error = ShunterError if _signs_by_itself(root) else EverywhereError
    return error(f"git commit failed in {root}: it could not be signed", notes=notes, hint=hint)


def _signs_by_itself(root: Path) -> bool:
    """Whether how commits are signed is a setting of this repository's own."""
    asked = ("config", "--show-scope", "--name-only", "--get-regexp", r"^(gpg\..*|commit\.gpgsign|user\.signingkey)$")
    found = Repository(root).try_git(*asked).text.splitlines()
    return any(line.startswith(("local", "worktree")) for line in found)


def _is_unsigned(said: Sequence[str]) -> bool:
    return any(word in line for line in said for word in _SIGNING)


def read_commit(root: Path, commit_id: str = "HEAD") -> Made:
    """A commit as git holds it."""
    asked = ("-r", "-z", "--root", "--always", "--no-renames", "--pretty=format:%H %P", commit_id)
    head, _, rest = Repository(root).git("diff-tree", *asked).stdout.partition(b"\n")
    names = head.rstrip(b"\0").decode().split()
    parts = rest.split(b"\0")
    paths: dict[str, tuple[str, str] | None] = {}
    for about, path in zip(parts[::2], parts[1::2], strict=False):
        fields = about.decode("ascii").split(" ")
        paths[os.fsdecode(path)] = None if fields[4] == "D" else (fields[1], fields[3])
    return Made(names[0], names[1] if len(names) > 1 else None, paths)


def differs_from_index(root: Path) -> list[str]:
    """Paths whose index entry is not what HEAD holds."""
    done = Repository(root).git("diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD")
    return [os.fsdecode(name) for name in done.stdout.split(b"\0")[:-1]]


def take_from_head(root: Path, paths: Sequence[str], folder: Path) -> None:
    """Let the index hold at these paths what HEAD holds: a hook that changed the commit has left it behind."""
    file = folder / "paths"
    file.write_bytes(pathspecs(paths))
    Repository(root).git_plain(
        "reset", "--quiet", f"--pathspec-from-file={file}", "--pathspec-file-nul", note=folder / NOTE
    )


def is_judged(root: Path, path: str, state: FileState, blob: str) -> bool:
    """Whether a blob is what git makes of these bytes at this path, or gives back as them."""
    repository = Repository(root)
    if repository.git("hash-object", "--stdin", f"--path={path}", stdin=state.data).text == blob:
        return True
    return repository.try_git("cat-file", "--filters", f"--path={path}", blob).stdout == state.data
