"""What a killed run has left: shown, undone or, when all its commits were made, tidied up.

Until its last branch has moved a run is undone, afterwards it is done. No hook runs and nothing is committed here,
unless somebody asks for it by `shunter recover --finish`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from shutil import rmtree

from shunter.adapters.git import journal, moves
from shunter.adapters.git.commit import commit, differs_from_index, take_from_head
from shunter.adapters.git.copies import on_disk, set_aside
from shunter.adapters.git.fresh import move_in
from shunter.adapters.git.journal import Change, Journal
from shunter.adapters.git.repository import NOTE, Repository, git_dir
from shunter.adapters.git.state import listed
from shunter.adapters.git.undo import ours, revert, undo
from shunter.adapters.system import process
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import Writing

_SETTLED = 0.5
"""Seconds for which a lock of git has to stay as it is before it is taken for one that a killed git has left."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of an interrupted run: one line, and what a person should know about what stays."""

    line: str
    notes: tuple[str, ...] = ()


def pending(root: Path) -> str:
    """One line about an interrupted run that concerns the repository at `root`, or nothing. Writes nothing."""
    found = git_dir(root)
    home = journal.home_of(journal.folder_of(found)) if found else None
    if home is None or journal.is_held(home):
        return ""
    return (
        "a run was interrupted here: `shunter recover` shows it; the next command that writes undoes what is not done"
    )


def recover(root: Path) -> Recovered | None:
    """Undo, or tidy up after, what a killed run left; None when nothing is pending."""
    found = git_dir(root)
    home = journal.home_of(journal.folder_of(found)) if found else None
    if home is None:
        return None
    with journal.locked(home, root):
        return recover_in(home)


def recover_in(folder: Path, *, patience: float = 5.0) -> Recovered | None:
    """See `recover`; the caller holds the lock on `folder`.

    Waits `patience` seconds for a git that has outlived the run.
    """
    found = journal.load(folder)
    if found is None:
        return None
    names = ", ".join(change.repository for change in found.changes)
    if not found.ready:
        for change in found.changes:
            if change.staging:
                rmtree(change.staging, ignore_errors=True)
        journal.clear(folder, found.changes)
        return Recovered(f"cleaned up after an interrupted run: {names}")
    now = _as_it_is(found)
    settle(now, patience)
    if all(is_done(change) for change in now.changes) and all(map(moves.is_made, now.moves)):
        for move in now.moves:
            moves.carry_out(move)
        tidy_up(now.changes)
        kept = set_aside(now.changes)
        journal.clear(folder, now.changes)
        return Recovered(f"an interrupted run was done, and is tidied up: {names}", kept)
    notes = _undo(found)
    journal.clear(folder, found.changes)
    return Recovered(f"undid an interrupted run: {names}", notes)


def _as_it_is(found: Journal) -> Journal:
    """A journal whose changes name repositories by where they are now."""
    return replace(found, changes=moves.placed(found.changes, found.moves))


def _undo(found: Journal) -> tuple[str, ...]:
    return (*moves.take_back(found.moves), *undo_all(found.changes, live=False))


def settle(found: Journal, patience: float) -> None:
    """Wait until no git of the run is left, and remove the locks that a killed one has left."""
    for change in found.changes:
        place = git_dir(Path(change.root))
        if place is None:
            continue
        note = journal.folder_of(place) / NOTE
        end = time.monotonic() + patience
        pid = process.noted(note, patience)
        while pid and _is_git(pid):
            if time.monotonic() >= end:
                raise ShunterError(
                    f"git (process {pid}) of an interrupted run is still at work in {change.root}",
                    hint="wait until it is done, or end it",
                )
            time.sleep(0.05)
        _sweep(place, note, pid)


def _is_git(pid: int) -> bool:
    """Whether that process is git, or about to become git."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        # While a program takes the place of another, there is one, and it has no words yet; one that ended has neither.
        return b"git" in words or (not words and bool(Path(f"/proc/{pid}/exe").readlink()))
    except OSError:
        return not Path("/proc/self").exists() and process.is_alive(pid)


def _sweep(place: Path, note: Path, pid: int) -> None:
    """Remove git's locks that are as old as the run, and that nobody has touched for a while."""
    if not (place / "shunter" / "undo").exists() and not note.exists():
        return
    since = min(
        file.stat().st_mtime for file in (note, place / "shunter" / "message", place / "shunter") if file.exists()
    )
    locks = [file for file in (place / "index.lock", place / "HEAD.lock", *_reference_locks(place)) if file.exists()]
    locks += place.glob(f"next-index-{pid}.lock*") if pid else ()
    stale = {lock: lock.stat().st_mtime for lock in locks if lock.stat().st_mtime >= since - 1}
    if stale:
        time.sleep(_SETTLED)
    for lock, changed in stale.items():
        if lock.exists() and lock.stat().st_mtime == changed:
            lock.unlink(missing_ok=True)


def _reference_locks(place: Path) -> list[Path]:
    common = place / "commondir"
    shared = (place / common.read_text("utf-8").strip()) if common.exists() else place
    return [*(shared / "refs" / "heads").rglob("*.lock"), shared / "packed-refs.lock"]


def is_done(change: Change) -> bool:
    """Whether a repository's part is over: its branch has moved; where nothing is committed, all of it is staged."""
    root = Path(change.root)
    if change.commits:
        return ours(change) is not None
    written = git_dir(root) is not None and all(on_disk(root, file.path) == file.after for file in change.files)
    return written and _is_staged(root, change)


def _is_staged(root: Path, change: Change) -> bool:
    """Whether the index holds what is on disk, and the sides of each conflict."""
    repository = Repository(root)
    found, _ = listed(repository, [file.path for file in change.files])
    asked = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules")
    differ = {os.fsdecode(name) for name in repository.git("diff", *asked).stdout.split(b"\0")}
    plain = [file for file in change.files if file.path not in change.conflicts]
    torn = [any(entry.stage for entry in found.get(path, ())) for path in change.conflicts]
    return (
        all(torn)
        and all(bool(file.after) == (file.path in found) for file in plain)
        and not differ & {file.path for file in plain}
    )


def tidy_up(changes: Sequence[Change]) -> None:
    """Let the index follow the commits of a run."""
    for change in changes:
        root = Path(change.root)
        place = git_dir(root)
        if place is None or not change.commits:
            continue
        left = sorted(set(differs_from_index(root)) & set(change.paths()))
        if left:
            take_from_head(root, left, journal.folder_of(place))


def undo_all(changes: Sequence[Change], *, live: bool, hooked: Collection[str] = ()) -> tuple[str, ...]:
    """Take every repository's part back, the last one first; lines about what stays.

    In those `hooked` hooks may have run, see `undo`.

    One that cannot be taken back does not keep the others from it: then a ShunterError says which, and the journal is
    to stay, as the next run tries again.
    """
    notes: list[str] = []
    failed: list[str] = []
    for change in reversed(changes):
        try:
            notes += undo(change, live=live, hooked=change.root in hooked)
        except (ShunterError, OSError) as error:
            failed.append("; ".join((f"{change.repository}: {error}", *getattr(error, "notes", ())[:1])))
    if failed:
        hint = "let shunter write there again, then `shunter recover`"
        raise ShunterError(
            "cannot take back what this run has done, or not all of it", notes=(*failed, *notes), hint=hint
        )
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class Part:
    """One repository of an interrupted run: `before`, `after`, `foreign` or `missing`, and whose paths are not ours."""

    repository: str
    root: str
    state: str
    foreign: tuple[str, ...] = ()
    revert: str = ""


def show(root: Path) -> tuple[Part, ...]:
    """How far an interrupted run came, by repository. Writes nothing."""
    found = git_dir(root)
    home = journal.home_of(journal.folder_of(found)) if found else None
    run = journal.load(home) if home else None
    return tuple(_part(change) for change in _as_it_is(run).changes) if run else ()


def _part(change: Change) -> Part:
    root = Path(change.root)
    if git_dir(root) is None:
        return Part(change.repository, change.root, "before" if change.staging else "missing")
    made = ours(change)
    if made is not None:
        moved = Repository(root).head() != made.commit
        return Part(change.repository, change.root, "after", revert=revert(change, made) if moved else "")
    foreign = tuple(file.path for file in change.files if on_disk(root, file.path) not in (file.before, file.after))
    other = foreign or Repository(root).head() != change.head
    return Part(change.repository, change.root, "foreign" if other else "before", foreign)


def take_back(root: Path) -> Recovered | None:
    """`recover --undo`: undo the run wherever it got to; the journal is put aside, so that nothing blocks."""
    return _by_hand(root, finish=None)


def carry_on(root: Path, writing: Writing) -> Recovered | None:
    """`recover --finish`: commit what was written and not committed, with hooks and signatures."""
    return _by_hand(root, finish=writing)


def _by_hand(root: Path, finish: Writing | None) -> Recovered | None:
    found = git_dir(root)
    home = journal.home_of(journal.folder_of(found)) if found else None
    if home is None:
        return None
    with journal.locked(home, root):
        run = journal.load(home)
        if run is None:
            return None
        settle(_as_it_is(run), 5.0)
        names = ", ".join(change.repository for change in run.changes)
        if finish is not None:
            for move in run.moves:
                moves.carry_out(move)
            run = _as_it_is(run)
            _finish(run.changes, finish)
            tidy_up(run.changes)
        notes = _undo(run) if finish is None else set_aside(run.changes)
        journal.put_aside(home)
        journal.clear(home, run.changes)
    return Recovered(f"{'undid' if finish is None else 'finished'} an interrupted run: {names}", notes)


def _finish(changes: Sequence[Change], writing: Writing) -> None:
    open_ = [change for change in changes if not is_done(change)]
    for change in open_:
        unwritten = [file.path for file in change.files if on_disk(_place(change), file.path) != file.after]
        if unwritten:
            raise ShunterError(
                f"{change.repository}/{unwritten[0]} is not as the run was to write it, so it cannot be finished",
                hint="shunter recover --undo",
            )
    for number, change in enumerate(open_):
        if change.staging:
            move_in(Path(change.staging), Path(change.root))
        place = git_dir(Path(change.root))
        if change.commits and place is not None:
            own = journal.folder_of(place)
            own.mkdir(exist_ok=True)
            commit(change, own, writing, (number, len(open_)))


def _place(change: Change) -> Path:
    staging = Path(change.staging)
    return staging if change.staging and staging.exists() else Path(change.root)
