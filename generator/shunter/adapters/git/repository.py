"""git through its command line (2.38 or newer): reading commits, building them, moving refs and the index."""

from __future__ import annotations

import os
import re
import subprocess
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from shunter.adapters.system import process
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState, Listing, Mode

NOTE = "git"
"""The file, in shunter's folder of a git directory, with the number of the git that a run has started last there."""
# Plumbing runs on behalf of one shunter command: a user's hooks belong to commits (see `commit`), and a file system
# monitor that is started here would outlive the command.
_GIT = ("git", "--literal-pathspecs", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
FILE_MODES: Mapping[str, Mode] = {REGULAR: REGULAR, EXECUTABLE: EXECUTABLE, SYMLINK: SYMLINK}
_ARGUMENTS = 400  # paths for one command line: far below every platform's limit


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One entry of git's index; stages 1, 2, 3 are base, ours, theirs of a conflict."""

    mode: str
    object_id: str
    stage: int = 0


def git_dir(root: Path) -> Path | None:
    """The git directory of the work tree at `root` (its own one in a linked worktree), or None: no repository."""
    dot = root / ".git"
    if dot.is_dir():
        return dot
    if not dot.is_file():
        return None
    text = dot.read_text("utf-8", "surrogateescape").strip()
    return (root / text.removeprefix("gitdir:").strip()) if text.startswith("gitdir:") else None


def require_git() -> None:
    """Raise ShunterError where git is not installed: Copier, which calls it too, would not say so."""
    process.run(["git", "--version"], Path.cwd())


def commit_time() -> tuple[int, str]:
    """Seconds and zone for a commit made now, or SOURCE_DATE_EPOCH (in UTC) when that is set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed:
        if not fixed.isdecimal():
            raise ShunterError(f"SOURCE_DATE_EPOCH is no number of seconds: {fixed!r}")
        return int(fixed), "+0000"
    return int(time.time()), time.strftime("%z")


def _close(child: subprocess.Popen[bytes]) -> None:
    child.communicate()


class ObjectReader:
    """Blobs by id through one `git cat-file --batch`, started when the first is asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, object_id: str) -> bytes | None:
        """The object's bytes, or None when the store does not hold it."""
        return self.read_all([object_id])[0]

    def read_all(self, object_ids: Sequence[str]) -> list[bytes | None]:
        """`read` for many: git is asked for some hundred at once, and waits for nobody in between."""
        parts = (object_ids[start : start + _ARGUMENTS] for start in range(0, len(object_ids), _ARGUMENTS))
        return [content for part in parts for content in self._read(part)]

    def _read(self, object_ids: Sequence[str]) -> Iterator[bytes | None]:
        if self._child is None:
            self._child = process.start([*_GIT, "cat-file", "--batch"], self._root)
            weakref.finalize(self, _close, self._child)
        pipe_in, pipe_out = self._child.stdin, self._child.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        try:
            pipe_in.write("".join(f"{object_id}\n" for object_id in object_ids).encode())
            pipe_in.flush()
        except BrokenPipeError:
            return iter([None] * len(object_ids))
        return (_answer(pipe_out) for _ in object_ids)


def _answer(pipe_out: IO[bytes]) -> bytes | None:
    """One answer of `git cat-file --batch`."""
    header = pipe_out.readline().split()
    if len(header) != 3:
        return None
    content = pipe_out.read(int(header[2]))
    pipe_out.read(1)
    return content


class GitTree:
    """A commit (or tree) of a repository as a `Tree`; listed at the first question, read file by file."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self._repository = repository
        self._commit = commit
        self._listed: dict[str, tuple[Mode, str]] | None = None

    def entries(self) -> Mapping[str, tuple[Mode, str]]:
        """Path → mode and object id of every file; submodules are left out."""
        if self._listed is None:
            self._listed = dict(self._list())
        return self._listed

    def _list(self) -> Iterator[tuple[str, tuple[Mode, str]]]:
        listing = self._repository.git("ls-tree", "-r", "-z", "--full-tree", self._commit).stdout
        for line in listing.split(b"\0")[:-1]:
            meta, _, name = line.partition(b"\t")
            mode, _, object_id = meta.decode().split()
            known = FILE_MODES.get(mode)
            if known:
                yield os.fsdecode(name), (known, object_id)

    def get(self, path: str) -> FileState | None:
        """See `Tree.get`."""
        entry = self.entries().get(path)
        return self._repository.blob(entry[1], entry[0]) if entry else None

    def files(self, known: dict[tuple[Mode, str], FileState]) -> dict[str, FileState]:
        """All files, read at once, but for those that are `known` by mode and object id; that grows."""
        entries = self.entries()
        wanted = list({entry for entry in entries.values() if entry not in known})
        found = self._repository.blobs([object_id for _, object_id in wanted])
        known |= {entry: FileState(data, entry[0]) for entry, data in zip(wanted, found, strict=True)}
        return {path: known[entry] for path, entry in entries.items()}

    def paths(self, under: str = "") -> list[str]:
        """See `Tree.paths`."""
        prefix = under.rstrip("/") + "/" if under else ""
        return sorted(path for path in self.entries() if path == under or path.startswith(prefix))

    def listing(self, under: str, most: int) -> Listing:
        """See `Tree.listing`; git holds nothing odd, and tells no size before it is asked for the bytes."""
        return Listing(self.paths(under))


class Repository:
    """One git repository with its work tree at `root`, or a bare one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._reader = ObjectReader(root)

    @classmethod
    def init(cls, root: Path, branch: str = "main", *, bare: bool = False) -> Repository:
        """Make the folder, if need be, and a repository without commits in it."""
        root.mkdir(parents=True, exist_ok=True)
        repository = cls(root)
        repository.git("init", "--quiet", f"--initial-branch={branch}", *(["--bare"] if bare else []))
        return repository

    def try_git(self, *args: str, stdin: bytes = b"") -> process.Completed:
        """Run one git command here and return what it left, whatever its exit status."""
        return process.run([*_GIT, *args], self.root, stdin)

    def git(self, *args: str, stdin: bytes = b"") -> process.Completed:
        """Run one git command here; a failure is a `ShunterError` with git's own words."""
        return self._succeeded(args[0], self.try_git(*args, stdin=stdin))

    def git_plain(self, *args: str, note: Path | None = None) -> process.Completed:
        """`git` for a command whose pathspecs carry magic words; for `note` see `run_for_person`."""
        done = process.run([*_GIT[:1], *_GIT[2:], *args], self.root, note=note)
        return self._succeeded(args[0], done)

    def write(self, *args: str, stdin: bytes = b"", fails: bool = False) -> process.Completed:
        """`git` for what takes the lock of the index: should this process die, who comes next finds that git.

        It may fail where it `fails`.
        """
        own = self.git_dir / "shunter"
        done = process.run([*_GIT, *args], self.root, stdin, note=own / NOTE if own.is_dir() else None)
        return done if fails else self._succeeded(args[0], done)

    def _succeeded(self, command: str, done: process.Completed) -> process.Completed:
        if done.returncode:
            notes = tuple(f"git: {line}" for line in done.complaints)
            raise ShunterError(f"git {command} failed in {self.root}", notes=notes)
        return done

    @property
    def git_dir(self) -> Path:
        """The git directory of this work tree."""
        found = git_dir(self.root)
        if found is None:
            raise ShunterError(f"not a git repository: {self.root}", hint="run `git init` there, or clone it again")
        return found

    def head(self) -> str | None:
        """The id of the commit that HEAD stands on, or None before the first."""
        done = self.try_git("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
        if done.returncode:
            if "not a git repository" in done.stderr.decode("utf-8", "replace"):
                raise ShunterError(f"not a git repository: {self.root}")
            return None
        return done.text

    def branch(self) -> str | None:
        """The current branch, or None when HEAD is detached."""
        return self.try_git("symbolic-ref", "--quiet", "--short", "HEAD").text or None

    def subject(self) -> str:
        """The first line of the newest commit's message; nothing before the first commit."""
        return self.try_git("log", "-1", "--no-show-signature", "--format=%s").text

    def tree(self, commit: str) -> GitTree:
        """The files of a commit."""
        return GitTree(self, commit)

    def blob(self, object_id: str, mode: Mode) -> FileState:
        """A stored file; an id that is not in the store is a `ShunterError`."""
        return FileState(self.blobs([object_id])[0], mode)

    def blobs(self, object_ids: Sequence[str]) -> list[bytes]:
        """What is stored under these ids, in order; one that is not in the store is a `ShunterError`."""
        found = self._reader.read_all(object_ids)
        lost = [object_id for object_id, content in zip(object_ids, found, strict=True) if content is None]
        if lost:
            raise ShunterError(f"{self.root} has lost the git object {lost[0]}", hint="run `git fsck` there")
        return [content for content in found if content is not None]

    def changed(self, folder: str) -> list[str]:
        """Paths at or below `folder` that are not as HEAD holds them, or not in it at all; ignored ones aside."""
        listing = self.git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", folder).stdout
        return sorted(os.fsdecode(line[3:]) for line in listing.split(b"\0") if line)

    def ignores(self, path: str) -> bool:
        """Whether git would leave an untracked file at this path alone."""
        return bool(self.ignored([path]))

    def ignored(self, paths: Sequence[str]) -> set[str]:
        """Those of these paths that git does not track, and would leave alone."""
        asked = ["git", "check-ignore", "-z", "--stdin"]
        done = process.run(asked, self.root, b"".join(os.fsencode(path) + b"\0" for path in paths))
        if done.returncode > 1 and len(paths) > 1:  # git says nothing of those behind one that lies in a submodule
            return {path for path in paths if self.ignored([path])}
        return {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}

    def tracked(self, folder: str) -> list[str]:
        """Paths at or below `folder` that the index holds."""
        listing = self.git("ls-files", "-z", "--cached", "--", folder).stdout
        return sorted({os.fsdecode(name) for name in listing.split(b"\0") if name})

    def staged_ids(self, paths: Sequence[str]) -> dict[str, str]:
        """The object ids of files as the index has them, by path; none of what is not tracked, or is unmerged."""
        listing = self.git("ls-files", "-z", "--stage", "--", *paths).stdout if paths else b""
        found = (os.fsdecode(line).split("\t", 1) for line in listing.split(b"\0") if line)
        return {path: about.split()[1] for about, path in found if about.endswith(" 0")}

    def conflicted(self) -> list[str]:
        """Paths that a merge or an update has left in conflict, and nobody has resolved."""
        listing = self.git("diff-files", "--name-only", "--diff-filter=U", "--ignore-submodules", "-z").stdout
        return sorted({os.fsdecode(name) for name in listing.split(b"\0") if name})

    def visible_paths(self) -> list[str]:
        """Files of the work tree that git shows: tracked ones that are there, and new ones that are not ignored."""
        listing = self.git("ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
        names = {os.fsdecode(name) for name in listing.split(b"\0") if name and not name.endswith(b"/")}
        return sorted(name for name in names if os.path.lexists(self.root / name))

    def person(self) -> str:
        """Who makes commits here, as `NAME <E-MAIL>`; empty where nobody has told git."""
        done = self.try_git("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
        return "" if done.returncode else f"{done.text.rpartition('>')[0]}>"

    def import_stream(self, stream: bytes) -> list[str]:
        """Feed one `git fast-import`; what the stream's `get-mark` commands answer comes back in order."""
        return self.git("fast-import", "--quiet", "--force", stdin=stream).text.split()

    def update_ref(self, new: str | None, old: str, message: str = "", ref: str = "HEAD") -> bool:
        """Move `ref` from `old` to `new` (None: delete it); False where it stands elsewhere."""
        move = [ref, new, old] if new else ["-d", ref, old]
        return not self.try_git("update-ref", "-m", f"shunter: {message}", *move).returncode

    def stage(self, entries: Mapping[str, Sequence[IndexEntry]], digest: str = "sha1") -> None:
        """Replace the index entries of exactly these paths (none: the path leaves the index).

        `digest` is the repository's object format.
        """
        nothing = b"0" * (40 if digest == "sha1" else 64)
        gone = b"".join(b"0 %b\t%b\0" % (nothing, os.fsencode(path)) for path in entries)
        new = b"".join(
            f"{entry.mode} {entry.object_id} {entry.stage}\t".encode() + os.fsencode(path) + b"\0"
            for path, found in entries.items()
            for entry in found
        )
        self.write("update-index", "-z", "--index-info", stdin=gone + new)
        if any(not entry.stage for found in entries.values() for entry in found):
            self.write("update-index", "-q", "--refresh", fails=True)


class PlannedRepository(Repository):
    """A repository while a plan for it is made: nothing is written meanwhile, so it is asked once."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._known: dict[str, Any] = {}

    def head(self) -> str | None:
        """See `Repository.head`."""
        if "head" not in self._known:
            self._known["head"] = head_in_files(self.root) or super().head()
        found: str | None = self._known["head"]
        return found

    def visible_paths(self) -> list[str]:
        """See `Repository.visible_paths`."""
        if "visible" not in self._known:
            self._known["visible"] = super().visible_paths()
        found: list[str] = self._known["visible"]
        return found


def head_in_files(root: Path) -> str | None:
    """What git would say of HEAD, where it stands on a branch in a file of its own: no process is started for it."""
    try:
        place = git_dir(root)
        name = (place / "HEAD").read_text("utf-8").strip().removeprefix("ref: ") if place else ""
        found = (place / name).read_text("utf-8").strip() if place and name.startswith("refs/heads/") else ""
    except (OSError, UnicodeDecodeError):
        return None
    return found if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", found) else None
