"""From a plan to a journal entry: what git says of the repository, what stands against it, what the commit will hold.

Nothing here touches a work tree, an index or a branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shunter.adapters.git import refusals
from shunter.adapters.git.checkout import as_checked_out
from shunter.adapters.git.conflicts import conflict_state
from shunter.adapters.git.copies import stored
from shunter.adapters.git.fresh import refuse_taken, staging_of
from shunter.adapters.git.journal import Change, FileChange
from shunter.adapters.git.repository import git_dir
from shunter.adapters.git.settings import Settings
from shunter.adapters.git.state import RepositoryState, read_repository
from shunter.adapters.system.files import path_below, read_state
from shunter.adapters.system.threads import at_once, mapped
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, RepositoryPlan, Writing
from shunter.model.findings import Outcome, Status

_THREADS = 4


@dataclass(frozen=True, slots=True)
class Survey:
    """A plan, its repository as it is now (None: it is new), and the person's staged files that travel along.

    Edits that git would not see are no longer in the plan, nor are those that would delete what it does not track:
    these paths are `left`. `after` are the files as they are to be on disk.
    """

    plan: RepositoryPlan
    state: RepositoryState | None
    disk: Mapping[str, FileState | None]
    travels: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    after: Mapping[str, FileState | None] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.plan.edits or self.plan.conflicts or self.state is None)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know about files that stay, and about their own changes that go into the commit."""
        staged = [edit.path for edit in self.plan.edits if edit.shared and self._staged(edit.path)]
        return (
            *(f"{self.plan.repository}: {path} is not tracked by git, and stays" for path in self.left),
            *(
                f"{self.plan.repository}: {path} has staged changes of yours: they are committed with it"
                for path in staged
            ),
        )

    def _staged(self, path: str) -> bool:
        return self.state is not None and self.state.of(path).staged not in ".U"

    @property
    def paths(self) -> tuple[str, ...]:
        """What the commit will hold, sorted."""
        held = (
            e.path for e in self.plan.edits if self.state is None or not self.state.commits_nothing(e.path, e.after)
        )
        return tuple(sorted({*self.travels, *held}))


def is_fresh(plan: RepositoryPlan) -> bool:
    """Whether a plan makes a new repository, rather than changing one, be it one without a commit."""
    return plan.head is None and git_dir(Path(plan.root)) is None


def survey(
    plan: RepositoryPlan, writing: Writing, *, during: bool, refuse: bool = True, around: Settings | None = None
) -> Survey:
    """Look at a plan's repository, and refuse what would lose or commit what a person did not ask for.

    With `during`, a merge or rebase in progress is no reason to refuse; without `refuse` nothing is. `around` is given
    where the plan is to be written.
    """
    root = Path(plan.root)
    if is_fresh(plan):
        refuse_taken(root)
        return Survey(plan, None, {}, after=_wanted(plan))
    named = [*(e.path for e in plan.edits), *(c.path for c in plan.conflicts)]
    refusals.refuse_twice(plan, named)
    named += [item.path for item in plan.inputs if item.path not in named]
    disk = {path: read_state(path_below(root, path), path) for path in named}
    state = read_repository(root, [*named, *refusals.folders_above(named)])
    if refuse:
        refusals.refuse_moved(plan, state, {path: now.object_id() if now else None for path, now in disk.items()})
    left = tuple(edit.path for edit in plan.edits if edit.after is None and not state.of(edit.path).entries)
    seen = (e for e in plan.edits if e.path not in left and not state.holds(e.path, disk[e.path], e.after))
    plan = replace(plan, edits=tuple(seen))
    if not refuse or (not plan.edits and not plan.conflicts):
        return Survey(plan, state, disk, left=left)
    ready = _ready(plan, state, writing, during=during)
    after: Mapping[str, FileState | None] = _wanted(plan)
    after = as_checked_out(state, after, around) if around else after
    return Survey(plan, state, disk, ready, left, after)


def _wanted(plan: RepositoryPlan) -> dict[str, FileState | None]:
    """Every file that a plan writes or deletes."""
    edits = {edit.path: edit.after for edit in plan.edits}
    return edits | {conflict.path: conflict_state(conflict) for conflict in plan.conflicts}


def _ready(plan: RepositoryPlan, state: RepositoryState, writing: Writing, *, during: bool) -> tuple[str, ...]:
    """The person's staged files that travel with a plan that nothing stands against."""
    commits = writing.commit and not plan.conflicts
    refusals.refuse_inside(state, [edit.path for edit in plan.edits if edit.after is not None])
    refusals.refuse_unready(state, commits=commits and not writing.detached, during=during, branch=writing.branch)
    refusals.refuse_waiting(state)
    if writing.branch not in ("", state.branch):
        refusals.refuse_branch(state, writing.branch)
    for edit in plan.edits:
        refusals.refuse_edit(state, edit, during=during)
    for conflict in plan.conflicts:
        refusals.refuse_conflict(state, conflict.path)
    edited = {edit.path for edit in plan.edits}
    # A path that is resolved by this very plan, in a merge, depends on nobody.
    asked = [i for i in plan.inputs if not (during and i.path in edited and state.of(i.path).conflicted)]
    return tuple(i.path for i in asked if refusals.travels(state, i.path, i.before) and i.path not in edited)


def _in_a_merge(plan: RepositoryPlan, state: RepositoryState) -> bool:
    """Whether the commit is the person's to make: what is written is a part of their merge."""
    return bool(state.operation) or any(state.of(edit.path).conflicted for edit in plan.edits)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One repository's part in a run: its plan, its entry in the journal, and every file as it is to be.

    It is `plain` where nobody has staged anything at these paths: the index entries in the journal are those of HEAD.
    """

    plan: RepositoryPlan
    change: Change
    after: Mapping[str, FileState | None]
    plain: bool = True


def prepare(found: Survey, writing: Writing) -> Prepared:
    """The journal entry of a plan that nothing stands against."""
    plan, state = found.plan, found.state
    named = {*(edit.path for edit in plan.edits), *(conflict.path for conflict in plan.conflicts)}
    after = {path: each for path, each in found.after.items() if path in named}
    change = Change(plan.repository, plan.root, plan.head, message=plan.message, commits=writing.commit)
    if state is None:
        files = tuple(FileChange(path, None, stored(new), shared=True) for path, new in sorted(after.items()))
        change = replace(change, branch=plan.branch, staging=str(staging_of(Path(plan.root))), files=files)
        return Prepared(plan, change, after)
    shared = {edit.path for edit in plan.edits if edit.shared} | {conflict.path for conflict in plan.conflicts}
    files = tuple(
        FileChange(
            path,
            stored(found.disk[path]),
            stored(new),
            path in shared,
            str(number) if found.disk[path] else "",
            state.of(path).entries,
            stay=path not in shared and found.disk[path] is not None and state.of(path).is_touched,
        )
        for number, (path, new) in enumerate(sorted(after.items()))
    )
    change = replace(
        change,
        branch=state.branch,
        new_branch=writing.branch if writing.branch != state.branch else "",
        commits=writing.commit and not plan.conflicts and not _in_a_merge(plan, state),
        digest=state.digest,
        files=files,
        travels=found.travels,
        conflicts=tuple(conflict.path for conflict in plan.conflicts),
    )
    known = [state.of(path) for path in after]
    plain = not found.travels and all(each.staged == "." and each.unstaged != "A" for each in known)
    return Prepared(plan, change, {**after, **{path: found.disk[path] for path in found.travels}}, plain)


@dataclass(frozen=True, slots=True)
class Looked:
    """What plans do to their repositories, in their order; and by root, absolute, those that are refused alone."""

    surveys: tuple[Survey, ...]
    refused: Mapping[str, Outcome] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def looked_at(
    plans: Sequence[RepositoryPlan],
    home: Path | None,
    writing: Writing,
    *,
    during: bool,
    refuse: bool,
    around: Settings | None = None,
) -> Looked:
    """See `apply.look`: with a `home`, what is refused elsewhere is refused alone."""
    plans = [replace(plan, root=str(Path(plan.root).absolute())) for plan in plans]

    def look(plan: RepositoryPlan) -> Survey:
        if plan.refused:
            raise ShunterError(plan.refused)
        return survey(plan, writing, during=during, refuse=refuse, around=around)

    if home is None:
        return Looked(tuple(mapped(look, plans, _THREADS)))
    found = dict(zip((plan.root for plan in plans), at_once(look, plans), strict=True))
    errors = {root: each for root, each in found.items() if isinstance(each, ShunterError)}
    if (own := errors.get(str(home.absolute()))) is not None:
        raise own.noted(refusals.FOLLOWED)
    names = {plan.root: plan.repository for plan in plans}
    surveys = [each for each in found.values() if isinstance(each, Survey)]
    if errors:
        surveys = [replace(each, plan=without_closing(each.plan)) for each in surveys]
    refused = {root: refusal(names[root], error) for root, error in errors.items()}
    notices = tuple(line for root, error in errors.items() for line in told(names[root], error))
    return Looked(tuple(surveys), refused, notices)


def without_closing(plan: RepositoryPlan) -> RepositoryPlan:
    """A plan without the edits that say that all is done."""
    return replace(plan, edits=tuple(edit for edit in plan.edits if edit.path not in plan.closing))


def refusal(repository: str, error: ShunterError) -> Outcome:
    """What became of a repository that is refused: why, and what to do about it, in one line."""
    return Outcome(repository, Status.REFUSED, "; ".join(error.on_one_line.splitlines()))


def told(repository: str, error: ShunterError) -> Iterator[str]:
    """What else is to be read of a refusal, such as the words of a hook, each line with its repository."""
    return (f"{repository}: {line}" for line in error.notes)
