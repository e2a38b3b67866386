"""The disk as a tree, and single files written and removed so that nobody ever sees half of one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from shunter.adapters.system.regular import kind_of, read_regular
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState, Listing
from shunter.model.findings import Span

_NO_NAMES = ("", ".", "..")
_FILE_ENDINGS = (".helmignore", ".yaml", ".yml", ".json", ".tgz")


def _fault(path: str, error: OSError) -> ShunterError:
    hint = "check its permissions, and the disk"
    return ShunterError(f"cannot read {path}: {error.strerror or error}", span=Span(path), hint=hint)


def path_below(root: Path, path: str) -> Path:
    """Where the tree path `path` stands below `root`.

    Refuses, as a `ShunterError`, what would leave `root`: absolute paths, `..`, anything in `.git`, and a folder on the
    way that is a symbolic link.
    """
    return Path(_below(str(root), path, set()))


def _below(root: str, path: str, sound: set[str]) -> str:
    """The same as text: every file of a run passes here, and Paths take five times as long.

    Folders in `sound` were found to be no links; what is found is added.
    """
    folder, _, name = path.rpartition("/")
    if folder in sound and name not in _NO_NAMES and name.lower() != ".git":
        return f"{root}/{path}"
    parts = path.split("/")
    if not path or any(part in _NO_NAMES or part.lower() == ".git" for part in parts):
        raise ShunterError(f"not a path of a repository: {path!r}")
    here = root
    for depth, part in enumerate(parts[:-1], 1):
        here = os.path.join(here, part)  # noqa: PTH118
        if os.path.islink(here):  # noqa: PTH114
            raise ShunterError(
                f"{path} lies behind the symbolic link {'/'.join(parts[:depth])}",
                hint="shunter writes only inside the repository: replace the link by a folder",
            )
    sound.add(folder)
    return os.path.join(here, name)  # noqa: PTH118


def read_state(file: Path | str, name: str) -> FileState | None:
    """The state of one file, a symbolic link not followed; None when there is no file (a folder is no file).

    `name` is how an error calls it.
    """
    try:
        mode = os.lstat(file).st_mode
        if stat.S_ISLNK(mode):
            return FileState(os.fsencode(os.readlink(file)), SYMLINK)  # noqa: PTH115 (Path would normalise the target)
        if not stat.S_ISREG(mode):
            return None
        return FileState(read_regular(os.fspath(file)), EXECUTABLE if mode & stat.S_IXUSR else REGULAR)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _fault(name, error) from error


class DiskTree:
    """A folder on disk as a `Tree`.

    `.git` and the insides of nested repositories (a folder that holds `.git`) are left out, except that the root
    itself may be one. Symbolic links are files of mode SYMLINK and are never followed (whether a folder is one is
    looked at once); sockets and devices are not there. What cannot be read is a `ShunterError` that names the file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = str(root)
        self._sound: set[str] = set()

    def get(self, path: str) -> FileState | None:
        """See `Tree.get`; a path that runs through a symbolic link or out of the root is not there."""
        try:
            file = _below(self._folder, path, self._sound)
        except ShunterError:
            return None
        return read_state(file, path)

    def paths(self, under: str = "") -> list[str]:
        """See `Tree.paths`."""
        folder = self.root / under if under else self.root
        if under and (not folder.is_dir() or folder.is_symlink()):
            return [under] if self.get(under) is not None else []
        if under and (folder / ".git").exists():
            return []
        return sorted(path for path, entry in self._walk(str(folder), _prefix(under)) if _is_there(entry))

    def listing(self, under: str, most: int) -> Listing:
        """See `Tree.listing`. Folders are odd where their name ends as a file's does."""
        folder = self.root / under if under else self.root
        paths, odd, large = [], {}, {}
        if not under or (folder.is_dir() and not folder.is_symlink() and not (folder / ".git").exists()):
            for path, entry in self._walk(str(folder), _prefix(under)):
                what, size = _about(entry)
                if _is_there(entry):
                    paths.append(path)
                if what:
                    odd[path] = what
                elif size > most:
                    large[path] = size
        return Listing(sorted(paths), odd, large)

    def _walk(self, folder: str, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
        try:
            with os.scandir(folder) as found:
                entries = list(found)
        except OSError as error:
            if prefix and isinstance(error, FileNotFoundError):
                return  # somebody has just removed it
            raise _fault(prefix or str(folder), error) from error
        for entry in entries:
            if entry.name == ".git":
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield prefix + entry.name, entry
                continue
            if entry.name.endswith(_FILE_ENDINGS):
                yield prefix + entry.name, entry
            if not os.path.lexists(f"{entry.path}/.git"):
                yield from self._walk(entry.path, f"{prefix}{entry.name}/")


def _prefix(under: str) -> str:
    return under.rstrip("/") + "/" if under else ""


def _is_there(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() or entry.is_file(follow_symlinks=False)


def _about(entry: os.DirEntry[str]) -> tuple[str, int]:
    """What an entry is, if it is odd, and its size; what a link leads to counts, but a folder there is not odd."""
    is_link = entry.is_symlink()
    try:
        about = entry.stat()
    except OSError as error:
        if not is_link:
            raise _fault(entry.path, error) from error
        return "a symbolic link that leads nowhere", 0
    what = kind_of(about.st_mode)
    if is_link and what:
        return "" if stat.S_ISDIR(about.st_mode) else f"a symbolic link to {what}", 0
    return what, about.st_size


def temporary_name(file: Path) -> Path:
    """The name under which `write_file` prepares `file`: fixed, so that what a kill leaves can be found."""
    import hashlib

    digest = hashlib.sha256(os.fsencode(file.name)).hexdigest()
    return file.with_name(f".shunter-{digest[:12]}.tmp")


def _permissions(file: Path, state: FileState) -> int | None:
    try:
        old = file.lstat().st_mode
    except OSError:
        return None
    if not stat.S_ISREG(old):
        return None
    readers = (old & 0o444) >> 2
    return (old & 0o666) | (readers if state.mode == EXECUTABLE else 0)


def write_file(file: Path, state: FileState) -> None:
    """Put `state` at `file` by one rename, creating folders.

    A file that was there keeps its permissions, apart from the executable bit; a new one follows the umask.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_name(file)
        temporary.unlink(missing_ok=True)
        if state.mode == SYMLINK:
            os.symlink(os.fsdecode(state.data), temporary)  # noqa: PTH211 (the target may be any bytes)
        else:
            permissions = 0o777 if state.mode == EXECUTABLE else 0o666
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions), "wb") as out:  # noqa: PTH123
                out.write(state.data)
            kept = _permissions(file, state)
            if kept is not None:
                temporary.chmod(kept)
        os.replace(temporary, file)  # noqa: PTH105
    except OSError as error:
        raise ShunterError(f"cannot write {file}: {error.strerror or error}", span=Span(str(file))) from error


def append_file(file: Path, data: bytes) -> None:
    """Put `data` at the end of `file`, which is made where it is not there. A `ShunterError` where that fails."""
    try:
        with file.open("ab") as out:
            out.write(data)
    except OSError as error:
        raise ShunterError(f"cannot write {file}: {error.strerror or error}", span=Span(str(file))) from error


def remove_file(file: Path, root: Path) -> None:
    """Remove `file` if it is there, and the folders that this empties, up to `root` itself."""
    try:
        file.unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as error:
        raise ShunterError(f"cannot remove {file}: {error.strerror or error}", span=Span(str(file))) from error
    for folder in file.parents:
        if folder == root or root not in folder.parents:
            return
        try:
            folder.rmdir()
        except OSError:
            return


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it."""
    import shutil  # which brings three packers along, and every commit's hook passes this module

    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ShunterError(f"cannot remove {folder}: {error.strerror or error}", span=Span(str(folder))) from error
