"""Where templates come from: the built-in history, an organisation's remote, and missing checkouts."""

from __future__ import annotations

from pathlib import Path

from shunter.adapters.git import remote as remotes
from shunter.adapters.system.regular import exists, is_checkout
from shunter.adapters.templates.history import CANONICAL_SOURCE, ensure_history, redirect_snippet
from shunter.adapters.templates.history import publish as push_history
from shunter.core.workspace.layout import repository_url
from shunter.flows.fleet.scaffold import Change, change_workspace
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status


def publish(context: Context, remote: str, *, dry_run: bool) -> Report:
    """Push the template history to `remote`, and make it the workspace's template source.

    The answers files of every project name the new source afterwards.
    """
    context.require_workspace()
    path, bare = (context.start / remote).resolve(), ensure_history()
    remote = str(path) if exists(path) else remote
    if not dry_run:
        push_history(remote, bare)
    change = Change([(["templates", "source"], remote)], f"Follow the templates at {remote}", bare=bare)
    report = change_workspace(context, change, dry_run=dry_run, diff=False)
    pushed = Outcome(remote, Status.PLANNED if dry_run else Status.DONE, "push the template history")
    step = "" if dry_run else "copier update works in every project now"
    return Report(report.product, outcomes=(pushed, *report.outcomes), next_step=step)


def redirect() -> Report:
    """The git setting with which plain Copier finds the built-in templates on this machine."""
    return Report(product=redirect_snippet(CANONICAL_SOURCE, ensure_history()) + "\n")


def clone(context: Context) -> Report:
    """Check out every repository of the workspace that is missing, from the URL pattern in shunter.yaml."""
    workspace = context.require_workspace()
    outcomes = []
    for spec in context.specs():
        target = context.root / spec.folder
        if is_checkout(target):
            outcomes.append(Outcome(spec.name, Status.NOOP, "is checked out"))
            continue
        if not workspace.repositories_url:
            raise ShunterError("shunter.yaml names no `repositories.url`", hint="add it: git@host:acme/{name}.git")
        outcomes.append(_clone(repository_url(workspace, spec.name), target))
    return Report(outcomes=tuple(outcomes))


def _clone(url: str, target: Path) -> Outcome:
    done = remotes.clone(url, target)
    if done.returncode:
        return Outcome(target.name, Status.FAILED, "\n          ".join(done.complaints))
    return Outcome(target.name, Status.DONE, f"cloned from {url}")
