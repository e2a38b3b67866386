"""`shunter rename`: a service or an environment gets another name everywhere, and what it runs keeps its names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shunter.adapters.git.moves import refuse_move
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.templates.history import bare_for
from shunter.core.workspace.layout import image_name
from shunter.core.workspace.model import Workspace
from shunter.core.workspace.rename import OVERRIDE, Rename, renamed_workspace
from shunter.flows.fleet.drafting import Request
from shunter.flows.fleet.planning import Kind, names_in
from shunter.flows.fleet.reconcile import reconcile
from shunter.flows.fleet.renaming import Renaming
from shunter.flows.fleet.scaffold import require_label, unknown, workspace_files
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import APPLIED_FILE, Context, workspace_from
from shunter.flows.workspace.plans import carry_out, read_now
from shunter.flows.workspace.records import records
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import Move
from shunter.model.findings import Report


def rename(context: Context, kind: Kind, old: str, new: str, *, dry_run: bool, diff: bool) -> Report:
    """Give a service or an environment another name, in one commit for each repository that this concerns.

    Code, chart, values, pins and records follow; trains stay as they were cut, and are read by today's names.
    """
    asked = _asked(context, kind, old, new)
    read = read_now(context.root, DiskTree(context.root), (APPLIED_FILE,))
    keep = kind == "service" and _is_known_elsewhere(context, asked)
    text = renamed_workspace(context.text, asked, keep=keep)
    workspace, archives = workspace_from(text), open_archives(context)
    renaming = Renaming(asked, context.root, archives, keep)
    found = reconcile(
        Request(
            root=context.root,
            workspace=workspace,
            release=workspace.templates_release,
            archives=archives,
            message=f"Rename {kind} {old} to {new}",
            bare=bare_for(workspace.templates_source),
            applied=context.applied(),
            extra=workspace_files(text),
            renaming=renaming,
            progress=context.writing.progress,
            trust=context.writing.trust,
        )
    )
    for move in found.moves:
        refuse_move(move)
    plans = tuple(plan for plan in found.plans if plan.edits)
    step = "shunter validate"
    report = carry_out(plans, context, dry_run=dry_run, diff=diff, next_step=step, moving=found.moves, read=read)
    to_do = (*_names(asked, workspace, keep=keep), *_forge(asked, workspace, found.moves, dry_run=dry_run))
    return replace(report, notices=(*found.notices, *report.notices, *to_do))


def _asked(context: Context, kind: Kind, old: str, new: str) -> Rename:
    """The rename, which a person may have begun by editing shunter.yaml."""
    workspace = context.require_workspace()
    require_label(new)
    names, applied = names_in(workspace, kind), context.applied()
    if old not in names and new in names and applied:
        before = names_in(applied, kind)
        if old in before and new not in before:
            return Rename(kind, old, new, applied)
    if old not in names:
        raise unknown(kind, old, names)
    if new in names:
        raise ShunterError(f"`{new}` is the name of another {kind}", hint="choose another name")
    if applied and new in names_in(applied, kind):
        raise ShunterError(f"shunter.yaml no longer has `{new}`, and nobody carried that out", hint="shunter update")
    return Rename(kind, old, new, workspace)


def _is_known_elsewhere(context: Context, asked: Rename) -> bool:
    """Whether anything runs, or may come to run, under the old name: a pin or a train has it."""
    pinned = any(record and asked.old in record.cars for record in records(context).values())
    return pinned or any(asked.old in train.cars for train in trains_of(context).all)


def _names(asked: Rename, workspace: Workspace, *, keep: bool) -> Iterator[str]:
    """What becomes of the names of what runs in the cluster."""
    if asked.kind == "environment":
        environment = workspace.environment(asked.new)
        assert environment is not None
        yield f"what runs there stays where it is: namespace {environment.namespace}, release {workspace.name}"
        return
    if not keep:
        yield f"no train has {asked.old} yet: its objects will be called after {asked.new}"
        return
    service = workspace.service(asked.new)
    kept = f"objects and selectors in the cluster keep their names: {OVERRIDE}: {asked.old}"
    yield f"{kept} is set for {asked.new} in its chart and in every environment"
    yield f"its containers, and the label helm.sh/chart, are called {asked.new}: the next deployment restarts its pods"
    if service and service.chart:
        yield f"whether {asked.new}'s own chart heeds {OVERRIDE}, only its templates say: shunter diff ENV TRAIN"
    yield f"trains that were cut before stay as they are; their car {asked.old} is promoted as {asked.new}"


def _forge(asked: Rename, workspace: Workspace, moves: tuple[Move, ...], *, dry_run: bool) -> Iterator[str]:
    """What a person has still to do where the repositories are hosted."""
    for move in moves:
        was, now = (path.rpartition("/")[2] for path in (move.root, move.target))
        pattern = workspace.repositories_url.replace("{workspace}", workspace.name)
        url = pattern.replace("{name}", now) if pattern else "URL"
        yield f"to do: rename the repository {was} to {now} where it is hosted"
        if Repository(Path(move.root if dry_run else move.target)).git("remote").text:
            yield f"to do: git -C {move.target} remote set-url origin {url}"
        yield f"to do: look after CI variables, deploy keys, webhooks and branch rules that name {was}"
    if asked.kind == "environment" and workspace.ci != "none":
        yield f"to do: rename the CI environment {asked.old} to {asked.new}, with its secrets and approvals"
    service = workspace.service(asked.new) if asked.kind == "service" else None
    if service and service.language:
        now, was = image_name(workspace, service), image_name(workspace, replace(service, name=asked.old))
        yield f"to do: CI pushes {now} from now on; keep {was} for charts that name it"
