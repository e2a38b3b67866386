"""Which projects are known to be as `lock` would make them, so that `lock --check` derives only the others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shunter.adapters.git.repository import git_dir
from shunter.adapters.git.state import marks
from shunter.adapters.system.regular import exists
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.context import Site
from shunter.flows.workspace.remembered import Remembered
from shunter.model.data import dataclass, field
from shunter.model.files import RepositoryPlan
from shunter.model.findings import Report

if TYPE_CHECKING:
    from shunter.adapters.verdicts.memory import Part

_QUESTION = "lock"


@dataclass(frozen=True, eq=False)
class Fresh:
    """The projects of one run, and what is remembered of them: nothing, where a merge is in progress.

    What derives from a registry's server is not remembered: nobody knows what that would say the next time.
    """

    remembered: Remembered
    roots: Sequence[Path]
    judged: dict[Site, Part] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    @classmethod
    def of(cls, remembered: Remembered, roots: Iterable[Path]) -> Fresh:
        """What is known of projects in repositories at these roots."""
        known = tuple(dict.fromkeys(roots))
        if remembered.memory is None or any(map(exists, _marks(known))):
            return cls(Remembered(remembered.context), known)
        return cls(remembered, known)

    @property
    def whole(self) -> Part:
        """The part about the registry's index, and that no merge is in progress."""
        home = self.remembered.context.root
        git = (os.path.relpath(path, home) for path in (*(root / ".git" for root in self.roots), *_marks(self.roots)))
        return _QUESTION, ((self.remembered.registry,), tuple(git))

    def knows(self, site: Site) -> bool:
        """Whether a project is as it would be derived."""
        if self.remembered.memory is None:
            return False
        part = self.remembered.site(_QUESTION, site, self.remembered.registry)
        self.parts.append(part)
        if self.remembered.memory.find(part) == []:
            return True
        self.judged[site] = part
        return False

    def knows_index(self) -> bool:
        """Whether the registry's index lists all of its archives."""
        return self.remembered.memory is not None and self.remembered.memory.find(self.whole) == []

    def keep(self, plans: Sequence[RepositoryPlan], archives: Archives, report: Report, *, everything: bool) -> None:
        """Remember what plans leave as it is; of a run that looked at everything, what it said."""
        memory = self.remembered.memory
        if memory is None or any(not archives.directory.has(*key) for key in archives.fetched):
            return
        edits = {Path(plan.root) / edit.path for plan in plans for edit in plan.edits}
        for site, part in self.judged.items():
            known = self.remembered.knows_values(site)
            if known and not any(path.is_relative_to(site.path) for path in edits):
                memory.keep(part, [])
        if not edits and not self.knows_index() and not archives.directory.unlisted():
            memory.keep(self.whole, [])
        if everything and not edits:
            noop = [(outcome.unit, outcome.detail) for outcome in report.outcomes]
            self.remembered.clean(_QUESTION, (self.whole, *self.parts), noop=noop)
        memory.save()


def _marks(roots: Iterable[Path]) -> list[Path]:
    found = (git_dir(root) for root in roots)
    return [path for folder in found if folder is not None for path in marks(folder)]
