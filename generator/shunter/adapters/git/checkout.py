"""Files as git itself would lay them into a work tree: line ends, encodings and filters are each repository's affair.

git is asked in a folder of its own, with an index and an object store that are thrown away: nothing of what is going to
be written is near a person's files, or in their store, before it is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shunter.adapters.git.commit import pathspecs
from shunter.adapters.git.refusals import folders_above
from shunter.adapters.git.repository import Repository
from shunter.adapters.git.settings import Settings, may_convert
from shunter.adapters.git.state import RepositoryState
from shunter.adapters.system import process
from shunter.adapters.system.files import path_below, read_state, write_file
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState

Files = Mapping[str, FileState | None]
_NAME = ".gitattributes"
_WORDS = (b"crlf", b"filter", b"encoding", b"ident")
_ASKED = ("text", "crlf", "eol", "ident", "filter", "working-tree-encoding")
_NOT_SET = ("unspecified", "unset")
_GIT = (
    *("git", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "core.safecrlf=false"),
    *("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false", "-c", "core.sparseCheckout=false"),
)


def as_checked_out(state: RepositoryState, files: Files, around: Settings) -> Files:
    """Files (path → as they are to be committed, or as they are edited on disk) with the bytes that git would write.

    `files` may hold new attributes, which count already. `around` is the answer of `settings.settings_around`. A
    `ShunterError` where a filter fails that git must not do without.
    """
    plain = {path: each for path, each in files.items() if each is not None and each.mode != SYMLINK}
    texts = _attributes(state, files)
    crlf = any(_has_crlf(each.data) for each in plain.values())
    if not plain or not (may_convert(state.root, around) or any(_may_say(text, crlf=crlf) for text in texts)):
        return files
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as folder:
        return {**files, **_Box(Path(folder), state).checked_out(plain, files)}


def _attributes(state: RepositoryState, files: Files) -> Iterator[bytes]:
    """The texts of attributes that may be about these files."""
    yield from (each.data for each in _in_tree(state.root, files).values())
    home = os.environ.get("XDG_CONFIG_HOME") or f"{os.environ.get('HOME', '')}/.config"
    for file in (state.git_dir / "info/attributes", Path(home, "git/attributes"), Path("/etc/gitattributes")):
        if (found := read_state(file, str(file))) is not None:
            yield found.data


def _may_say(text: bytes, *, crlf: bool) -> bool:
    """Whether attributes may say that files are not on disk as they are; some of these have CRLF, or none."""
    return any(word in text for word in _WORDS) or (crlf and b"text" in text)


def _has_crlf(data: bytes) -> bool:
    return b"\r\n" in data and b"\0" not in data[:8000]  # which is binary to git, and converted by nobody


def _in_tree(root: Path, files: Files) -> dict[str, FileState]:
    """The attributes in the folders of these files, as they are going to be."""
    found = {}
    for folder in ["", *folders_above(list(files))]:
        path = f"{folder}/{_NAME}".removeprefix("/")
        state = files[path] if path in files else read_state(path_below(root, path), path)
        if state is not None and state.mode != SYMLINK:  # git does not follow links to attributes
            found[path] = state
    return found


class _Box:
    """A work tree, an index and objects for one question; `folder` is thrown away afterwards."""

    def __init__(self, folder: Path, state: RepositoryState) -> None:
        self._state, self._tree, self._made = state, folder / "tree", folder / "made"
        place = state.git_dir.absolute()
        common = place / "commondir"
        store = place / common.read_text("utf-8").strip() if common.exists() else place
        self._env = {
            "GIT_DIR": str(place),
            "GIT_WORK_TREE": str(self._tree),
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_OBJECT_DIRECTORY": str(folder / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(store / "objects"),
        }
        for each in (self._tree, self._made, folder / "objects"):
            each.mkdir()
        if (place / "index").exists():
            shutil.copyfile(place / "index", folder / "index")

    def checked_out(self, plain: Mapping[str, FileState], files: Files) -> Mapping[str, FileState]:
        """Those of the `plain` ones of `files` that git would write with other bytes."""
        for path, state in _in_tree(self._state.root, files).items():
            write_file(self._tree / path, state)
        encoded = {path: about for path, about in self._said(plain) if not _is_as_held(about, plain[path].data)}
        if not encoded:
            return {}
        asked = {path: plain[path] for path in encoded}
        self._lay(asked, around=any(about["filter"] not in _NOT_SET for about in encoded.values()))
        held = [path for path, about in encoded.items() if "\n" not in path and _is_held(about, plain[path].data)]
        named = pathspecs([path for path in asked if path not in held])
        self._git("add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=named)
        self._hold(held)
        names = b"".join(os.fsencode(path) + b"\0" for path in asked)
        self._git("checkout-index", "--force", "-z", "--stdin", f"--prefix={self._made}/", stdin=names)
        made = {path: read_state(self._made / path, path) for path in asked}
        other = {p: FileState(m.data, asked[p].mode) for p, m in made.items() if m and m.data != asked[p].data}
        return {path: state for path, state in other.items() if not self._keeps_line_ends(path, asked[path], state)}

    def _said(self, paths: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """What the attributes say of each path."""
        names = b"".join(os.fsencode(path) + b"\0" for path in paths)
        said = self._git("check-attr", "-z", "--stdin", *_ASKED, stdin=names).split(b"\0")
        found: dict[str, dict[str, str]] = {}
        for path, name, value in zip(said[::3], said[1::3], said[2::3], strict=False):
            found.setdefault(os.fsdecode(path), {})[name.decode()] = value.decode("utf-8", "replace")
        yield from found.items()

    def _lay(self, asked: Mapping[str, FileState], *, around: bool) -> None:
        """Put files into the work tree; with what stands `around` them: filters may be programs that are there."""
        for path, state in asked.items():
            write_file(self._tree / path, state)
        for folder in ["", *folders_above(list(asked))] if around else []:
            here = self._state.root / folder
            for name in os.listdir(here) if here.is_dir() else []:  # noqa: PTH208 - names will do
                link = self._tree / folder / name
                if name not in (".git", _NAME) and not os.path.lexists(link):
                    link.symlink_to(here.absolute() / name)

    def _hold(self, paths: list[str]) -> None:
        """Let the index hold files as they are, without the conversion of their encoding."""
        if not paths:
            return
        names = b"".join(os.fsencode(f"./{path}") + b"\n" for path in paths)
        ids = self._git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names).split()
        entries = (b"100644 %b\t%b\0" % (i, os.fsencode(path)) for i, path in zip(ids, paths, strict=True))
        self._git("update-index", "-z", "--index-info", stdin=b"".join(entries))

    def _keeps_line_ends(self, path: str, asked: FileState, made: FileState) -> bool:
        """Whether git leaves the line ends of a file alone, since it was committed with CRLF once."""
        known = [entry.object_id for entry in self._state.of(path).entries]
        if not known or asked.data.replace(b"\r\n", b"\n") != made.data.replace(b"\r\n", b"\n"):
            return False
        return any(b"\r\n" in blob for blob in Repository(self._state.root).blobs(known))

    def _git(self, *arguments: str, stdin: bytes) -> bytes:
        done = process.run([*_GIT, *arguments], self._tree, stdin, self._env)
        if done.returncode:
            told = f"git cannot tell what files are to be on disk in {self._state.root}"
            notes = tuple(f"git: {line}" for line in done.complaints)
            raise ShunterError(told, notes=notes, hint="its attributes name a filter, or an encoding: does that work?")
        return done.stdout


def _is_as_held(about: Mapping[str, str], data: bytes) -> bool:
    """Whether attributes say that a file is on disk as it is here, whatever is configured."""
    if about["filter"] not in _NOT_SET or about["working-tree-encoding"] not in _NOT_SET or about["ident"] == "set":
        return False
    legacy = about["crlf"] if about["text"] == "unspecified" else ""
    with_lf = about["eol"] == "lf" or legacy == "input"
    return about["text"] == "unset" or legacy == "unset" or (with_lf and not _has_crlf(data))


def _is_held(about: Mapping[str, str], data: bytes) -> bool:
    """Whether a file whose encoding is another on disk is here as git holds it: as UTF-8."""
    if about["working-tree-encoding"] in _NOT_SET or b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
