"""Making and changing workspaces: new, add and remove are edits of `shunter.yaml`, carried out by reconcile."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import normpath
from typing import Any

from shunter import __version__
from shunter.adapters.git.fresh import Fresh, make_workspace, refuse_taken
from shunter.adapters.git.remote import checked
from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout, is_file, is_folder
from shunter.adapters.templates.history import CANONICAL_SOURCE, bare_for
from shunter.core.charts.versions import is_label
from shunter.core.goyaml.edit import edit
from shunter.core.trees.diffs import unified
from shunter.core.workspace.example import example_values
from shunter.core.workspace.layout import is_shared, plan_repositories
from shunter.core.workspace.model import Environment
from shunter.core.workspace.publishing import FIRST, publish_step
from shunter.core.workspace.text import assignments, first_text, one_or_several, overlay
from shunter.flows.fleet.drafting import Request
from shunter.flows.fleet.leaving import leaving, let_go
from shunter.flows.fleet.reconcile import reconcile
from shunter.flows.workspace.archives import archives_at, open_archives
from shunter.flows.workspace.context import APPLIED_FILE, WORKSPACE_FILE, Context, repository_root, workspace_from
from shunter.flows.workspace.labels import label
from shunter.flows.workspace.own_files import schema_of
from shunter.flows.workspace.plans import carry_out, in_order, read_now, summary
from shunter.flows.workspace.projects import files_in, files_of
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Writing
from shunter.model.findings import Outcome, Report, Status

SCHEMA_FILE = ".shunter/workspace.schema.json"
_APPLIED_COMMENT = (
    b"# shunter.yaml as it was carried out last: what changed since then is what `shunter update` does.\n"
)


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """What `new` was asked for. `data` are `key=value` pairs, `values` a mapping laid over the first text.

    With `dry_run` nothing is written, and what would be is said, with `diff` as a diff.
    """

    target: Path
    layout: str = "mono"
    example: bool = False
    data: Sequence[str] = ()
    values: Mapping[str, Any] | None = None
    text: bytes | None = None
    writing: Writing = field(default_factory=Writing)
    dry_run: bool = False
    diff: bool = False


def new(asked: NewWorkspace) -> Report:
    """Make a workspace in a folder that is absent or empty: it appears by one rename, with one commit a repository."""
    refuse_taken(asked.target)
    text = asked.text or first_text(
        asked.target.name, asked.layout, source=CANONICAL_SOURCE, release=__version__, example=asked.example
    )
    text = edit(overlay(text, asked.values or {}), assignments(asked.data))
    workspace = workspace_from(text)
    checked(workspace.repositories_url)
    request = Request(
        root=asked.target,
        workspace=workspace,
        release=workspace.templates_release,
        archives=archives_at(asked.target / workspace.registries.directory, workspace.registries.source, workspace),
        message=f"Make workspace {workspace.name}",
        bare=bare_for(workspace.templates_source),
        extra=workspace_files(text),
        written=example_values() if asked.example else {},
        progress=asked.writing.progress,
        trust=asked.writing.trust,
    )
    found = reconcile(request)
    plans = in_order(found.plans, lambda: plan_repositories(workspace), asked.target)
    if asked.dry_run:
        product = "".join(unified(plan, lambda *_: None) for plan in plans) if asked.diff else ""
        planned = tuple(Outcome(plan.repository, Status.PLANNED, summary(plan)) for plan in plans)
        return Report(product=product, outcomes=planned, notices=found.notices)
    made = make_workspace(plans, asked.target, asked.writing)
    notices = (*found.notices, *place_notice(asked.target))
    first = f"cd {asked.target.name} && shunter validate"
    return Report(outcomes=tuple(_made(each) for each in made), notices=notices, next_step=first)


def _made(fresh: Fresh) -> Outcome:
    detail = f"{len(fresh.paths)} file{'' if len(fresh.paths) == 1 else 's'}, commit {fresh.commit[:8]}"
    return Outcome(fresh.plan.repository, Status.DONE, detail, commit=fresh.commit)


def workspace_files(text: bytes) -> dict[str, FileState | None]:
    """The files that carry the workspace itself: `shunter.yaml`, the schema its modeline names, and its copy."""
    schema = json.dumps(json.loads(schema_of("workspace")), indent=2, ensure_ascii=False) + "\n"
    return {
        WORKSPACE_FILE: FileState(text),
        SCHEMA_FILE: FileState(schema.encode()),
        APPLIED_FILE: FileState(_APPLIED_COMMENT + text),
    }


def place_notice(root: Path) -> tuple[str, ...]:
    """A notice where a new workspace stands in a repository, which git allows: it is no part of that one."""
    around = repository_root(root.parent)
    if git_dir(around) is None or Repository(around).ignores(root.relative_to(around).as_posix()):
        return ()
    what = "workspace" if is_file(around / WORKSPACE_FILE) else "repository"
    said = f"notice: {root.name} is inside the {what} {around}, and no part of it"
    rest = "; `shunter add service NAME` is what adds to a workspace" if what == "workspace" else ""
    return (f"{said}{rest}. Not meant? Move the folder {root.name} away.",)


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of `shunter.yaml`: paths and values (None removes); the commits' subject; `force` loses changes.

    `bare` is a local repository that stands for the templates' source. `new` are services to be published.
    """

    edits: Sequence[tuple[Sequence[str], Any]]
    message: str
    next_step: str = ""
    new: Sequence[str] = ()
    force: bool = False
    bare: Path | None = None


def change_workspace(context: Context, change: Change, *, dry_run: bool, diff: bool) -> Report:
    """Edit `shunter.yaml` and bring every repository that it concerns along, in one step."""
    context.require_workspace()
    read = read_now(context.root, DiskTree(context.root), (APPLIED_FILE,))
    text = edit(context.text, change.edits)
    workspace = workspace_from(text)
    request = Request(
        root=context.root,
        workspace=workspace,
        release=workspace.templates_release,
        archives=open_archives(context),
        message=change.message,
        bare=change.bare or bare_for(workspace.templates_source),
        applied=context.applied(),
        extra=workspace_files(text),
        force=change.force,
        progress=context.writing.progress,
        trust=context.writing.trust,
    )
    found = reconcile(request)
    plans = tuple(plan for plan in found.plans if plan.edits or plan.conflicts)
    gone = leaving(context, found.dropped)
    moving = tuple(each.move for each in gone)
    step = publish_step(workspace, dict.fromkeys(change.new, FIRST)) if change.new else change.next_step
    report = carry_out(plans, context, dry_run=dry_run, diff=diff, next_step=step, moving=moving, read=read)
    report = let_go(context, report, gone, dry_run=dry_run)
    return replace(report, notices=(*found.notices, *report.notices))


def add_service(
    context: Context, name: str, settings: Mapping[str, Any], *, dry_run: bool = False, diff: bool = False
) -> Report:
    """Add a service; `settings` are its keys in `shunter.yaml`."""
    workspace = context.require_workspace()
    require_label(name)
    if workspace.service(name):
        raise ShunterError(f"there is already a service `{name}`", hint="choose another name, or edit shunter.yaml")
    if path := settings.get("chart", {}).get("path"):
        files_in(context, context.root / path).packed.require_readable()
    change = Change([(["services", name], dict(settings))], f"Add service {name}", new=[name])
    return change_workspace(context, change, dry_run=dry_run, diff=diff)


def require_label(name: str) -> None:
    """Raise ShunterError for a name that cannot be a service's or an environment's."""
    if not is_label(name):
        hint = "lower case letters, digits and `-`, a letter or digit first and last"
        raise ShunterError(f"`{name}` is not a DNS label", hint=hint)


def add_environment(
    context: Context,
    name: str,
    settings: Mapping[str, Any],
    *,
    before: str = "",
    dry_run: bool = False,
    diff: bool = False,
) -> Report:
    """Add an environment; with `before` that environment promotes from the new one, not from where the new one does."""
    workspace = context.require_workspace()
    require_label(name)
    if workspace.environment(name):
        raise ShunterError(
            f"there is already an environment `{name}`", hint="choose another name, or edit shunter.yaml"
        )
    edits: list[tuple[Sequence[str], Any]] = [(["environments", name], dict(settings))]
    source = settings.get("promotes-from")
    if follower := workspace.environment(before):
        edits.append(_follows(follower, source or "", (name,)))
    step = f"shunter promote --from {source} --to {name}" if source else f"shunter promote TRAIN --to {name}"
    return change_workspace(context, Change(edits, f"Add environment {name}", step), dry_run=dry_run, diff=diff)


def remove_service(
    context: Context, name: str, *, force: bool = False, dry_run: bool = False, diff: bool = False
) -> Report:
    """Remove a service that no environment pins. Its sections in values files stay, and are named."""
    workspace = context.require_workspace()
    if workspace.service(name) is None:
        raise unknown("service", name, [service.name for service in workspace.services])
    pinned = [site.name for site in context.sites("environment") if _pins(context, site.name, name)]
    if pinned and not force:
        raise ShunterError(
            f"service `{name}` is pinned in {', '.join(pinned)}",
            hint=f"promote a train without it first (shunter train cut --bump --drop {name}), or --force",
        )
    callers = [each for each in workspace.services if name in each.calls]
    if callers and not force:
        raise ShunterError(
            f"service `{name}` is called by {', '.join(each.name for each in callers)}",
            hint="take it out of `calls` there first, or --force, which does that",
        )
    edits: list[tuple[Sequence[str], Any]] = [(["services", name], None)]
    edits += ((["services", each.name, "calls"], _without(each.calls, name) or None) for each in callers)
    edits += (
        (["environments", each.name, "services"], _without(each.services or (), name))
        for each in workspace.environments
        if name in (each.services or ())
    )
    change = Change(edits, f"Remove service {name}", force=force)
    report = change_workspace(context, change, dry_run=dry_run, diff=diff)
    told = (f"{each.name} calls {name} no more: does its code know?" for each in callers)
    return replace(report, notices=(*report.notices, *told, *_values_left(context, name)))


def remove_environment(
    context: Context, name: str, *, force: bool = False, dry_run: bool = False, diff: bool = False
) -> Report:
    """Remove an environment; what promoted from it promotes from where it did. Says where its values still are."""
    workspace = context.require_workspace()
    environment = workspace.environment(name)
    if environment is None:
        raise unknown("environment", name, [item.name for item in workspace.environments])
    edits: list[tuple[Sequence[str], Any]] = [(["environments", name], None)]
    moved = [
        _follows(each, name, environment.promotes_from) for each in workspace.environments if name in each.promotes_from
    ]
    edits += moved
    for group, members in workspace.groups.items():
        if name in members:
            edits.append((["groups", group], _without(members, name) or None))
    if name in workspace.direct:
        edits.append((["promotions", "direct"], _without(workspace.direct, name)))
    change = Change(edits, f"Remove environment {name}", force=force)
    report = change_workspace(context, change, dry_run=dry_run, diff=diff)
    notices = tuple(f"{path[1]} promotes from {_words(sources)} then" for path, sources in moved)
    left = () if dry_run else _values_of(context, environment)
    return replace(report, notices=(*report.notices, *notices, *left))


def _follows(environment: Environment, old: str, new: Sequence[str]) -> tuple[Sequence[str], Any]:
    """The edit by which an environment promotes from `new` where it promoted from `old`."""
    names = [source for each in environment.promotes_from for source in (new if each == old else (each,))]
    return ["environments", environment.name, "promotes-from"], one_or_several(tuple(dict.fromkeys(names)))


def _without(names: Sequence[str], name: str) -> list[str]:
    return [each for each in names if each != name]


def _words(sources: str | Sequence[str] | None) -> str:
    return "nowhere" if sources is None else sources if isinstance(sources, str) else " or ".join(sources)


def unknown(kind: str, name: str, known: Sequence[str]) -> ShunterError:
    """The error for a name that the workspace does not have."""
    return ShunterError(
        f"there is no {kind} `{name}`", hint=f"known: {', '.join(known)}" if known else f"no {kind} yet"
    )


def _pins(context: Context, environment: str, service: str) -> bool:
    site = context.site("environment", environment)
    record = files_of(context, site).record
    return record is not None and service in record.cars


def _values_left(context: Context, service: str) -> tuple[str, ...]:
    from shunter.core.goyaml.document import read

    notices = []
    for environment in context.require_workspace().environments:
        site = context.site("environment", environment.name)
        for name in environment.values:
            state = site.tree().get(name)
            document = read(state.data, name) if state else None
            if document and service in (document.value or {}):
                span = document.span((service,), of="key")
                place = f"{normpath(f'{label(context, site.path)}/{name}')}:{span.line}"
                notices.append(f"values of {service} stay in {place}; delete them when no train needs them")
    return tuple(dict.fromkeys(notices))


def _values_of(context: Context, environment: Environment) -> tuple[str, ...]:
    """Where a removed environment's values are in a repository that stays: still there, or in git's history."""
    site = next(site for site in context.sites("environment", missing_ok=True) if site.name == environment.name)
    if not is_checkout(site.root):
        return ()
    if is_folder(site.path):
        return (f"values of {site.name} stay in {label(context, site.path)}",)
    where = "" if site.root == context.start else f"-C {label(context, site.root)} "
    shown = (f"git {where}show HEAD~1:{site.folder}/{name}" for name in environment.values if not is_shared(name))
    return tuple(f"values of {site.name} are in git's history: {command}" for command in shown)
