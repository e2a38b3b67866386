"""Plans become files, index entries, commits and repositories: all of them, or none.

Where they stand `apart`, one that is refused, by its state or by a hook, is left as it is, and the others go on.

The order: locks, a look at every repository, the journal with copies of what will change, all files of all
repositories, and then one commit after the other, as the person would make it. Each is compared with what was judged.
An exception undoes everything; so does, after a kill, whoever comes next, until the last branch has moved.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from shunter.adapters.git import copies, journal, moves
from shunter.adapters.git.commit import EverywhereError, announce, commit, stage
from shunter.adapters.git.conflicts import stage_conflicts
from shunter.adapters.git.fresh import Step, build, move_in, quiet
from shunter.adapters.git.journal import Change, Journal
from shunter.adapters.git.prepare import (
    Looked,
    Prepared,
    Survey,
    is_fresh,
    looked_at,
    prepare,
    refusal,
    told,
    without_closing,
)
from shunter.adapters.git.recovery import recover_in, undo_all
from shunter.adapters.git.refusals import FOLLOWED, refuse_other_than
from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.git.settings import Settings, is_tidy, may_have_hooks, settings_around
from shunter.adapters.git.undo import undo, unwritten
from shunter.adapters.git.verify import Judge, verify
from shunter.adapters.system.process import refuse_inside_run
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import Move, RepositoryPlan, Writing
from shunter.model.findings import Outcome, Status


@dataclass(frozen=True, slots=True)
class Applied:
    """One outcome for each plan, in order, and what a person should know."""

    outcomes: tuple[Outcome, ...]
    notices: tuple[str, ...] = ()


def look(
    plans: Sequence[RepositoryPlan],
    writing: Writing,
    *,
    during: bool = False,
    refuse: bool = True,
    home: Path | None = None,
    around: Settings | None = None,
) -> Looked:
    """What plans would do to their repositories as they are.

    A `ShunterError` for what they would be refused for, unless `refuse` is false. With a `home` they are looked at one
    by one, as `apply` does it to those that are `apart`. `around` is given by who is going to write them: what git's
    configuration says outside of repositories.
    """
    return looked_at(plans, home, writing, during=during, refuse=refuse, around=around)


def apply(
    plans: Sequence[RepositoryPlan],
    home: Path,
    writing: Writing | None = None,
    *,
    during: bool = False,
    judge: Judge | None = None,
    read: Mapping[Path, str | None] | None = None,
    on_step: Step = quiet,
    moving: Sequence[Move] = (),
    apart: bool = False,
) -> Applied:
    """Carry out all plans or none, as one commit per repository, in their order.

    With `apart` a repository other than that at `home` is refused alone, for its state, or by a hook: its outcome says
    so, the others go on, and edits that are `closing` are not made. The commit at `home` is the last one then.

    Checkouts that are `moving` do so before the first file is written; a plan's root is where its repository was.

    `home` is the repository whose git directory holds the journal. Every file must be as the plan found it. A plan
    without a head makes a new repository, whose place must be free, or the first commit of one; a plan with conflicts
    leaves files and index as an unfinished merge does. With `during`, repositories in a merge or rebase get files and
    index only. `judge` is asked again where a hook changed what a person shares. `read` are files that the plans follow
    from, in any repository: object ids by path, None for no file. `on_step` hears what has just been done. On any
    exception everything is put back; the exception then goes on.
    """
    writing = writing or Writing()
    refuse_inside_run()
    found = git_dir(home)
    if found is None:
        raise ShunterError(f"{home} is not a git repository", hint="run `git init` there")
    folder = journal.folder_of(found)
    with journal.all_locked(_locks([*(p.root for p in plans), *(m.root for m in moving)], home, folder)):
        recover_in(folder)
        refuse_other_than(read or {})
        for move in moving:
            moves.refuse_move(move)
        around = settings_around(folder.parent)
        looked = look(plans, writing, during=during, home=home if apart else None, around=around)
        busy = [each for each in looked.surveys if each.busy]
        said: tuple[str, ...] = ()
        done: dict[str, Outcome] = {}
        if busy or moving:
            run = _Run(folder, writing, judge, on_step, around, tuple(moving), str(home.absolute()) if apart else "")
            done, said = run.carry_out(busy)
        notices = (*said, *(notice for each in looked.surveys for notice in each.notices), *looked.notices)
        idle = {s.plan.root: Outcome(s.plan.repository, Status.NOOP, "nothing to do") for s in looked.surveys}
        by_root = idle | done | dict(looked.refused)
        return Applied(tuple(by_root[str(Path(plan.root).absolute())] for plan in plans), notices)


def _locks(roots: Sequence[str], home: Path, folder: Path) -> dict[Path, Path]:
    """The folders to lock, each with its repository: home's, and that of every repository to be changed."""
    found = {folder.resolve(): home}
    for root in roots:
        if place := git_dir(Path(root)):
            found.setdefault(journal.folder_of(place).resolve(), Path(root))
    return found


_Told = tuple[Outcome, tuple[str, ...]]
"""What became of a repository, and what a person should know."""


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: where its journal is, and how it is to write; `spent` are seconds by root and phase.

    Where there is a `home`, each other repository may be refused alone. In those `hooked` a commit was begun.
    """

    folder: Path
    writing: Writing
    judge: Judge | None
    on_step: Step
    around: Settings
    moving: tuple[Move, ...] = ()
    home: str = ""
    spent: dict[str, dict[str, float]] = field(default_factory=dict)
    hooked: set[str] = field(default_factory=set)

    def carry_out(self, busy: Sequence[Survey]) -> tuple[dict[str, Outcome], tuple[str, ...]]:
        """Outcomes by root, and notices."""
        parts = [prepare(each, self.writing) for each in busy]
        changes = tuple(part.change for part in parts)
        try:
            self._keep(parts)
            for move in self.moving:
                moves.carry_out(move)
                self.on_step(f"{Path(move.root).name}: moved")
            parts = [self._moved(part) for part in parts]
            for part in parts:
                with self._phase("write", part):
                    self._write(part)
            done = self._commit_all(parts, changes)
            self.on_step("done")
        except BaseException as error:
            notes = (*moves.take_back(self.moving), *undo_all(changes, live=True, hooked=self.hooked))
            journal.clear(self.folder, changes)
            if isinstance(error, ShunterError):
                raise error.noted(*notes or ("everything is as it was",)) from error
            names = ", ".join(change.repository for change in changes)
            error.add_note("\n".join(notes) or f"undone: {names} {'is' if len(changes) == 1 else 'are'} as before")
            raise
        made = [part for part, (outcome, _) in zip(parts, done, strict=True) if outcome.status is not Status.REFUSED]
        kept = copies.set_aside([part.change for part in made])
        copies.put_aside(each for part in made for each in part.plan.aside)
        journal.clear(self.folder, tuple(part.change for part in parts))
        for part in made:
            if not part.change.commits:
                _leave_message(part)
        told = zip(busy, parts, done, strict=True)
        outcomes = {s.plan.root: replace(o, timings=self.spent.get(p.change.root, {})) for s, p, (o, _) in told}
        return outcomes, (*kept, *(notice for _, found in done for notice in found))

    def _commit_all(self, parts: Sequence[Prepared], changes: Sequence[Change]) -> list[_Told]:
        """Outcomes and notices in the order of the parts; `changes` are theirs before the moves."""
        left, done = dict(enumerate(changes)), dict[int, _Told]()
        for place, number in enumerate(sorted(left, key=lambda number: parts[number].change.root == self.home)):
            part = parts[number]
            if len(left) < len(parts) and part.plan.closing:
                part = self._unclosed(part)
                left[number] = replace(left[number], files=part.change.files)
                self._store(left.values())
            try:
                with self._phase("commit", part):
                    done[number] = self._commit(part, (place, len(parts)))
            except ShunterError as error:
                if isinstance(error, EverywhereError) or not self.home:
                    raise
                if part.change.root == self.home:
                    raise error.noted(FOLLOWED) from error
                del left[number]
                notes = undo(part.change, live=True, hooked=True)
                self._store(left.values())
                self.on_step(f"{part.change.repository}: refused")
                done[number] = refusal(part.change.repository, error), (*told(part.change.repository, error), *notes)
        return [done[number] for number in range(len(parts))]

    def _unclosed(self, part: Prepared) -> Prepared:
        """A part that is written, without its edits that say that all is done: these are taken back."""
        files = [file for file in part.change.files if file.path in part.plan.closing]
        unwritten(replace(part.change, files=tuple(files)))
        rest = tuple(file for file in part.change.files if file not in files)
        return replace(part, plan=without_closing(part.plan), change=replace(part.change, files=rest))

    @contextmanager
    def _phase(self, name: str, part: Prepared) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.spent.setdefault(part.change.root, {})[name] = time.perf_counter() - started

    def _moved(self, part: Prepared) -> Prepared:
        """A repository's part where its repository is after the moves."""
        [change] = moves.placed([part.change], self.moving)
        return replace(part, change=change, plan=replace(part.plan, root=change.root))

    def _keep(self, parts: Sequence[Prepared]) -> None:
        changes = tuple(part.change for part in parts)
        if any(change.staging for change in changes):
            journal.store(self.folder, Journal(ready=False, changes=changes, moves=self.moving))
            self.on_step("announced")
        for part in parts:
            if part.change.staging:
                shutil.rmtree(part.change.staging, ignore_errors=True)
                build(part.plan, Path(part.change.staging))
                self.on_step(f"{part.plan.repository}: built")
                continue
            own = _own(part.change)
            journal.tidy(own)
            journal.point(own, self.folder)
            for file in part.change.files:
                if file.copy:
                    copies.keep(Path(part.plan.root), file.path, own / "undo" / file.copy)
        self._store(changes)
        self.on_step("journal")

    def _store(self, changes: Iterable[Change]) -> None:
        journal.store(self.folder, Journal(ready=True, changes=tuple(changes), moves=self.moving))

    def _write(self, part: Prepared) -> None:
        change, root = part.change, Path(part.change.root)
        self.on_step(f"{change.repository}: start")
        if change.staging:
            move_in(Path(change.staging), root)
            self.on_step(f"{change.repository}: moved into place")
            return
        own = _own(change)
        if change.new_branch:
            Repository(root).write("switch", "--quiet", "--create", change.new_branch)
            self.on_step(f"{change.repository}: branch")
        for file in sorted(change.files, key=lambda file: (file.after is not None, file.path)):
            copies.put(root, file, part.after[file.path])
            self.on_step(f"{change.repository}: {file.path}")
        if change.commits:
            announce(root, [file.path for file in change.files if not file.entries and file.after], own)
        else:
            conflicted = set(change.conflicts)
            stage(root, [f.path for f in change.files if f.path not in conflicted and (f.after or f.entries)], own)
            stage_conflicts(root, part.plan.conflicts, change.digest)
        self.on_step(f"{change.repository}: index")

    def _commit(self, part: Prepared, place: tuple[int, int]) -> _Told:
        change, around = part.change, self.around
        if not change.files and not change.staging:  # all that it was to say is that all is done
            undo(change, live=True)
            return Outcome(change.repository, Status.NOOP, "nothing to do"), ()
        if not change.commits:
            return _staged(part), ()
        own = _own(change)
        own.mkdir(exist_ok=True)
        root = Path(change.root)
        tidy = not may_have_hooks(root, around) and is_tidy(root, around)
        self.hooked.add(change.root)
        printed = commit(change, own, self.writing, place, tidy=tidy)
        self.on_step(f"{change.repository}: ref")
        files = f"{len(part.plan.edits)} file{'' if len(part.plan.edits) == 1 else 's'}"
        if printed is None:
            return Outcome(change.repository, Status.DONE, files), ()
        said = tuple(f"{change.repository}: {line}" for line in printed)
        made, notices = verify(part, own, self.judge, around)
        self.on_step(f"{change.repository}: verified")
        detail = f"{len(made.paths)} file{'' if len(made.paths) == 1 else 's'}, commit {made.commit[:8]}"
        outcome = Outcome(change.repository, Status.DONE, detail, paths=tuple(sorted(made.paths)), commit=made.commit)
        return outcome, (*said, *notices)


def _own(change: Change) -> Path:
    found = git_dir(Path(change.root))
    if found is None:
        raise ShunterError(f"{change.root} is not a git repository any more", hint="run the command again")
    return journal.folder_of(found)


def _staged(part: Prepared) -> Outcome:
    change = part.change
    if change.conflicts:
        return Outcome(change.repository, Status.CONFLICT, "resolve and commit: " + ", ".join(change.conflicts))
    paths = change.paths()
    return Outcome(change.repository, Status.DONE, f"{len(paths)} files staged, not committed", paths=paths)


def _leave_message(part: Prepared) -> None:
    own = _own(part.change)
    own.mkdir(exist_ok=True)
    (own / "message").write_text(part.change.message.rstrip("\n") + "\n", "utf-8", "surrogateescape")
    (own / journal.WAITING).write_bytes(b"".join(os.fsencode(path) + b"\0" for path in part.change.paths()))


__all__ = ["Applied", "apply", "is_fresh", "look"]
