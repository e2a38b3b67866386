"""What a person's merge left of files that shunter derives: resolved where that is certain, else named as a choice."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shunter.adapters.git.repository import Repository
from shunter.adapters.git.stages import Merge, Sides
from shunter.adapters.helm.registry import INDEX, DirectoryRegistry
from shunter.core.trains.entry import Entry, Why
from shunter.core.trains.file import FOLDER, render_train
from shunter.core.trains.history import state_at
from shunter.core.trains.merge import Disputed, merge
from shunter.core.trains.state import State
from shunter.flows.packaging.derive import Changes
from shunter.flows.packaging.recorded import Found, found_in, unfollowed
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.own_files import train_from
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Span

OURS, THEIRS = "ours", "theirs"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose: the side of each car by alias, and what decides where record and Chart.yaml differ.

    `follow` is `record`, `chart`, or empty: neither.
    """

    sides: Mapping[str, str] = field(default_factory=dict)
    follow: str = ""


def choice_of(ours: Sequence[str], theirs: Sequence[str], follow: str = "") -> Choice:
    """The choice of these cars. Raises ShunterError where one is in both lists."""
    if twice := sorted(set(ours) & set(theirs)):
        raise ShunterError(f"`{twice[0]}` is named with --ours and with --theirs", hint="name it with one of them")
    return Choice(dict.fromkeys(ours, OURS) | dict.fromkeys(theirs, THEIRS), follow)


@dataclass(frozen=True)
class Merges:
    """What is in progress in each repository, asked once."""

    found: dict[Path, Merge] = field(default_factory=dict)

    def at(self, root: Path) -> Merge:
        """What is in progress in the repository at `root`."""
        return self.found.setdefault(root, Merge(root))


def sides_of(merge: Merge, site: Site, files: ProjectFiles) -> tuple[Found, ...]:
    """The record of an environment as each side of a merge has it, ours first; none where it has no conflict."""
    path = merge.below(site.folder).get(RECORD_FILE)
    if path is None:
        return ()
    both = _both(merge.sides(path), f"{files.label}/{RECORD_FILE}", merge.root, path)
    ours, theirs = (found_in(files, state.data) for state in both)
    return replace(ours, entries={**theirs.entries, **ours.entries}, new=_once((*ours.new, *theirs.new))), theirs


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({entry.name: entry for entry in entries}.values())


def others_in(found: Found) -> tuple[State, ...]:
    """What ran at the entries that the record does not contain, where a merge was committed without `lock`."""
    if found.state.entry not in found.entries:
        return ()
    return tuple(state_at(found.entries, found.state, name) for name in unfollowed(found))


def united(found: Found, others: Sequence[State], choice: Choice, site: Site, operation: str, why: Why) -> Found:
    """The record that contains these others as well. Raises ShunterError where both changed a car, and nobody chose."""
    for other in others:
        heads = {OURS: found.state.entry, THEIRS: other.entry}
        chosen = {alias: heads[side] for alias, side in choice.sides.items()}
        if choice.follow == "record":
            chosen = dict.fromkeys({*found.state.cars, *other.cars}, found.state.entry) | chosen
        merged = merge(found.entries, found.state, other, why, chosen)
        if merged.disputed:
            raise _asks(site.name, merged.disputed, f"{site.folder}/{RECORD_FILE}", operation)
        found = found.after(merged.state, merged.entry)
    return found


def _both(sides: Sides, place: str, root: Path, path: str) -> tuple[FileState, FileState]:
    if sides.ours is None or sides.theirs is None:
        raise ShunterError(
            f"{place} was removed on one side of the merge, and changed on the other",
            hint=f"keep it: {_git(root, 'add', path)}\nor remove it: {_git(root, 'rm', path)}",
        )
    return sides.ours, sides.theirs


def _asks(environment: str, disputed: Sequence[Disputed], place: str, operation: str) -> ShunterError:
    names = ",".join(each.alias for each in disputed)
    notes = [f"{each.alias}: ours {_version(each, OURS)}, theirs {_version(each, THEIRS)}" for each in disputed]
    if operation == "rebase":
        notes.append("in a rebase, ours is the branch that you rebase onto")
    return ShunterError(
        f"both sides of the merge changed {names.replace(',', ', ')} in {environment}",
        hint=f"shunter lock {environment} --ours {names}\nor --theirs, or some of each",
        span=Span(place),
        notes=tuple(notes),
    )


def _version(disputed: Disputed, side: str) -> str:
    car = disputed.ours if side == OURS else disputed.theirs
    return car.pin.version if car else "removed"


def merged_trains(context: Context, merge: Merge) -> Changes:
    """Trains that both sides cut with the same cars, at the earlier time. Other ones are a person's to resolve."""
    changes: Changes = {}
    for path in merge.unmerged:
        if not path.startswith(f"{FOLDER}/") or not path.endswith(".yaml"):
            continue
        ours, theirs = (train_from(state.data, path) for state in _both(merge.sides(path), path, merge.root, path))
        if replace(ours, cut="") != replace(theirs, cut=""):
            raise ShunterError(
                f"both sides of the merge cut train {ours.version}, with other charts",
                hint=f"keep one: git -C {shlex.quote(str(merge.root))} checkout --ours {path} (or --theirs), "
                f"git add it, and cut the other one as another version",
                span=Span(path),
            )
        changes[path] = FileState(render_train(replace(ours, cut=min(ours.cut, theirs.cut))))
    return changes


def listed_again(context: Context, merge: Merge) -> Changes:
    """The registry's index.yaml, made from its archives where one is not listed or a merge has left it in conflict."""
    directory = context.registries().directory
    registry = DirectoryRegistry(context.root / directory)
    taken = [path for path in merge.unmerged if path.startswith(f"{directory}/") and path.endswith(".tgz")]
    if taken:
        raise ShunterError(
            f"both sides of the merge published {taken[0].rpartition('/')[2]}, with other content",
            hint=f"keep one: git -C {shlex.quote(str(merge.root))} checkout --ours {taken[0]} (or --theirs), "
            "git add it, and package the other one as another version",
            span=Span(taken[0]),
        )
    files = registry.unlisted()
    if not files:
        return {}
    tracked = set(Repository(context.root).tracked(directory))
    files = tuple(file for file in files if f"{directory}/{file}" in tracked)
    return {f"{directory}/{INDEX}": registry.listing(files)} if files else {}


def archives_with(context: Context, own: Changes) -> Archives:
    """The context's archives, with the index among the changes `own` in the place of the one on disk."""
    archives = open_archives(context)
    index = own.get(f"{context.registries().directory}/{INDEX}")
    return replace(archives, directory=replace(archives.directory, pending={INDEX: index})) if index else archives


def next_step(merges: Merges, resolved: Mapping[Path, Sequence[str]]) -> tuple[str, tuple[str, ...]]:
    """How the person ends each merge, and notices of conflicts that are left to them."""
    steps, notices = [], []
    for root, paths in resolved.items():
        merge = merges.at(root)
        left = sorted(set(merge.unmerged) - set(paths))
        notices += [f"{path} in {root.name} has a conflict that is yours to resolve" for path in left]
        if merge.operation and merge.operation != "bisect" and not left:
            steps.append(f"git -C {shlex.quote(str(root))} {merge.operation} --continue")
    return "\n".join(steps), tuple(notices)


def _git(root: Path, command: str, path: str) -> str:
    return f"git -C {shlex.quote(str(root))} {command} {shlex.quote(path)}"
