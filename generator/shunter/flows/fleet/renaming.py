"""A rename as reconcile carries it out: which folders move, and what changes in files that no template owns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from shunter.adapters.git.repository import PlannedRepository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.adapters.templates.held import as_held, is_converted
from shunter.core.goyaml.document import read
from shunter.core.trains.entry import Why, advance, path_of, render_entry
from shunter.core.trains.state import Base, State, cars_hash, render_state
from shunter.core.values.sops import is_sops_file
from shunter.core.workspace.model import Project, RepositorySpec
from shunter.core.workspace.rename import OVERRIDE, Rename, renamed_values, with_key
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Move

Changes = dict[str, FileState | None]
VALUES = "values.yaml"


@dataclass(frozen=True, slots=True)
class Renaming:
    """A rename in the workspace at `root`. `keep` says that objects of the renamed service are to keep their names."""

    rename: Rename
    root: Path
    archives: Archives
    keep: bool

    def place(self, spec: RepositorySpec) -> Path:
        """Where a repository is now."""
        former = self.rename.former_repository(spec)
        return self.root / (former.folder if former else spec.folder)

    def moves(self, specs: tuple[RepositorySpec, ...]) -> tuple[Move, ...]:
        """The checkouts whose name changes."""
        pairs = ((self.place(spec), self.root / spec.folder) for spec in specs)
        return tuple(Move(str(was), str(now)) for was, now in pairs if was != now and is_checkout(was))

    def moved(self, repository: PlannedRepository, spec: RepositorySpec) -> Changes:
        """The renamed projects' tracked files at their new paths. Raises ShunterError where a person's work is open."""
        changes: Changes = {}
        for project in spec.projects:
            if self.rename.concerns(project):
                changes |= self._moved(repository, self.rename.former(project).path, project.path)
        return changes

    def _moved(self, repository: PlannedRepository, was: str, now: str) -> Changes:
        disk, tracked = DiskTree(repository.root), repository.tracked(was)
        changed = [path for path in repository.changed(was) if path in tracked or disk.get(path) is None]
        if changed:
            command = f"git -C {repository.root} commit {changed[0]}"
            raise ShunterError(f"{changed[0]} is to be moved, and is not as it was committed", hint=command)
        if taken := disk.paths(now):
            raise ShunterError(f"{taken[0]} is in the way of the new name", hint="move it away first")
        here = {path: state for path in tracked if (state := disk.get(path)) is not None}
        here |= as_held(repository.root, {p: (None, state) for p, state in here.items() if is_converted(state)})
        return dict.fromkeys(tracked) | {now + path[len(was) :]: state for path, state in here.items()}

    def left(self, spec: RepositorySpec) -> Iterator[str]:
        """A line for each folder of a renamed project that keeps files which git does not track."""
        root = self.place(spec)
        for project in (project for project in spec.projects if self.rename.concerns(project)):
            was = self.rename.former(project).path
            tracked = set(PlannedRepository(root).tracked(was)) if is_checkout(root) else set()
            others = [path for path in DiskTree(root).paths(was) if path not in tracked] if tracked else []
            if others:
                count = f"{len(others)} file{'' if len(others) == 1 else 's'}"
                shown = f"{(self.root / spec.folder).name}/{was}" if spec.folder != "." else was
                yield f"{shown} keeps {count} that git does not track, such as {others[0][len(was) + 1 :]}"

    def with_package(
        self,
        moved: Mapping[str, FileState | None],
        project: Project,
        old: Mapping[str, FileState],
        new: Mapping[str, FileState],
    ) -> tuple[Changes, dict[str, FileState]]:
        """Moved files and the old render with a service's Python package called as the new render calls it.

        It is named after the service, and whoever imports it must follow.
        """
        was, now = _package(old), _package(new)
        prefix = f"{project.path}/"
        if not was or not now or was == now:
            return dict(moved), dict(old)

        def called(path: str, state: FileState) -> tuple[str, FileState]:
            place = f"src/{now}{path[len(f'src/{was}') :]}" if path.startswith(f"src/{was}/") else path
            return place, _with_word(state, was, now)

        base = dict(called(path, state) for path, state in old.items())
        changes: Changes = {}
        for path, state in moved.items():
            if state is None or not path.startswith(prefix):
                changes[path] = state
            else:
                place, text = called(path[len(prefix) :], state)
                changes[prefix + place] = text
        return changes, base

    def rewritten(self, files: ProjectFiles, project: Project) -> Changes:
        """What changes in a project's files besides its place and its template."""
        if self.rename.kind == "environment":
            return {}
        if project.kind == "environment":
            return self._environment(files)
        return self._app(files) if project.kind == "app" and self.rename.concerns(project) else {}

    def _environment(self, files: ProjectFiles) -> Changes:
        old, new = self.rename.old, self.rename.new
        states = {name: state for name in files.values_files if (state := files.tree.get(name)) is not None}
        texts = {name: state.data for name, state in states.items()}
        # Only where there is a file: an environment without any has nothing that a name could stand in.
        keep = self.keep and bool(texts) and not self._has_override(files)
        changed = renamed_values(texts, old, new, keep=keep, is_sops_file=is_sops_file)
        found: Changes = {name: replace(states[name], data=data) for name, data in changed.items()}
        record = files.record
        if record is not None and old in record.cars:
            found |= self._recorded(record)
        return found

    def _recorded(self, record: State) -> Changes:
        """The record with the car under its new name, and the entry that says so."""
        old, new = self.rename.old, self.rename.new
        cars = {new if alias == old else alias: car for alias, car in record.cars.items()}
        whole = cars_hash({alias: car.pin for alias, car in cars.items()})
        base = Base(record.train, whole) if record.train else record.base
        state, entry = advance(record, cars, base, Why("rename", generated_now(), text=f"{old} is called {new}"))
        found: Changes = {RECORD_FILE: FileState(render_state(state))}
        return found | ({path_of(entry.name): FileState(render_entry(entry))} if entry else {})

    def _has_override(self, files: ProjectFiles) -> bool:
        """Whether the chart that an environment pins sets its name itself, since it was renamed before."""
        pin = files.record.pins.get(self.rename.old) if files.record else None
        if pin is None or not self.archives.has(pin.name, pin.version):
            return False
        state = self.archives.fetch(pin.name, pin.version).files.get(VALUES)
        return state is not None and OVERRIDE in (read(state.data, VALUES).value or {})

    def _app(self, files: ProjectFiles) -> Changes:
        state = files.tree.get(VALUES)
        if state is None or not self.keep or OVERRIDE in (read(state.data, VALUES).value or {}):
            return {}
        return {VALUES: replace(state, data=with_key(state.data, (OVERRIDE,), self.rename.old))}


def _package(files: Mapping[str, FileState]) -> str:
    found = (re.fullmatch(r"src/([^/]+)/__init__\.py", path) for path in files)
    return next((match[1] for match in found if match), "")


def _with_word(state: FileState, old: str, new: str) -> FileState:
    """A text with one identifier replaced; other bytes stay as they are."""
    if state.mode == "120000" or b"\0" in state.data:
        return state
    return replace(state, data=re.sub(rb"\b%b\b" % old.encode(), new.encode(), state.data))
