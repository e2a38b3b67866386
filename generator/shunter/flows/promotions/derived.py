"""The workspace as its remotes have it now, in work trees of the run's own: what is there counts, and no checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shunter.adapters.git.repository import Repository
from shunter.adapters.remote.tip import Tip, fetch_tip
from shunter.adapters.remote.worktrees import worktrees
from shunter.adapters.system.process import refuse_inside_run
from shunter.adapters.system.regular import is_checkout
from shunter.flows.trains.asked import PROMOTIONS, TRAINS
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.plans import alone
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Derived:
    """A workspace in work trees: `context` is there, and `tips` are what each one was made from, by its root."""

    context: Context
    tips: Mapping[Path, Tip]

    def made_in(self, root: Path) -> str:
        """The commit that the run has made in a work tree; empty where it has made none."""
        head = Repository(root).head() or ""
        return "" if head == self.tips[root].commit else head


@contextmanager
def derived(context: Context) -> Iterator[Derived]:
    """The workspace's repository and those of its environments that are checked out, as the remotes have them.

    Raises ShunterError where one has no remote, or it does not answer.
    """
    folders = {spec.folder: context.root / spec.folder for spec in context.specs() if _counts(context, spec.folder)}
    prompts, progress = context.writing.ask is not None, context.writing.progress
    tips = {}
    for number, (folder, root) in enumerate(folders.items()):
        progress(f"fetch {root.name}", number, len(folders))
        tips[folder] = fetch_tip(root, PROMOTIONS, TRAINS, prompts=prompts)
    with worktrees(context.root.name, {folder: (tip.root, tip.commit) for folder, tip in tips.items()}) as home:
        writing = replace(context.writing, branch="", commit=True, detached=True)
        there = replace(open_context(home), writing=writing, rules=context.rules)
        yield Derived(there, {home / folder: tip for folder, tip in tips.items()})


def _counts(context: Context, folder: str) -> bool:
    """Whether a repository is one that promotions and trains are made from."""
    spec = next(spec for spec in context.specs() if spec.folder == folder)
    if folder != "." and not any(project.kind == "environment" for project in spec.projects):
        return False
    return is_checkout(context.root / folder)


def until_taken(context: Context, what: str, attempt: Callable[[Derived], Report | None]) -> Report:
    """The report of an attempt on what the remotes have; derived again where another one was first (None).

    Raises ShunterError where that happens five times.
    """
    context.require_workspace()
    refuse_inside_run()
    with alone(context.root):
        for _ in range(TRIES):
            with derived(context) as there:
                report = attempt(there)
            if report is not None:
                return report
    hint = "run the command again once fewer push there"
    raise ShunterError(f"{what}: the remote has moved {TRIES} times while shunter was working", hint=hint)
