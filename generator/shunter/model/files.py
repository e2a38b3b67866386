"""Files as values: what a tree holds, what a change does to it, and the plan that is applied as one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from posixpath import normpath
from typing import Literal, Protocol

from shunter.model.data import dataclass, field
from shunter.model.progress import Progress, unseen

Mode = Literal["100644", "100755", "120000"]
REGULAR: Mode = "100644"
EXECUTABLE: Mode = "100755"
SYMLINK: Mode = "120000"
_AFTER_SLASH = chr(ord("/") + 1)


@dataclass(frozen=True, slots=True)
class FileState:
    """One file: its bytes (a symbolic link's target) and git's mode."""

    data: bytes
    mode: Mode = REGULAR

    def object_id(self) -> str:
        """The id that git gives to these bytes (SHA-1 of a blob), 40 hex digits."""
        import hashlib

        header = b"blob %d\0" % len(self.data)
        return hashlib.sha1(header + self.data, usedforsecurity=False).hexdigest()

    def with_lf(self) -> FileState:
        """The same file with LF for every CRLF."""
        return FileState(self.data.replace(b"\r\n", b"\n"), self.mode)


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands below a folder: `paths` as `Tree.paths` gives them, and what cannot be read as a file of a chart.

    `odd` are pipes, sockets, devices, links that lead to one or nowhere, and folders that are called as a file is,
    each with what it is (`a pipe`); `large` are the files above the size that was asked for, with their size.
    """

    paths: Sequence[str]
    odd: Mapping[str, str] = field(default_factory=dict)
    large: Mapping[str, int] = field(default_factory=dict)

    def below(self, prefix: str) -> Listing:
        """The same, with the paths relative to the folder that `prefix` names, slash and all."""
        cut = len(prefix)
        odd = {path[cut:]: what for path, what in self.odd.items()}
        return Listing([path[cut:] for path in self.paths], odd, {path[cut:]: n for path, n in self.large.items()})


class Tree(Protocol):
    """What checks read: the disk, a git commit, or either with a plan laid over it. Paths are POSIX and relative."""

    def get(self, path: str) -> FileState | None:
        """The file at `path`, or None."""

    def paths(self, under: str = "") -> Iterable[str]:
        """Every file's path at or below the folder `under`, sorted, relative to the tree's root."""

    def listing(self, under: str, most: int) -> Listing:
        """`paths`, and what is odd there or larger than `most` bytes."""


def object_ids(tree: Tree, names: Iterable[str]) -> dict[str, str | None]:
    """The object ids of files of a tree as they are now; None for no file."""
    states = ((name, tree.get(name)) for name in names)
    return {name: state.object_id() if state else None for name, state in states}


def _within(path: str, under: str) -> bool:
    return not under or path == under or path.startswith(under.rstrip("/") + "/")


class MemoryTree:
    """A tree held in a mapping, which nobody changes: what is in one folder is found without a look at all others."""

    def __init__(self, files: Mapping[str, FileState]) -> None:
        self._files = files

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._files)

    def get(self, path: str) -> FileState | None:
        """See `Tree.get`."""
        return self._files.get(path)

    def paths(self, under: str = "") -> list[str]:
        """See `Tree.paths`."""
        if not under:
            return [*self._sorted]
        folder = under.rstrip("/")
        first, end = (bisect_left(self._sorted, text) for text in (f"{folder}/", folder + _AFTER_SLASH))
        return [*((under,) if under in self._files else ()), *self._sorted[first:end]]

    def listing(self, under: str, most: int) -> Listing:
        """See `Tree.listing`."""
        paths = self.paths(under)
        return Listing(paths, large={path: n for path in paths if (n := len(self._files[path].data)) > most})


class KeptTree:
    """A tree each of whose files is read once, for who asks for the same ones again and changes none of them."""

    def __init__(self, base: Tree) -> None:
        self._base = base
        self._read: dict[str, FileState | None] = {}

    def get(self, path: str) -> FileState | None:
        """See `Tree.get`."""
        if path not in self._read:
            self._read[path] = self._base.get(path)
        return self._read[path]

    def paths(self, under: str = "") -> Iterable[str]:
        """See `Tree.paths`."""
        return self._base.paths(under)

    def listing(self, under: str, most: int) -> Listing:
        """See `Tree.listing`."""
        return self._base.listing(under, most)


class OverlayTree:
    """A tree with changes laid over it; None hides a file."""

    def __init__(self, base: Tree, changes: Mapping[str, FileState | None]) -> None:
        self._base = base
        self._changes = changes

    def get(self, path: str) -> FileState | None:
        """See `Tree.get`."""
        return self._changes[path] if path in self._changes else self._base.get(path)

    def paths(self, under: str = "") -> list[str]:
        """See `Tree.paths`."""
        found = {path for path in self._base.paths(under) if path not in self._changes}
        found.update(path for path, state in self._changes.items() if state is not None and _within(path, under))
        return sorted(found)

    def listing(self, under: str, most: int) -> Listing:
        """See `Tree.listing`."""
        base = self._base.listing(under, most)
        odd = {path: what for path, what in base.odd.items() if path not in self._changes}
        large = {path: n for path, n in base.large.items() if path not in self._changes}
        added = ((path, len(state.data)) for path, state in self._changes.items() if state and _within(path, under))
        return Listing(self.paths(under), odd, large | {path: n for path, n in added if n > most})


class SubTree:
    """One folder of a tree, as a tree of its own."""

    def __init__(self, base: Tree, folder: str) -> None:
        self._base = base
        self._prefix = "" if folder in ("", ".") else folder.rstrip("/") + "/"

    def get(self, path: str) -> FileState | None:
        """See `Tree.get`; a path with `../` in front names what stands beside the folder, in the tree around it."""
        if path.startswith("../"):
            full = normpath(self._prefix + path)
            return None if full.startswith("..") else self._base.get(full)
        return self._base.get(self._prefix + path)

    def paths(self, under: str = "") -> list[str]:
        """See `Tree.paths`."""
        full = (self._prefix + under).rstrip("/")
        return [path[len(self._prefix) :] for path in self._base.paths(full)]

    def listing(self, under: str, most: int) -> Listing:
        """See `Tree.listing`."""
        return self._base.listing((self._prefix + under).rstrip("/"), most).below(self._prefix)


@dataclass(frozen=True, slots=True)
class Edit:
    """Change one file. `before` is the object id that must still be on disk (None: no file), `after` None deletes.

    A `shared` file carries what a person wrote into it: their unstaged work in it refuses the run, and a hook may
    change it. Any other file is derived whole by shunter, whatever it held.
    """

    path: str
    before: str | None
    after: FileState | None
    renamed_from: str | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A person's file that a commit depends on, as it was judged: the object id of its bytes, None without a file."""

    path: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A path where a person's change and the template's exclude each other; the three index stages of git.

    `narrowed` are their bytes with all merged that can be: conflict markers of these stand around the rest only.
    """

    path: str
    kind: str
    base: FileState | None = None
    ours: FileState | None = None
    theirs: FileState | None = None
    narrowed: tuple[bytes, bytes, bytes] | None = None

    @property
    def mode(self) -> Mode:
        """The mode of the merged file, where both sides have one: that of the side that changed it, ours first."""
        if self.ours is None or self.theirs is None:
            return (self.ours or self.theirs or FileState(b"")).mode
        return self.theirs.mode if self.base is not None and self.base.mode == self.ours.mode else self.ours.mode


@dataclass(frozen=True, slots=True)
class Aside:
    """What is not written at `path`, where git ignores a person's file: it is put into the file `target` (absolute)."""

    path: str
    target: str
    state: FileState


@dataclass(frozen=True, slots=True)
class RepositoryPlan:
    """Everything one command does to one repository: applied whole, as one commit, or not at all.

    `root` is the repository's folder; `head` the commit that the plan was made on (None: there is none yet; empty:
    nothing is to be done, and nobody looked); `key` identifies the plan's inputs. `inputs` go into the commit where a
    person has staged them. `origin` is the URL of that remote, for a repository that is new. Paths are relative to
    `root`. Edits of `closing` paths say that a run has reached every repository. A plan that is `refused`, and why, has
    no edits. What is kept `aside` is written when all else is.
    """

    repository: str
    root: str
    head: str | None
    edits: tuple[Edit, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    branch: str = "main"
    message: str = ""
    key: str = ""
    inputs: tuple[Input, ...] = ()
    origin: str = ""
    closing: frozenset[str] = frozenset()
    refused: str = ""
    aside: tuple[Aside, ...] = ()

    @property
    def is_busy(self) -> bool:
        """Whether there is anything to do, or to say."""
        return bool(self.edits or self.conflicts or self.refused)


@dataclass(frozen=True, slots=True)
class Move:
    """A checkout takes another place by one rename, before the plans of the same run are written. Absolute paths."""

    root: str
    target: str


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a person wants plans written.

    `branch` is a branch to make first in every repository that is not on it; without `commit` files are written and
    staged only; without `verify` git skips the hooks that may refuse a commit. `tell` hears lines that are to be read;
    `ask` answers a yes-or-no question, and is None where nobody is there to answer. `progress` hears how far a run is.
    A `detached` HEAD takes commits: it is that of a work tree of the run's own. With `trust`, templates may run
    programs: Copier's tasks, migrations and extensions.
    """

    branch: str = ""
    commit: bool = True
    verify: bool = True
    tell: Callable[[str], None] = _silent
    ask: Callable[[str], bool] | None = None
    progress: Progress = unseen
    detached: bool = False
    trust: bool = False
