"""The process in which templates of others are rendered, and Copier runs: a question as JSON, an answer, and bytes."""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from math import ceil
from pathlib import Path
from typing import IO, Any, Final

from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.templates import bounds
from shunter.adapters.templates.isolated import AT
from shunter.adapters.templates.source import commit_of
from shunter.core.templates.config import NeedsCopier
from shunter.core.templates.engine import ERROR, Engine, Made, excluded_by, programs_of, written_once
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

Files = Mapping[str, FileState]
_PROGRAMS: Final = ("`_tasks`", "`_jinja_extensions`")
_MEMORY: Final = 4 << 30  # bytes of address space, of which Python and Copier take a small part


def main() -> None:
    """Answer the question on standard input; what Copier and its tasks print goes to standard error."""
    question = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "wb") as answered:
        os.dup2(2, 1)
        _limit(question["all"])
        with tempfile.TemporaryDirectory() as mirrors:
            # Copier's mirror of a template that is kept does not know what was tagged since.
            os.environ["COPIER_CACHE_DIR"] = mirrors
            _write(answered, list(_answers(question)))


def _limit(seconds: int) -> None:
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, _MEMORY)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _bounded(question: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each project, and why our engine cannot render it, with a limit of processor time for what is done with it."""
    left, hard = float(question["all"]), resource.getrlimit(resource.RLIMIT_CPU)[1]
    for asked, why in zip(question["asked"], question["why"], strict=True):
        begun = time.process_time()
        most = ceil(begun + min(question["seconds"], max(left, 1)))
        resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        yield asked, why
        left -= time.process_time() - begun


def _at(path: str) -> None:
    """Note what is going to be rendered, for who finds this process ended."""
    Path(AT).write_text(path, "utf-8", "surrogateescape")


def _unlimit() -> None:
    for what in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (hard, hard))


def _answers(question: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if question.get("folder"):
        [asked] = question["asked"]
        yield _updated(question["source"], asked, question["folder"], trust=question["trust"])
        return
    engines = _Engines(question["source"], question["bare"], trust=question.get("trust", False))
    for asked, why in _bounded(question):
        _at("copier.yml")
        try:
            yield _answer(engines, question["source"], asked, why, trust=question.get("trust", False))
        except ShunterError as error:
            yield {"error": error.message, "notes": error.notes, "hint": error.hint}


def _answer(engines: _Engines, source: str, asked: Mapping[str, Any], why: str, *, trust: bool) -> dict[str, Any]:
    made: Made | None = None
    if not why:
        try:
            made = engines.project(asked)
        except NeedsCopier as needs:
            why = str(needs)
    if made is None:
        if why in _PROGRAMS:
            _unlimit()  # Copier refuses them before it does anything, unless the person trusts this source by name
        _at("")
        files = dict(_by_copier(source, asked, engines.excluded(asked["excluding"]), why, trust=trust))
        made = Made(files, engines.written_once(asked), programs=engines.programs(asked))
    bounds.refuse_large(made.files, source)
    return {
        "files": made.files,
        "once": made.once,
        "places": made.places,
        "by_copier": why,
        "programs": made.programs,
    }


def _updated(source: str, asked: Mapping[str, Any], folder: str, *, trust: bool) -> dict[str, Any]:
    """Let Copier update the project at `folder`, which is a copy: what it has become is read there."""
    from copier import Settings, load_settings, run_update

    _unlimit()  # as in `_answer`
    try:
        run_update(
            folder,
            dict(asked["answers"]),
            vcs_ref=f"v{asked['release']}",
            settings=Settings(trust=load_settings().trust),
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=trust,
        )
    except Exception as error:  # as in `_by_copier`
        explained = _explained(error, source, asked)
        return {"error": explained.message, "notes": explained.notes, "hint": explained.hint}
    return {"files": {}, "once": (), "places": {}, "by_copier": "", "programs": ()}


class _Engines:
    """Our engine for each release of a template that `bare` is a copy of."""

    def __init__(self, source: str, bare: str, *, trust: bool) -> None:
        self._source, self._trust = source, trust
        self._repository = Repository(Path(bare))
        self._known: dict[str, Engine] = {}
        self._commits: dict[str, tuple[str, str] | None] = {}

    def project(self, asked: Mapping[str, Any]) -> Made:
        """A project. Raises NeedsCopier."""
        more = self._of(asked["excluding"]).config.exclude if asked["excluding"] else ()
        return self._of(asked["release"]).project(asked["answers"], asked["operation"], asked["recorded"], more)

    def excluded(self, release: str) -> tuple[str, ...]:
        """What a release excludes; nothing where nobody can tell."""
        found = self._commit(release) if release else None
        return excluded_by(self._repository.tree(found[0])) if found else ()

    def _commit(self, release: str) -> tuple[str, str] | None:
        if release not in self._commits:
            self._commits[release] = commit_of(self._repository, release)
        return self._commits[release]

    def _of(self, release: str) -> Engine:
        if release not in self._known:
            found = self._commit(release)
            if found is None:
                raise ShunterError(f"{self._source} has no template release {release}", hint=_UNKNOWN)
            if bounds.refuse_unbounded(self._repository, found[0], self._source, trust=self._trust):
                raise NeedsCopier("a submodule")
            engine = Engine(self._repository.tree(found[0]), self._source, found[1], _at)
            if not _is_enough(engine.config.least_copier):
                raise NeedsCopier("`_min_copier_version`")
            self._known[release] = engine
        return self._known[release]

    def written_once(self, asked: Mapping[str, Any]) -> tuple[str, ...]:
        """What is written once in a project that Copier has rendered."""
        found = self._commit(asked["release"])
        return written_once(self._repository.tree(found[0]), asked["answers"]) if found else ()

    def programs(self, asked: Mapping[str, Any]) -> tuple[str, ...]:
        """What an update of a project that Copier has rendered runs beside it."""
        found = self._commit(asked["release"])
        return programs_of(self._repository.tree(found[0])) if found else ()


def _is_enough(least: str) -> bool:
    """Whether the Copier that is installed is of a version that a template asks for."""
    if not least:
        return True
    here = re.match(r"[0-9.]*[0-9]", version("copier"))
    if here is None or not re.fullmatch(r"[0-9]+(\.[0-9]+)*", least):
        return False
    wanted, found = ([int(part) for part in text.split(".")] for text in (least, here[0]))
    return wanted <= found


_UNKNOWN = "name a release it has, or install a shunter that is new enough to know this one"


def _by_copier(source: str, asked: Mapping[str, Any], excluding: Sequence[str], why: str, *, trust: bool) -> Files:
    try:
        return _copied(source, asked, excluding, trust=trust)
    except Exception as error:  # Copier lets plumbum's, Jinja's and YAML's errors through
        found = _explained(error, source, asked)
        notes = (*found.notes, why) if why.startswith(ERROR) else found.notes  # Copier does not say where
        raise ShunterError(found.message, notes=notes, hint=found.hint) from error


def _copied(source: str, asked: Mapping[str, Any], excluding: Sequence[str], *, trust: bool) -> Files:
    from copier import Settings, load_settings, run_copy

    with tempfile.TemporaryDirectory() as box:
        target = Path(box, "project")
        run_copy(
            source,
            target,
            asked["answers"],
            vcs_ref=f"v{asked['release']}",
            settings=Settings(trust=load_settings().trust),  # a person's own defaults answer no question of a workspace
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=trust,
            exclude=excluding,
            skip_tasks=asked["operation"] == "update",  # they run in the project's update itself
        )
        tree = DiskTree(target)
        return {path: state for path in tree.paths() if (state := tree.get(path)) is not None}


def _explained(error: Exception, source: str, asked: Mapping[str, Any]) -> ShunterError:
    from copier.errors import UnsafeTemplateError

    lines = [line.strip() for line in (getattr(error, "stderr", "") or str(error)).strip().splitlines()]
    notes = tuple(f"copier: {line}" for line in lines[:6])
    release = asked["release"]
    if any("invalid reference" in line or "Unknown revision" in line for line in lines):
        return ShunterError(f"{source} has no template release {release}", hint=_UNKNOWN)
    if getattr(error, "stderr", None):
        hint = "is the URL right, and reachable?"
        return ShunterError(f"cannot read the templates at {source}", notes=notes, hint=hint)
    if isinstance(error, UnsafeTemplateError):
        hint = (
            "if you trust them: `--trust`, or name them in Copier's settings.yml "
            f"(`trust: [{source}]`); else take tasks, migrations and extensions out"
        )
        return ShunterError(f"the templates at {source} want to run programs", notes=notes, hint=hint)
    kind = asked["answers"].get("kind", "project")
    named = re.match(r"copier: Invalid choice for '(\w+)': .* is not in \[(.*)\]", notes[0]) if notes else None
    hint = f"`{named[1]}` is {_one_of(named[2])} here, by these templates" if named else ""
    return ShunterError(f"Copier cannot render a {kind} from templates {release}", notes=notes, hint=hint)


def _one_of(choices: str) -> str:
    """Copier's list of choices in words."""
    names = [choice.strip("' ") for choice in choices.split(",")]
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def _write(out: IO[bytes], answers: Sequence[dict[str, Any]]) -> None:
    """The answers, with every distinct content once behind them."""
    numbers: dict[bytes, int] = {}
    for answer in answers:
        if "files" in answer:
            answer["files"] = [
                (path, state.mode, numbers.setdefault(state.data, len(numbers)))
                for path, state in answer["files"].items()
            ]
    out.write(json.dumps({"projects": answers, "sizes": [len(data) for data in numbers]}).encode() + b"\n")
    out.writelines(numbers)


if __name__ == "__main__":
    main()
