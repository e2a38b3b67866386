"""Where files of a repository come from: what of a folder is committed, by which commit, and where others find it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from shunter.adapters.git.repository import ObjectReader, Repository, git_dir
from shunter.model.data import dataclass

_SCP = re.compile(r"(?:[^@/:]+@)?[^@/:]+:(?!/?/)[^:]+")
"""`git@host:acme/orders.git`: a host, and a path on it."""
_SUBMODULE = "160000 "


@dataclass(frozen=True, slots=True)
class Untidy:
    """Paths that HEAD does not hold as they are: `changed` are modified, staged or new; `ignored` git does not track.

    A path that ends in a slash is a folder with all that is in it.
    """

    changed: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def look_below(root: Path, folders: Sequence[str]) -> Untidy:
    """What is untidy in folders of the repository at `root`, in one look."""
    asked = ("--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", "--", *folders)
    lines = _lines(Repository(root).git("status", *asked).stdout)
    ignored = tuple(line[3:] for line in lines if line.startswith("!!"))
    return Untidy(tuple(line[3:] for line in lines if not line.startswith("!!")), ignored)


def submodules_below(root: Path, folders: Sequence[str]) -> tuple[str, ...]:
    """The submodules in folders of the repository at `root`: of their files it holds a commit's name only."""
    index = _lines(Repository(root).git("ls-files", "--stage", "-z", "--", *folders).stdout)
    return tuple(line.partition("\t")[2] for line in index if line.startswith(_SUBMODULE))


def _lines(output: bytes) -> list[str]:
    return [os.fsdecode(line) for line in output.split(b"\0") if line]


def last_commit(root: Path, folder: str, without: Sequence[str]) -> str:
    """The last commit on the way to HEAD that touched `folder`, some paths in it aside; empty where nobody can say.

    A shallow clone cannot say it for what its first commit holds already.
    """
    where = ":(top)" if folder == "." else f":(top,literal){folder}"
    paths = [where, *(f":(top,exclude,literal){path}" for path in without)]
    done = Repository(root).git_plain("log", "--max-count=1", "--no-show-signature", "--format=%H", "--", *paths)
    return "" if done.text in _shallow(root) else done.text


def as_committed(root: Path, folders: Mapping[str, str], without: Collection[str]) -> frozenset[str]:
    """The folders that HEAD holds as another commit does, which is named for each; one git process for all of them.

    What is called as one of `without` is left aside. Where the repository does not have the commit, they differ.
    """
    reader = ObjectReader(root)
    found = (
        folder
        for folder, commit in folders.items()
        if commit and " " not in folder
        if (then := _entries(reader.read(_in_commit(commit, folder)), commit, without)) is not None
        if then == _entries(reader.read(_in_commit("HEAD", folder)), commit, without)
    )
    return frozenset(found)


def _in_commit(commit: str, folder: str) -> str:
    return f"{commit}:{'' if folder == '.' else folder}"


def _entries(tree: bytes | None, commit: str, without: Collection[str]) -> dict[str, bytes] | None:
    """What stands in a tree: names to ids, which are as long as the commit's. None for no tree."""
    found: dict[str, bytes] = {}
    size = len(commit) // 2
    while tree:
        kind, _, rest = tree.partition(b"\0")
        mode, _, name = kind.partition(b" ")
        if (text := os.fsdecode(name)) not in without:
            found[text] = mode + rest[:size]
        tree = rest[size:]
    return found or None


def _shallow(root: Path) -> list[str]:
    found = git_dir(root)
    common = found / "commondir" if found else None
    if found is not None and common is not None and common.is_file():
        found = found / common.read_text("utf-8", "surrogateescape").strip()
    file = found / "shallow" if found is not None else None
    return file.read_text("ascii").split() if file is not None and file.is_file() else []


def remote_url(root: Path) -> str:
    """The URL of the remote `origin`, or of the only remote, as everybody may read it; empty where there is none."""
    done = Repository(root).try_git("config", "--get-regexp", r"^remote\..*\.url$")
    known = dict(line.split(" ", 1) for line in done.stdout.decode("utf-8", "replace").splitlines() if " " in line)
    urls = [known["remote.origin.url"]] if "remote.origin.url" in known else list(known.values())
    return public_url(urls[0]) if len(urls) == 1 else ""


def public_url(url: str) -> str:
    """A remote's URL without credentials; empty for a folder of this machine, which says nothing elsewhere."""
    if "://" not in url:
        return url if _SCP.fullmatch(url) else ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if not parts.hostname or parts.scheme == "file":
        return ""
    host = parts.netloc.rpartition("@")[2]
    user = parts.netloc.rpartition("@")[0].partition(":")[0] if parts.scheme in ("ssh", "git+ssh") else ""
    return urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", ""))
