"""A checkout's remote as it is now: the branch that changes go to, and the branches that shunter keeps beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.git.remote import Said, default_branch, push_target, run_as_person
from shunter.adapters.git.repository import Repository
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest commit of the branch that changes go to: `branch` of `remote`, of the checkout at `root`."""

    root: Path
    remote: str
    branch: str
    commit: str

    def commit_of(self, branch: str) -> str:
        """The commit of another branch of the remote, as fetched; empty where there is none."""
        return _fetched(Repository(self.root), self.remote, branch)

    def below(self, prefix: str) -> dict[str, str]:
        """The commits of the remote's branches below `prefix/`, as fetched, by the rest of their names."""
        at = f"refs/remotes/{self.remote}/{prefix}/"
        listed = Repository(self.root).git("for-each-ref", "--format=%(objectname) %(refname)", "--", at).text
        rows = (line.split(" ", 1) for line in listed.splitlines())
        return {name.removeprefix(at): commit for commit, name in rows}


def fetch_tip(root: Path, *prefixes: str, prompts: bool) -> Tip:
    """Fetch the default branch of a checkout's remote and its branches below these folders, and nothing else.

    Works in a shallow clone, and one of a single branch. Raises ShunterError where there is no remote, where it does
    not answer, and where it has no branch yet.
    """
    repository = Repository(root)
    branch = repository.branch()
    target = push_target(root, branch or "HEAD")
    if target is None:
        raise ShunterError(f"{root.name} has no remote to push to", hint=f"git -C {root} remote add origin URL")
    remote, base = target.base, default_branch(root, target.base)
    if not base:
        hint = f"git -C {root} ls-remote --symref {remote} HEAD: what HEAD names has to be there, such as main"
        raise ShunterError(f"the remote {remote} of {root.name} has no default branch, or does not answer", hint=hint)
    specs = [
        f"+refs/heads/{name}:refs/remotes/{remote}/{name}" for name in (base, *(f"{prefix}/*" for prefix in prefixes))
    ]
    command = ["fetch", "--quiet", "--no-tags", "--prune", "--", remote, *specs]
    _require(run_as_person(root, command, prompts=prompts), root)
    return Tip(root, remote, base, _fetched(repository, remote, base))


def _fetched(repository: Repository, remote: str, branch: str) -> str:
    name = f"refs/remotes/{remote}/{branch}^{{commit}}"
    return repository.try_git("rev-parse", "--quiet", "--verify", name).text


def _require(said: Said, root: Path) -> None:
    if not said.ok:
        notes = tuple(f"git: {line}" for line in said.lines)
        raise ShunterError(f"cannot fetch {root.name}", hint="try again once its remote answers", notes=notes)


_RACES = ("[rejected]", "cannot lock ref", "failed to update ref", "incorrect old value")


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a push; `raced` says that another one was first, and that what was pushed is to be made anew."""

    ok: bool
    raced: bool = False
    lines: tuple[str, ...] = ()


def push_commit(tip: Tip, commit: str, branch: str, *, expected: str | None, prompts: bool) -> Pushed:
    """Push a commit to a branch of the tip's remote; an empty `commit` deletes that.

    Where the branch is not at `expected` (empty: not there) the push is refused; None lets it only go forward.
    """
    lease = [] if expected is None else [f"--force-with-lease=refs/heads/{branch}:{expected}"]
    command = ["push", "--porcelain", "--no-follow-tags", *lease, "--", tip.remote, f"{commit}:refs/heads/{branch}"]
    said = run_as_person(tip.root, command, prompts=prompts)
    raced = any(line.startswith("!") and _is_race(line) for line in said.lines)
    return Pushed(said.ok, raced, said.lines)


def _is_race(line: str) -> bool:
    return any(word in line for word in _RACES)


def touched(root: Path, commit: str) -> Sequence[str]:
    """The paths that a commit changes, as seen from its first parent."""
    return differing(root, f"{commit}^1", commit)


def differing(root: Path, one: str, other: str, *folders: str) -> Sequence[str]:
    """The paths that differ between two commits, in these folders, or in all."""
    asked = ("diff-tree", "-z", "-r", "--no-commit-id", "--no-renames", "--name-only", one, other, "--", *folders)
    names = Repository(root).git(*asked).stdout
    return [name for name in names.decode("utf-8", "surrogateescape").split("\0") if name]


def parents(root: Path, commit: str) -> list[str]:
    """The parents of a commit, the first one first."""
    return Repository(root).git("rev-list", "--parents", "--max-count=1", commit).text.split()[1:]


def is_same(root: Path, one: str, other: str, folder: str) -> bool:
    """Whether two commits have the same files in a folder."""
    return not Repository(root).try_git("diff", "--quiet", one, other, "--", folder).returncode


def is_ancestor(root: Path, commit: str, of: str) -> bool:
    """Whether a commit leads to another one, as far as the history is here."""
    return not Repository(root).try_git("merge-base", "--is-ancestor", commit, of).returncode
