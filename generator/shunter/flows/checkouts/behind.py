"""Whether the checkouts that a command reads and writes are behind the branches that they follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from shunter.adapters.git.remote import fetch_all
from shunter.adapters.remote.upstream import all_behind
from shunter.adapters.system.process import in_ci
from shunter.adapters.system.regular import is_checkout
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

Run = Callable[[], Report]


def aware(context: Context, roots: Sequence[Path], run: Run, *, fetch: bool, writes: bool = True) -> Report:
    """The report of `run`, with a notice for each checkout among `roots` that is behind its upstream, as last fetched.

    With `fetch` the remotes are asked first; one that does not answer is a `ShunterError`. Behind and CI=true in the
    environment: a `ShunterError` for what `writes`, for nobody would see the notice. A checkout that follows nothing is
    unknown, and not mentioned.
    """
    there = [root for root in dict.fromkeys(roots) if is_checkout(root)]
    if fetch:
        _fetch(context, there)
    how = "" if fetch else ", as last fetched"
    notices = tuple(
        f"{root.name} is {behind.commits} commit{'' if behind.commits == 1 else 's'} behind {behind.upstream}{how}"
        for root, behind in all_behind(there).items()
    )
    if notices and writes and in_ci():
        hint = "check out the newest commit (in CI, nobody would see a warning)"
        raise ShunterError(notices[0], hint=hint, notes=notices[1:])
    try:
        report = run()
    except ShunterError as error:
        error.notes = (*error.notes, *notices)
        raise
    warned = tuple(f"warning: {notice}: shunter sync" for notice in notices)
    return replace(report, notices=(*warned, *report.notices))


def _fetch(context: Context, roots: Sequence[Path]) -> None:
    writing = context.writing
    for root, said in fetch_all(roots, prompts=writing.ask is not None, progress=writing.progress).items():
        if said is not None and not said.ok:
            notes = tuple(f"git: {line}" for line in said.lines)
            raise ShunterError(f"cannot fetch {root.name}", hint="try again, or leave out --fetch", notes=notes)


def roots_of(context: Context, kinds: Collection[str], names: Collection[str] = ()) -> list[Path]:
    """The workspace's own checkout, and those with a project of one of these kinds and names (none: of any name)."""
    found = [
        context.root / spec.folder
        for spec in context.specs()
        for project in spec.projects
        if project.kind in kinds and (not names or project.name in names)
    ]
    return [context.root, *found]


def roots_at(context: Context, paths: Sequence[Path]) -> list[Path]:
    """The workspace's own checkout, and those that hold one of these paths; all, if there are none."""
    roots = [context.root / spec.folder for spec in context.specs()]
    return [context.root, *(root for root in roots if not paths or any(path.is_relative_to(root) for path in paths))]


def promotion_roots(context: Context, *environments: str) -> list[Path]:
    """The checkouts that a promotion reads or writes: the workspace's, these environments', what they promote from."""
    workspace = context.require_workspace()
    named = [workspace.environment(name) for name in environments]
    before = [name for environment in named if environment for name in environment.promotes_from]
    return roots_of(context, ("environment",), {name for name in (*environments, *before) if name} or {""})
