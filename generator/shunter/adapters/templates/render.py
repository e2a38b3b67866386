"""Projects rendered as Copier renders them: by our own engine in memory, and by Copier itself where that is needed.

Our own templates are rendered in this process. Those of others are fetched once, and rendered in a process of its own
with limits: a template may loop for ever. This process never imports Copier, and Jinja only when it renders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shunter.adapters.git.remote import checked
from shunter.adapters.git.repository import Repository
from shunter.adapters.templates import isolated
from shunter.adapters.templates.history import bare_for
from shunter.adapters.templates.isolated import Asked, Rendered
from shunter.adapters.templates.source import fetched
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree, Mode
from shunter.model.progress import Progress, unseen

if TYPE_CHECKING:
    from shunter.core.templates.engine import Engine

Files = Mapping[str, FileState]
_ENCODER: Final = json.JSONEncoder(default=str, sort_keys=True)
_KEPT = 8  # engines: an update has two, a fleet that follows several releases has more
_HELD: Final[dict[tuple[Mode, str], FileState]] = {}
"""Files of our own templates by mode and object id: most of a release stand in the next as they are."""


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One project to render: the template's URL, a release (without `v`), answers as JSON, where the URL is locally.

    `operation` is what Copier calls what is being done: `copy`, or `update` for a project that is there already.
    Answers of the names in `recorded` were given once, and nobody wants them now: a question may have changed since.
    What the release `excluding` leaves out is left out here as well: a project keeps it.
    """

    source: str
    release: str
    answers: str
    bare: Path | None
    operation: str = "copy"
    recorded: tuple[str, ...] = ()
    excluding: str = ""

    @classmethod
    def of(
        cls,
        source: str,
        release: str,
        answers: Mapping[str, Any],
        bare: Path | None,
        operation: str = "copy",
        recorded: Iterable[str] = (),
        excluding: str = "",
    ) -> RenderRequest:
        """A request from answers as a mapping; Copier's own (`_src_path`, `_commit`) are left out.

        Without `bare`, our own history stands for the built-in URL, and any other URL for itself.
        """
        asked = {key: value for key, value in answers.items() if not key.startswith("_")}
        checked(source)
        text = _ENCODER.encode(asked)
        known = tuple(sorted(name for name in recorded if name in asked))
        beside, release = excluding.removeprefix("v"), release.removeprefix("v")
        beside = "" if beside == release else beside
        return cls(source, release, text, bare or bare_for(source), operation, known, beside)


@dataclass(frozen=True, slots=True)
class Renders:
    """The files of each request, and a notice for each template that only Copier itself could render, and why.

    `once` are, for each request, patterns of the files that are written once, and then a person's; `places` are the
    templates of files by their path, none where Copier itself rendered. `programs` are what an update to it runs beside
    the render, see `config.due`. Those that have `failed` have no files.
    """

    files: Mapping[RenderRequest, Files]
    once: Mapping[RenderRequest, tuple[str, ...]]
    notices: tuple[str, ...] = field(default_factory=tuple)
    places: Mapping[RenderRequest, Mapping[str, str]] = field(default_factory=dict)
    programs: Mapping[RenderRequest, tuple[str, ...]] = field(default_factory=dict)
    failed: Mapping[RenderRequest, ShunterError] = field(default_factory=dict)


def render_many(
    requests: Iterable[RenderRequest], progress: Progress = unseen, *, trust: bool = False, apart: bool = False
) -> Renders:
    """The files of these requests; equal ones are rendered once. Errors are `ShunterError`s.

    With `trust`, templates of others may run programs. With `apart`, a request that cannot be rendered is among those
    that have `failed`, without files.
    """
    groups: dict[tuple[str, Path | None], list[RenderRequest]] = {}
    for request in dict.fromkeys(requests):
        groups.setdefault((request.source, request.bare), []).append(request)
    made: dict[RenderRequest, Rendered] = {}
    notices: dict[str, None] = {}
    for (source, bare), group in groups.items():
        try:
            found = _ours(group, source, bare, progress) if bare else _theirs(group, source, trust=trust)
        except ShunterError as error:
            if not apart:
                raise
            found = [Rendered(failed=error)] * len(group)
        for request, each in zip(group, found, strict=True):
            made[request] = each
            if each.by_copier:
                notices[f"{source} {request.release} is rendered by Copier itself, slowly: {each.by_copier}"] = None
    failed = {request: each.failed for request, each in made.items() if each.failed is not None}
    if failed and not apart:
        raise next(iter(failed.values()))
    files = {request: each.files for request, each in made.items()}
    once = {request: each.once for request, each in made.items()}
    places = {request: each.places for request, each in made.items()}
    programs = {request: each.programs for request, each in made.items()}
    return Renders(files, once, tuple(notices), places, programs, failed)


def render(source: str, release: str, answers: Mapping[str, Any], *, bare: Path | None = None) -> Files:
    """What `copier copy --defaults` makes of template `release` at `source` with these answers: path → file.

    `bare` is a local repository that stands for `source`; the answers file names `source` all the same.
    """
    request = RenderRequest.of(source, release, answers, bare)
    return render_many([request]).files[request]


def _asked(request: RenderRequest) -> Asked:
    answers = json.loads(request.answers)
    return Asked(request.release, answers, request.operation, request.recorded, request.excluding)


def _ours(group: Sequence[RenderRequest], source: str, bare: Path, progress: Progress) -> list[Rendered]:
    """Requests for a history that shunter has made itself."""
    from shunter.adapters.templates.codes import remembered
    from shunter.core.templates.config import NeedsCopier

    found: list[Rendered | None] = []
    why: dict[int, str] = {}
    with remembered():
        for number, request in enumerate(group):
            progress("render templates", number, len(group))
            try:
                engine = _engine(bare, source, request.release)
                more = _engine(bare, source, request.excluding).config.exclude if request.excluding else ()
                made = engine.project(json.loads(request.answers), request.operation, request.recorded, more)
                found.append(Rendered(made.files, made.once, "", made.places))
            except NeedsCopier as needs:
                found.append(None)
                why[number] = str(needs)
    left = [_asked(group[number]) for number in why]
    by_copier = iter(isolated.by_copier(source, left, bare, tuple(why.values())) if left else ())
    return [each or next(by_copier) for each in found]


@lru_cache(_KEPT)
def _engine(bare: Path, source: str, release: str) -> Engine:
    from shunter.core.templates.config import NeedsCopier
    from shunter.core.templates.engine import Engine

    history = Repository(bare)
    commit = history.try_git("rev-parse", "--quiet", "--verify", f"refs/tags/v{release}^{{commit}}").text
    if not commit:
        raise NeedsCopier(f"release {release}, which is not there")
    return Engine(MemoryTree(history.tree(commit).files(_HELD)), source, f"v{release}")


def _theirs(group: Sequence[RenderRequest], source: str, *, trust: bool) -> list[Rendered]:
    """Requests for the templates of somebody else."""
    with fetched(source) as bare:
        return isolated.by_engine(source, [_asked(request) for request in group], bare, trust=trust)
