"""What an update is asked for, and what it would do: no more is imported for it than a plan needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

from shunter.adapters.git import remote
from shunter.adapters.system.regular import exists
from shunter.adapters.templates.history import CANONICAL_SOURCE, bare_for, releases
from shunter.core.charts.versions import newest_first, parse, require_exact
from shunter.core.goyaml.edit import edit
from shunter.core.workspace.model import RepositorySpec, Workspace
from shunter.flows.fleet.draft import FOLLOW, UPDATE
from shunter.flows.fleet.drafting import Request
from shunter.flows.fleet.targets import Shard, as_data, targets
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import APPLIED_FILE, WORKSPACE_FILE, Context, workspace_from
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

Kind = Literal["service", "environment"]


def planned(context: Context, paths: Sequence[Path], *, release: str, shard: Shard) -> Report:
    """What `update` would do, project by project, as the report's data. Writes nothing.

    The answer is no where a repository is refused: it is not checked out, or a person has something under way in it.
    """
    workspace = context.require_workspace()
    refuse_swapped(workspace, context.applied())
    wanted = release_of(workspace, release)
    text = release_text(context, workspace, wanted)
    own = () if text == context.text else (WORKSPACE_FILE,) if paths else (WORKSPACE_FILE, APPLIED_FILE)
    asked = request_for(context, workspace, wanted, text, paths)
    found, notices, refused = targets(replace(asked, apart=True, extra=dict.fromkeys(own)))
    data = as_data(found, workspace.templates_source, (workspace.templates_release, wanted), shard, refused)
    outcomes = tuple(Outcome(each["repository"], Status.REFUSED, each["reason"]) for each in data["refused"])
    return Report(data=data, notices=notices, outcomes=outcomes)


def release_text(context: Context, workspace: Workspace, release: str) -> bytes:
    """`shunter.yaml` as it is at that template release."""
    if release == workspace.templates_release:
        return context.text
    return edit(context.text, [(["templates", "release"], release)])


def request_for(
    context: Context,
    workspace: Workspace,
    release: str,
    text: bytes,
    paths: Sequence[Path],
    recreate: Sequence[Path] = (),
) -> Request:
    """What is asked of the repositories that hold `paths` (none: of all), with `text` as the workspace's file."""
    paths = [*paths, *(next(each for each in path.parents if exists(each)) for path in recreate)]
    return Request(
        root=context.root,
        workspace=workspace_from(text),
        release=release,
        archives=open_archives(context),
        message=_subject(workspace, release),
        bare=bare_for(workspace.templates_source),
        applied=context.applied(),
        only=repositories_of(paths, context.root, context.specs()),
        recreate=tuple(recreate),
        progress=context.writing.progress,
        trust=context.writing.trust,
    )


def _subject(workspace: Workspace, release: str) -> str:
    if release == workspace.templates_release:
        return FOLLOW
    return f"{UPDATE}{release}"


def release_of(workspace: Workspace, asked: str) -> str:
    """The template release that is asked for, or the newest. A `ShunterError` for one that nobody knows."""
    known, here = _known_releases(workspace.templates_source), workspace.templates_release
    if here not in known:
        hint = (
            "install a newer shunter"
            if workspace.templates_source == CANONICAL_SOURCE
            else f"known: {', '.join(known)}"
        )
        raise ShunterError(f"this workspace follows template release {here}, which is not known here", hint=hint)
    if asked:
        require_exact(asked, "--to")
        if asked not in known:
            raise ShunterError(f"there is no template release {asked}", hint=f"known: {', '.join(known)}")
        return asked
    return newest_first(known)[0]


def _known_releases(source: str) -> list[str]:
    bare = bare_for(source)
    if bare is not None:
        return releases(bare)
    done = remote.tags(source)
    if done.returncode:
        raise ShunterError(
            f"cannot read the templates at {source}",
            hint="is the URL right, and reachable?",
            notes=tuple(f"git: {line}" for line in done.complaints),
        )
    tags = [line.rpartition("refs/tags/")[2] for line in done.text.splitlines()]
    return [tag.removeprefix("v") for tag in tags if tag.startswith("v") and parse(tag) is not None]


def repositories_of(paths: Iterable[Path], root: Path, specs: Sequence[RepositorySpec]) -> frozenset[str]:
    """Names of the repositories that hold these paths."""
    names = set()
    for path in paths:
        inside = [spec for spec in specs if (root / spec.folder).resolve() in (path, *path.parents)]
        if not inside or not (exists(path) or path == (root / inside[-1].folder).resolve()):
            raise ShunterError(f"{path} is in no repository of this workspace", hint="name a repository's folder")
        names.add(max(inside, key=lambda spec: len((root / spec.folder).parts)).name)
    return frozenset(names)


def names_in(workspace: Workspace, kind: Kind) -> list[str]:
    """The names of all services, or environments."""
    return [item.name for item in (workspace.services if kind == "service" else workspace.environments)]


def refuse_swapped(workspace: Workspace, applied: Workspace | None) -> None:
    """A `ShunterError` where one name is gone from shunter.yaml while another has come: that may be a rename."""
    for kind in get_args(Kind):
        now = names_in(workspace, kind)
        before = names_in(applied, kind) if applied else now
        gone, come = [name for name in before if name not in now], [name for name in now if name not in before]
        if gone and come:
            raise ShunterError(
                f"{kind} `{gone[0]}` is gone from {WORKSPACE_FILE}, and `{come[0]}` is new",
                hint=f"if that is a new name: shunter rename {kind} {gone[0]} {come[0]}; if `{gone[0]}` is to be "
                f"removed and `{come[0]}` to be made: shunter update --force",
            )
