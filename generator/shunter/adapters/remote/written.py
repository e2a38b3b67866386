"""What a commit writes, for who makes the same one elsewhere; and the one that was made there, fetched and compared."""

from __future__ import annotations

from collections.abc import Iterator

from shunter.adapters.git.remote import run_as_person
from shunter.adapters.git.repository import Repository
from shunter.adapters.remote.tip import Tip, parents
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Written:
    """A path that a commit writes: the blob before (empty: none), and the bytes now (None: it takes the file away)."""

    path: str
    was: str
    data: bytes | None


def written(tip: Tip, commit: str) -> Iterator[Written]:
    """The paths in which a commit differs from the tip that it was made from."""
    repository = Repository(tip.root)
    raw = repository.git("diff-tree", "-z", "-r", "--raw", "--no-renames", "--no-abbrev", tip.commit, commit).stdout
    parts = raw.decode("utf-8", "surrogateescape").split("\0")
    for head, path in zip(parts[::2], parts[1::2], strict=False):
        _, _, was, now, state = head.split()
        data = None if state == "D" else repository.git("cat-file", "blob", now).stdout
        yield Written(path, "" if state == "A" else was, data)


def message(tip: Tip, commit: str) -> str:
    """What a commit says, without what only a signature adds."""
    return Repository(tip.root).git("log", "--max-count=1", "--no-show-signature", "--format=%B", commit).text


def take_over(tip: Tip, branch: str, made: str, commit: str) -> None:
    """Fetch the commit `made` on a branch of the tip's remote.

    Raises ShunterError where it is not the same as `commit`: other files, or not made from the tip alone.
    """
    said = run_as_person(
        tip.root, ["fetch", "--quiet", "--no-tags", "--", tip.remote, f"refs/heads/{branch}"], prompts=False
    )
    repository = Repository(tip.root)
    trees = [repository.try_git("rev-parse", "--quiet", "--verify", f"{each}^{{tree}}").text for each in (made, commit)]
    if not said.ok or trees[0] != trees[1] or parents(tip.root, made) != [tip.commit]:
        hint = "a forge's API makes no links and no programs: let git make it, by `promotions: {commit: git}`"
        notes = tuple(f"git: {line}" for line in said.lines)
        raise ShunterError(f"{tip.root.name}: the commit that the forge made is another one", hint=hint, notes=notes)
