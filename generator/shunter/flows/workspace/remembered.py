"""Answers about a workspace's projects that need not be made again, and what each of them depends on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from posixpath import join, normpath
from typing import TYPE_CHECKING

from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import ANSWERS_FILE, RECORD_FILE, files_of
from shunter.model.data import dataclass
from shunter.model.findings import Finding

if TYPE_CHECKING:  # the commit hook passes here
    from typing import Any

    from shunter.adapters.verdicts.contents import Places
    from shunter.adapters.verdicts.memory import Memory, Part

Judged = tuple[Iterable[Finding], bool]
"""Findings, and whether they follow from the places of their part alone."""
_TRAINS = "trains"


@dataclass(frozen=True, eq=False)
class Remembered:
    """What is known of a workspace's projects from earlier runs; without a `memory`, nothing is.

    A part of an environment has its folder, its values files, which may be shared with others, and the trains.
    """

    context: Context
    memory: Memory | None = None

    def site(self, question: str, site: Site, *also: str) -> Part:
        """The part that asks something about a project, which may depend on `also`, paths from the workspace."""
        folder = self.folder(site)
        groups: list[Places] = [(folder,)]
        if site.kind == "environment":
            groups += [self.values(site), (_TRAINS,)]
        return f"{question} {folder}", (*groups, *((place,) for place in also))

    def all(self, question: str) -> Part:
        """The part that asks something about all projects beside each other: environments, trains, answers."""
        sites = self.context.sites(missing_ok=True)
        environments = [site for site in sites if site.kind == "environment"]
        roots = dict.fromkeys(self._place(site.root, ".git") for site in sites)
        answers = (self._place(site.path, ANSWERS_FILE) for site in sites)
        values = dict.fromkeys(place for site in environments for place in self.values(site))
        folders = tuple((self.folder(site),) for site in environments)
        return question, (*folders, (_TRAINS,), (self.registry,), tuple(values), (*roots, *answers))

    def awaited(self) -> Part:
        """The part that asks which services environments have values for and do not pin."""
        sites = self.context.sites("environment", missing_ok=True)
        files = (self._place(site.path, name) for site in sites for name in (ANSWERS_FILE, RECORD_FILE))
        values = (place for site in sites for place in self.values(site))
        return "awaited", (tuple(dict.fromkeys((*files, *values))),)

    def folder(self, site: Site) -> str:
        """A project's folder as a path from the workspace."""
        return self._place(site.path, "")

    @property
    def registry(self) -> str:
        """The folder of the workspace's registry, as a path from the workspace."""
        return normpath(self.context.registries().directory)

    def values(self, site: Site) -> Places:
        """The values files of an environment, and those of the workspace that it has copies of."""
        assert self.context.workspace is not None
        planned = self.context.workspace.environment(site.name)
        folders = dict.fromkeys((self.folder(site), site.folder))
        return tuple(normpath(join(folder, name)) for folder in folders for name in (planned.values if planned else ()))

    def _place(self, folder: Path, name: str) -> str:
        return normpath(join(os.path.relpath(folder, self.context.root), name))

    def knows_values(self, site: Site) -> bool:
        """Whether a project's values files are where shunter.yaml says: its answers may name others."""
        if site.kind != "environment" or self.context.workspace is None:
            return True
        known, folder = {*self.values(site)}, self.folder(site)
        return all(normpath(join(folder, name)) in known for name in files_of(self.context, site).values_files)

    def answer(self, part: Part, make: Callable[[], tuple[Any, bool]]) -> Any:
        """The answer of a part: that of an earlier run, or else what `make` gives.

        That is kept if it follows from the places of the part alone, as `make` says besides. It is not None.
        """
        known = self.memory.find(part) if self.memory else None
        if known is not None:
            return known
        made, complete = make()
        if self.memory and complete:
            self.memory.keep(part, made)
        return made

    def clean(
        self, question: str, parts: Sequence[Part], *, notices: Sequence[str] = (), noop: Sequence[Sequence[str]] = ()
    ) -> None:
        """Note what is said where nothing is found in any of these parts: `notices`, and `noop`, outcomes."""
        if self.memory:
            self.memory.note(question, parts, {"notices": [*notices], "noop": [[*one] for one in noop]})

    def save(self) -> None:
        """Write down what is new."""
        if self.memory:
            self.memory.save()

    def findings(self, part: Part, judge: Callable[[], Judged]) -> tuple[Finding, ...]:
        """The findings of a part: those of an earlier run, or else what `judge` says, which is kept."""
        if self.memory is None:
            return tuple(judge()[0])
        from shunter.adapters.verdicts.storing import findings_of, plain_of
        from shunter.core.rules.masking import masked

        judged: list[Finding] = []

        def make() -> tuple[Any, bool]:
            found, complete = judge()
            judged.extend(found)
            return plain_of(masked(judged)), complete

        known = findings_of(self.answer(part, make))
        return tuple(judged) or known or ()
