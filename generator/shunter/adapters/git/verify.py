"""After a commit: is what git holds what was judged? A hook may have changed it on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shunter.adapters.git.commit import Made, differs_from_index, is_judged, read_commit, take_from_head
from shunter.adapters.git.copies import on_disk, stored
from shunter.adapters.git.prepare import Prepared
from shunter.adapters.git.repository import Repository
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan, Tree

Judge = Callable[[RepositoryPlan, Tree], str]
"""Judges a plan's repository again as it was committed: what is wrong with it, or nothing."""


def verify(prepared: Prepared, made: Made, folder: Path, judge: Judge | None) -> tuple[Made, tuple[str, ...]]:
    """The commit of this run, and notices of what hooks did; a `ShunterError` where it is not what was judged."""
    change, root = prepared.change, Path(prepared.change.root)
    made = ours_of(root, change.head, made)
    ours = set(change.paths())
    left = {path for path in differs_from_index(root) if path in ours or path in made.paths}
    suspects = left | {path for path in ours if on_disk(root, path) != stored(prepared.after[path])}
    changed = sorted(path for path in suspects & ours if not _as_judged(prepared, made, path))
    derived = {file.path for file in change.files if not file.shared}
    if spoiled := [path for path in changed if path in derived]:
        raise _spoiled(change.repository, spoiled, "and shunter writes it anew each time")
    if changed and judge is not None and (wrong := judge(prepared.plan, Repository(root).tree(made.commit))):
        raise _spoiled(change.repository, changed, f"and then {wrong}")
    if left:
        take_from_head(root, sorted(left), folder)
    notices = [f"{change.repository}: a hook changed {path}" for path in changed]
    notices += [f"{change.repository}: a hook added {path} to the commit" for path in sorted(made.paths.keys() - ours)]
    return made, tuple(notices)


def ours_of(root: Path, head: str | None, made: Made) -> Made:
    """The commit on top of `head`: a hook may have made another one on top of it."""
    if made.parent == head:
        return made
    since = [f"{head}..HEAD"] if head else ["HEAD"]
    commits = Repository(root).git("rev-list", "--first-parent", *since).text.split()
    return replace(read_commit(root, made.output, commits[-1]), output=made.output) if commits else made


def _as_judged(prepared: Prepared, made: Made, path: str) -> bool:
    root, wanted = Path(prepared.change.root), prepared.after[path]
    if path in made.paths:
        entry = made.paths[path]
    else:
        listed = (
            Repository(root).git("ls-tree", "-z", made.commit, "--", path).stdout.decode("utf-8", "surrogateescape")
        )
        entry = (listed.split(" ")[0], listed.split(" ")[2].partition("\t")[0]) if listed else None
    if entry is None or wanted is None:
        return entry is None and wanted is None
    return is_judged(root, path, wanted, entry[1])


def _spoiled(repository: str, paths: list[str], why: str) -> ShunterError:
    shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
    return ShunterError(
        f"a git hook in {repository} changed {shown}, {why}",
        hint="let the hook exclude these files (`exclude:` in .pre-commit-config.yaml), or --no-verify",
    )
