"""Names of a published app's templates that no other app of an umbrella has, unless it was built with the same library.

Named templates are global in a release, and one body wins for all. So `shop-library.v1.app` becomes
`shop-library.v1@1.1.0-34b3a632272c.app`: with the library's version, for a person, and a hash of what is behind it.
That is the library's templates as Helm reads them, and the named ones of the app itself: they may override one of the
library's, and texts in values may call them through it, so an app that has some has a library of its own. Values keep
the public names; they are replaced in what `tpl` is given, and put back in what it prints, where a host's name may
look like one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache, partial
from typing import TypeVar

from shunter.core.charts.templates import parse_once
from shunter.core.gotemplate import rename
from shunter.core.gotemplate.compact import compact
from shunter.core.gotemplate.parse import TemplateError
from shunter.core.gotemplate.rename import DIGITS, Names
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Span

Files = Mapping[str, FileState]
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Qualified:
    """The template files of a library and of an app with their own names, and the mark that stands in these names."""

    library: dict[str, FileState]
    app: dict[str, FileState]
    mark: str


def qualified(name: str, version: str, library: Files, app: Files, foreign: Collection[str] = ()) -> Qualified:
    """The template files of the library `name` and of an app that is built with it, with names of their own.

    Paths stay. How the library's sources look is for those who read them: Helm reads this copy at every render.
    `foreign` are names that charts inside the app use: such stay too, since those charts are not changed.
    Raises ShunterError for a file that is no template.
    """
    theirs, mine = _defines(library), _defines(app)
    library = _each(library, _compact)
    majors = sorted({found[1] for known in theirs if (found := _major(name).match(known))})
    mark = f"{version}-{_hash(library, mine)}"
    single = sorted(known for known in {*theirs, *mine} - {*foreign} if not _major(name).match(known))
    if not majors and not single:
        return Qualified(dict(library), dict(app), mark)
    renamed = partial(_renamed, majors=tuple(majors), single=tuple(single), mark=mark)
    return Qualified(_each(library, renamed), _each(app, renamed), mark)


def names_in(files: Files) -> frozenset[str]:
    """The names that template files define or call; those of a file that is no template are left out."""
    found: set[str] = set()
    for state in files.values():
        try:
            found.update(rename.named(_text(state)))
        except TemplateError:
            continue
    return frozenset(found)


def _major(library: str) -> re.Pattern[str]:
    return re.compile(rf"({re.escape(library)}\.v\d+)\.")


def _defines(files: Files) -> dict[str, str]:
    """The text of each named template, by name; of several of one name, all of them."""
    found: dict[str, str] = {}
    for path in sorted(files):
        for define in _reading(path, files[path], parse_once).defines:
            found[define.name] = f"{found.get(define.name, '')}{path}\n{define.text}\n"
    return found


def _hash(library: Files, mine: Mapping[str, str]) -> str:
    """The first digits of the SHA-256 of the library's files and the app's named templates."""
    parts = [[path, _text(library[path])] for path in sorted(library)] + [
        [known, mine[known]] for known in sorted(mine)
    ]
    text = json.dumps(parts, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def _names(majors: Iterable[str], single: Collection[str], mark: str) -> Names:
    """What becomes of names that begin with one of `majors`, and of the `single` ones."""
    prefixes = {f"{major}.": f"{major}@{mark}." for major in majors}

    def new(name: str) -> str:
        if name in single:
            return f"{name}@{mark}"
        old = next((prefix for prefix in prefixes if name.startswith(prefix)), "")
        return prefixes.get(old, "") + name.removeprefix(old)

    before = "".join(f"replace {_go(old)} {_go(with_mark)} (" for old, with_mark in prefixes.items())
    quoted = {f"{quote}{old}": f"{quote}{with_mark}" for old, with_mark in prefixes.items() for quote in '"`'}
    inside = "".join(f"replace {_go(old)} {_go(with_mark)} (" for old, with_mark in quoted.items())
    computed, evaluated = (before, ")" * len(prefixes)), (inside, ")" * len(quoted))
    if single:
        which = "|".join(map(re.escape, single))
        computed = _pattern(computed, f"^({which})$", f"${{1}}@{mark}")
        evaluated = _pattern(evaluated, f'(["`])({which})(["`])', f"${{1}}${{2}}@{mark}${{3}}")
    return Names(new, _bracketed(computed), _bracketed(evaluated), f' | replace {_go(f"@{mark}")} ""')


def _pattern(marks: tuple[str, str], pattern: str, replacement: str) -> tuple[str, str]:
    before, behind = marks
    return f"regexReplaceAll {_go(pattern)} ({before}", f"{behind}) {_go(replacement)}"


def _bracketed(marks: tuple[str, str]) -> tuple[str, str]:
    before, behind = marks
    return f"({before}", f"{behind})"


def _go(text: str) -> str:
    """A string constant of Go."""
    return json.dumps(text, ensure_ascii=False)


def _each(files: Files, renamed: Callable[[str], str]) -> dict[str, FileState]:
    return {path: FileState(_bytes(_reading(path, state, renamed)), state.mode) for path, state in files.items()}


@lru_cache(256)
def _compact(text: str) -> str:
    return compact(text)


@lru_cache(256)
def _renamed(text: str, majors: tuple[str, ...], single: tuple[str, ...], mark: str) -> str:
    """A template file with its names marked, equal ones once: most apps of a workspace hold the same library."""
    return rename.renamed(text, _names(majors, single, mark))


def _reading(path: str, state: FileState, take: Callable[[str], _Made]) -> _Made:
    try:
        return take(_text(state))
    except TemplateError as error:
        raise ShunterError(
            f"{path} is no template: {error}", span=Span(path, error.line), hint="`helm lint` says the same"
        ) from error


def _text(state: FileState) -> str:
    return state.data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
