"""The test of a template set: projects of every case go from every release to every later one, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shunter.adapters.git.repository import require_git
from shunter.adapters.templates.render import RenderRequest, render_many
from shunter.adapters.templates.sets import TemplateSet, template_set, tried
from shunter.adapters.templates.written_once import matcher
from shunter.core.charts.versions import newest_first, parse
from shunter.core.goyaml.document import read
from shunter.core.workspace.answers import as_copier
from shunter.core.workspace.cases import FILE as CASES_FILE
from shunter.core.workspace.cases import Case, read_cases, updates
from shunter.core.workspace.migrate import migrate
from shunter.core.workspace.migrations import FILE as MIGRATIONS_FILE
from shunter.core.workspace.migrations import (
    Migration,
    Renamed,
    by_answers,
    migrated_answers,
    read_migrations,
    steps_between,
)
from shunter.core.workspace.trial import (
    ANSWERS_FILE,
    Edited,
    Files,
    Updated,
    conflicting,
    differences,
    edited,
    expected,
    losses,
    unmarked,
)
from shunter.flows.workspace.own_files import schema_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree
from shunter.model.findings import Outcome, Report, Status

_SOURCE: Final = "https://templates.invalid/tested.git"
_MOST: Final = 5
"""Problems of one update that are told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class _Update:
    """One update of a project: its last render as the new release calls files, the new render, and the migrations.

    `once` are patterns of the files that are written once; `as_copier`: see `try_templates`.
    """

    base: Files
    new: Files
    once: tuple[str, ...]
    steps: Sequence[Migration]
    as_copier: bool

    def of(self, ours: Files) -> Updated:
        """What becomes of a project with these files."""
        ours = _carried(self.steps, ours)
        return Updated(*tried(ours, self.base, self.new, self.once, as_copier=self.as_copier))


def try_templates(folder: Path, *, as_copier: bool = False) -> Report:
    """Update a project of every case from every release of the set in `folder` to every later one.

    What the folder has and no release has is the release to come. Each project is tried clean, edited, and edited where
    the template changes too. An update that loses something is refused, and so is a renamed file that no case has.
    With `as_copier` updates merge as `copier update` does it: no migration is followed. A first release alone passes.
    """
    require_git()
    with template_set(folder) as found:
        releases = _releases(found)
        cases = _cases(found)
        moved: set[Renamed] = set()
        outcomes = [
            _outcome(found, case, (releases[0], old, new), None if as_copier else moved)
            for case in cases
            for old, new in updates(case, releases)
        ]
        kinds = [] if as_copier else _kinds(cases)
        steps = [step for kind in kinds for step in _steps(found, kind, releases[0], releases[-1])]
        first = f"v{releases[0]}" in found.tags
    if not outcomes and len(releases) == 1 and first:
        return Report(
            notices=(f"{releases[0]} is the first release, and nothing has changed since: there is no update yet",)
        )
    if not outcomes:
        raise ShunterError("there is no update to test", hint="a template set needs two releases, or one and changes")
    bad = sum(outcome.status is not Status.DONE for outcome in outcomes)
    said = f"{len(cases)} cases, {len(releases)} releases, {len(outcomes)} updates: "
    outcomes += _unknown(steps, moved)
    return Report(outcomes=tuple(outcomes), notices=(said + (f"{bad} lose something" if bad else "nothing is lost"),))


def _kinds(cases: Sequence[Case]) -> list[str]:
    return list(dict.fromkeys(_kind(case) for case in cases))


def _kind(case: Case) -> str:
    return str(case.answers.get("kind", ""))


def _unknown(steps: Sequence[Migration], moved: set[Renamed]) -> Iterator[Outcome]:
    """Files that a migration renames, and that no project has: their names are wrong, or a case is missing."""
    wrong = dict.fromkeys((step.release, each) for step in steps for each in step.files if each not in moved)
    for release, renamed in wrong:
        yield Outcome(f"migrations of {release}", Status.REFUSED, f"no case has {renamed.source}")


def _releases(found: TemplateSet) -> list[str]:
    """The releases, the oldest first; what the folder has comes last."""
    known = [release for tag in found.tags if parse(release := tag.removeprefix("v"))]
    releases = newest_first(known)[::-1]
    if not releases or not found.holds(releases[-1]):
        coming = _coming(found, releases)
        found.add(coming)
        releases.append(coming)
    return releases


def _coming(found: TemplateSet, releases: Sequence[str]) -> str:
    """The version of what the folder has: the newest that its migrations name, or the one after the last release."""
    state = found.files.get(MIGRATIONS_FILE)
    named = [each.release for each in _migrations(state.data if state else None)]
    last = parse(releases[-1]) if releases else None
    newest = newest_first(named)[0] if named else ""
    if (version := parse(newest)) is not None and (last is None or version > last):
        return newest
    return f"{last.major}.{last.minor}.{last.patch + 1}" if last is not None else "0.1.0"


def _cases(found: TemplateSet) -> tuple[Case, ...]:
    state = found.files.get(CASES_FILE)
    return read_cases(state.data, CASES_FILE, schema_of("cases")) if state else (Case("defaults"),)


def _migrations(data: bytes | None) -> tuple[Migration, ...]:
    return read_migrations(data, MIGRATIONS_FILE, schema_of("migrations")) if data is not None else ()


def _steps(found: TemplateSet, kind: str, old: str, new: str) -> list[Migration]:
    """The migrations of a kind of project, by the file of the release that it goes to."""
    return steps_between(_migrations(found.file(new, MIGRATIONS_FILE)), kind, old, new)


def _outcome(found: TemplateSet, case: Case, releases: tuple[str, str, str], moved: set[Renamed] | None) -> Outcome:
    """An update from the second to the third of the releases; `case` has its answers as the first one calls them.

    Without `moved` it merges as Copier does it.
    """
    first, old, new = case.since or releases[0], *releases[1:]
    answers = migrated_answers(_steps(found, _kind(case), first, old), case.answers)
    steps = _steps(found, _kind(case), old, new) if moved is not None else []
    try:
        problems = list(_problems(found.bare, answers, (old, new), steps, moved))
    except ShunterError as error:
        problems = [f"{error.message}{''.join(f'; {note}' for note in error.notes[:1])}"]
    unit = f"{case.name} {old} to {new}"
    if not problems:
        return Outcome(unit, Status.DONE, "clean, edited, conflicting")
    more = len(problems) - _MOST
    told = [*problems[:_MOST], *([f"and {more} more"] if more > 0 else [])]
    return Outcome(unit, Status.REFUSED, "\n          ".join(told))


def _problems(
    bare: Path,
    answers: Mapping[str, Any],
    releases: tuple[str, str],
    steps: Sequence[Migration],
    moved: set[Renamed] | None,
) -> Iterator[str]:
    """What an update loses; the files that its migrations find are added to `moved`, if there are such."""
    old, _, was = _rendered(bare, releases[0], answers)
    new, patterns, now = _rendered(bare, releases[1], migrated_answers(steps, _recorded(old, answers)))
    steps = [*steps, *(by_answers(releases[1], was, now) if moved is not None else ())]
    update = _Update(_carried(steps, old), new, patterns, steps, moved is None)
    once = matcher(patterns)
    carried = migrate(steps, MemoryTree(old), old)
    if moved is not None:
        moved |= {each for step in steps for each in step.files if any(map(each.concerns, carried.changes))}
    yield from (f"clean: {each.message}" for each in carried.findings)
    yield from differences(expected(update.base, new, once), update.of(old).files)
    for asked in (edited(old), conflicting(old, _called_as(steps, old, new))):
        found = update.of(asked.files)
        yield from losses(_known(asked, once), found)
        yield from unmarked(found)


def _rendered(bare: Path, release: str, answers: Mapping[str, Any]) -> tuple[Files, tuple[str, ...], Mapping[str, str]]:
    """A project's files, patterns of those that are written once, and the templates of files by their path."""
    request = RenderRequest.of(_SOURCE, release, answers, bare, "update")
    found = render_many([request])
    return found.files[request], found.once[request], found.places[request]


def _called_as(steps: Sequence[Migration], old: Files, new: Files) -> Files:
    """The new render by the paths that the old one has."""
    moved = {path: path for path in old}
    for step in steps:
        for renamed in step.files:
            for path, now in moved.items():
                if renamed.concerns(now):
                    moved[path] = renamed.target + now[len(renamed.source) :]
    return {path: new[now] for path, now in moved.items() if now in new}


def _known(asked: Edited, once: Callable[[str], bool]) -> Edited:
    """Edits without what the template changes in files that are written once: it does not reach a project."""
    template = {path: lines for path, lines in asked.template.items() if not once(path)}
    return Edited(asked.files, asked.marks, template)


def _carried(steps: Sequence[Migration], files: Files) -> Files:
    changes = migrate(steps, MemoryTree(files), files).changes
    return {path: state for path, state in {**files, **changes}.items() if state is not None}


def _recorded(files: Files, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a project's answers file records."""
    state = files.get(ANSWERS_FILE)
    value = as_copier(read(state.data, ANSWERS_FILE)).value if state else None
    return {key: item for key, item in (value or answers).items() if not key.startswith("_")}
