"""Where a checkout stands towards the branch that it follows, as last fetched; and how it catches up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.git.state import operation_in
from shunter.adapters.system.threads import mapped
from shunter.model.data import dataclass

_THREADS = 4
_SECTION = re.compile(r'\s*\[\s*branch\s+"((?:[^"\\]|\\.)*)"\s*\]\s*$', re.IGNORECASE)
_SETTING = re.compile(r"\s*(remote|merge)\s*=\s*([^\s\"'\\#;]+)\s*$", re.IGNORECASE)
_TRACK = re.compile(r"behind (\d+)")


@dataclass(frozen=True, slots=True)
class Standing:
    """A checkout as git sees it.

    `branch` is None where HEAD is detached, `head` None before the first commit. `upstream` is the branch that it
    follows, such as `origin/main`, or empty. `ahead` and `behind` are commits, None where git has nothing to compare
    with. `dirty` says that a tracked file is not as HEAD holds it; `operation` names a merge, rebase and the like that
    is in progress.
    """

    branch: str | None
    head: str | None
    upstream: str = ""
    ahead: int | None = None
    behind: int | None = None
    dirty: bool = False
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """How many commits a checkout lacks of its upstream, as last fetched."""

    upstream: str
    commits: int


def standing(root: Path) -> Standing:
    """Ask git where the checkout at `root` stands; a `ShunterError` where git cannot say."""
    repository = Repository(root)
    asked = ("--porcelain=v2", "--branch", "--ahead-behind", "-z", "--untracked-files=no", "--ignore-submodules=dirty")
    lines = repository.git("status", *asked).stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
    about = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
    head = None if about["branch.oid"] == "(initial)" else about["branch.oid"]
    branch = None if about["branch.head"] == "(detached)" else about["branch.head"]
    upstream = about.get("branch.upstream", "")
    ahead, behind = _distance(repository, head, upstream, about.get("branch.ab", ""))
    dirty = any(line[:2] in ("1 ", "2 ", "u ") for line in lines)
    return Standing(branch, head, upstream, ahead, behind, dirty, operation_in(repository.git_dir))


def _distance(repository: Repository, head: str | None, upstream: str, told: str) -> tuple[int | None, int | None]:
    if told:
        ahead, behind = told.split(" ")
        return int(ahead), -int(behind)
    if head is not None or not upstream:
        return None, None
    counted = repository.try_git("rev-list", "--count", "--end-of-options", upstream)
    return (0, int(counted.text)) if not counted.returncode else (None, None)


def all_behind(roots: Iterable[Path]) -> Mapping[Path, Behind]:
    """The checkouts that lack commits of the branch that they follow, as last fetched.

    What follows none, or one that is gone, is in no relation to it and left out. git is started only for a checkout
    whose branch and upstream are at different commits, or whose files leave that open.
    """
    roots = list(roots)
    found = zip(roots, mapped(_behind, roots, _THREADS), strict=True)
    return {root: behind for root, behind in found if behind}


def _behind(root: Path) -> Behind | None:
    place = git_dir(root)
    head = _text(place / "HEAD") if place else ""
    if place is None or not head.startswith("ref: refs/heads/") or _is_in_step(place, head.removeprefix("ref: ")):
        return None
    # A store of refs that is no plain files writes a name into HEAD that no branch can have: then git says which.
    branch = head.removeprefix("ref: ")
    if branch == "refs/heads/.invalid":
        branch = Repository(root).try_git("symbolic-ref", "--quiet", "HEAD").text or branch
    asked = "--format=%(upstream:short)%00%(upstream:track,nobracket)"
    upstream, _, track = Repository(root).try_git("for-each-ref", asked, "--", branch).text.partition("\0")
    lacks = _TRACK.search(track)
    return Behind(upstream, int(lacks[1])) if lacks else None


def _is_in_step(place: Path, branch: str) -> bool:
    """Whether the repository's own files say that this branch follows none, or is where its upstream is."""
    common = place / _text(place / "commondir") if (place / "commondir").is_file() else place
    config = _text(common / "config")
    if "[include" in config.lower() or branch == "refs/heads/.invalid":
        return False
    follows = _follows(config, branch.removeprefix("refs/heads/"))
    if not follows:
        return True
    remote, merge = follows.get("remote", ""), follows.get("merge", "")
    tracking = merge if remote == "." else f"refs/remotes/{remote}/{merge.removeprefix('refs/heads/')}"
    ours, theirs = (_commit(common, name) for name in (branch, tracking))
    return bool(ours) and ours == theirs


def _follows(config: str, branch: str) -> dict[str, str]:
    """`remote` and `merge` of a branch in the text of a repository's configuration; what is unusual is left out."""
    found: dict[str, str] = {}
    inside = False
    for line in config.splitlines():
        if line.lstrip().startswith("["):
            section = _SECTION.match(line)
            inside = section is not None and re.sub(r"\\(.)", r"\1", section[1]) == branch
            found |= {"": ""} if inside else {}
        elif inside and (setting := _SETTING.match(line)):
            found[setting[1].lower()] = setting[2]
    return found


def _commit(common: Path, name: str) -> str:
    """The commit that a ref names, as its file or the packed refs say; empty where neither does."""
    if loose := _text(common / name):
        return loose
    packed = f"\n{_text(common / 'packed-refs')}\n"
    before, separator, _ = packed.partition(f" {name}\n")
    return before.rpartition("\n")[2] if separator else ""


def _text(file: Path) -> str:
    try:
        return os.fsdecode(file.read_bytes()).rstrip("\n")
    except OSError:
        return ""
