"""What an update is going to do, project by project, and why: to be looked at, spread over machines, and compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from posixpath import join, normpath
from typing import Any, Final

from shunter import __version__
from shunter.adapters.git.refusals import refuse_unready
from shunter.adapters.git.state import glance
from shunter.adapters.system.regular import is_checkout
from shunter.adapters.templates.render import RenderRequest, Renders
from shunter.core.workspace.answers import Recorded, is_untouched
from shunter.core.workspace.model import Project, RepositorySpec
from shunter.flows.fleet.draft import Draft, Job
from shunter.flows.fleet.drafting import Request, drafted, gone, has_work, render_jobs, wanted_render
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

FORMAT: Final = 1
Files = Mapping[str, FileState]


@dataclass(frozen=True, slots=True)
class Target:
    """A project that an update concerns. `files` counts those that differ between the old render and the new.

    `key` is a hash of all that the result follows from: where it is the same, so is the result.
    """

    id: str
    repository: str
    path: str
    kind: str
    name: str
    reasons: tuple[str, ...]
    release: str
    files: int
    key: str


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` (from 1) of `count` equal ones: repositories by the hash of their name, on every machine alike."""

    number: int = 1
    count: int = 1

    def has(self, repository: str) -> bool:
        """Whether a repository is in this part."""
        return int(_digest(repository), 16) % self.count == self.number - 1


def read_shard(text: str) -> Shard:
    """The shard that is called `2/8`. A `ShunterError` for anything else."""
    number, _, count = text.partition("/")
    if number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
        return Shard(int(number), int(count))
    raise ShunterError(f"`{text}` is no shard", hint="the first of eight is called 1/8")


def targets(request: Request) -> tuple[tuple[Target, ...], tuple[str, ...], dict[str, str]]:
    """The targets of an update, by their id, what a person should know, and what repositories are refused for, by name.

    Writes nothing, and starts no git for a repository: what a person has not staged in it is not looked at.
    """
    drafts = drafted(request)
    rendered = render_jobs(request, drafts, lambda job: _requests(request, job), trust=False)
    jobs = [(draft, job) for draft in drafts for job in draft.jobs]
    heads = {draft.spec.name: draft.repository.head() for draft, _ in jobs if is_checkout(draft.repository.root)}
    found = [target for draft, job in jobs if (target := _of_job(request, draft, job, rendered, heads))]
    known = {target.id for target in found}
    found += [target for draft in drafts for target in _drifted(draft) if target.id not in known]
    found += [_target(spec, project, "removed") for spec, project in gone(request, drafts)]
    notices = (*rendered.notices, *(notice for draft in drafts for notice in draft.notices))
    busy = {target.repository for target in found if target.reasons != ("drift",)}
    refused = {draft.spec.name: why for draft in drafts if (why := _refusal(draft, busy))}
    return tuple(sorted(found, key=lambda target: target.id)), notices, refused


def _refusal(draft: Draft, busy: Collection[str]) -> str:
    """Why a repository would be refused, as far as that is known at a glance; `busy` ones are to be changed."""
    state = glance(draft.repository.root) if draft.spec.name in busy else None
    try:
        if state:
            refuse_unready(state, commits=True, during=False, branch="")
    except ShunterError as error:
        return error.on_one_line
    return draft.refused


def as_data(
    found: Sequence[Target], source: str, releases: tuple[str, str], shard: Shard, refused: Mapping[str, str]
) -> dict[str, Any]:
    """The targets of a shard as data, for JSON; `releases` are that of the workspace and the one that is wanted.

    Of the repositories that are `refused`, with why, those of the shard are named as well.
    """
    names = ("id", "repository", "path", "kind", "name", "release", "files", "key")
    return {
        "format": FORMAT,
        "templates": {"source": source, "from": releases[0], "to": releases[1]},
        "shard": {"number": shard.number, "of": shard.count},
        "targets": [
            {name: getattr(each, name) for name in names} | {"reasons": list(each.reasons)}
            for each in found
            if shard.has(each.repository)
        ],
        "refused": [{"repository": name, "reason": why} for name, why in refused.items() if shard.has(name)],
    }


def _requests(request: Request, job: Job) -> Iterator[RenderRequest]:
    yield job.asked
    if job.recorded and job.before:
        yield job.before
        yield _as_recorded(request, job, job.recorded)


def _as_recorded(request: Request, job: Job, was: Recorded) -> RenderRequest:
    """The job without a change of answers: what the template alone does to the project."""
    answers = request.target.answers(job.project, was)
    return job.asked if answers == job.desired else wanted_render(request, job.project, answers, "update")


def _of_job(
    request: Request, draft: Draft, job: Job, rendered: Renders, heads: Mapping[str, str | None]
) -> Target | None:
    """The target that a job is, or None where the release changes nothing of its project."""
    files, was = rendered.files, job.recorded
    new = files[job.asked]
    if was is None or job.before is None:
        target = _target(draft.spec, job.project, "new")
        return replace(target, files=len(new), key=_key(request, job, new, {}, heads.get(draft.spec.name)))
    old = files[job.before]
    if not has_work(request, draft, job, rendered):
        return None
    as_recorded = _as_recorded(request, job, was)
    by_template = is_untouched(old, new) or not is_untouched(old, files[as_recorded])
    reasons = ["template"] if by_template else []
    reasons += ["answers"] if job.asked != as_recorded or not by_template else []
    reasons += ["drift"] if job.project.path in draft.kept else []
    differ = sum(old.get(path) != new.get(path) for path in {*old, *new})
    if draft.spec.folder == "." and job.project.path == ".":
        differ += len(request.extra)
    key = _key(request, job, new, old, heads.get(draft.spec.name))
    target = _target(draft.spec, job.project, *reasons)
    return replace(target, release=was.release.removeprefix("v"), files=differ, key=key)


def _drifted(draft: Draft) -> Iterator[Target]:
    """Projects with answers of their own that stay, and of which nothing else is to be changed."""
    for project in draft.spec.projects:
        if project.path in draft.kept:
            yield _target(draft.spec, project, "drift")


def _target(spec: RepositorySpec, project: Project, *reasons: str) -> Target:
    place = normpath(join(spec.name, project.path))
    key = _digest(json.dumps([__version__, place, project.kind, reasons], sort_keys=True))
    return Target(place, spec.name, project.path, project.kind, project.name, reasons, "", 0, key)


def _key(request: Request, job: Job, new: Files, old: Files, head: str | None) -> str:
    was = job.recorded
    parts = {
        "shunter": __version__,
        "to": [request.workspace.templates_source, request.release, _tree(new)],
        "from": [was.source, was.release, _tree(old)] if was else [],
        "answers": job.desired,
        "recorded": was.answers if was else {},
        "head": head,
    }
    return _digest(json.dumps(parts, sort_keys=True, default=str))


def _tree(files: Files) -> list[tuple[str, str, str]]:
    return sorted((path, state.mode, _object_id(state)) for path, state in files.items())


@lru_cache(4096)
def _object_id(state: FileState) -> str:
    """Most projects share most of their files."""
    return state.object_id()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
