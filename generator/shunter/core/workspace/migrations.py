"""`templates/migrations.yaml`: what template releases moved, as data that an update follows before it merges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.versions import parse
from shunter.core.goyaml.document import Document
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

FILE: Final = "templates/migrations.yaml"
MIGRATIONS: Final = OwnFile("migrations", "the migrations of templates", "who makes the templates has to correct it")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A file (or a folder, with a slash at its end) with another path in the project."""

    source: str
    target: str

    def concerns(self, path: str) -> bool:
        """Whether a file of a project is this one, or in this folder."""
        return path == self.source or (self.source.endswith("/") and path.startswith(self.source))


@dataclass(frozen=True, slots=True)
class MovedKey:
    """A key of the YAML files that gitignore's `patterns` name, under another path; a `*` is any key of a map."""

    patterns: tuple[str, ...]
    source: Key
    target: Key


@dataclass(frozen=True, slots=True)
class Migration:
    """What one release moved, in projects of these `kinds` (none: all). Files come first, then keys in them."""

    release: str
    kinds: tuple[str, ...] = ()
    files: tuple[Renamed, ...] = ()
    keys: tuple[MovedKey, ...] = ()
    answers: tuple[tuple[Key, Key], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)


def read_migrations(data: bytes, path: str, schema: bytes) -> tuple[Migration, ...]:
    """The migrations in these bytes, the oldest release first; `path` names the file in errors.

    Raises ShunterError with all problems as findings.
    """
    document = read_once(data, path)
    value = checked(document, MIGRATIONS, schema)
    found = [_migration(document, number, each) for number, each in enumerate(value["migrations"])]
    return tuple(sorted(found, key=lambda each: _version(each.release)))


def steps_between(migrations: Iterable[Migration], kind: str, old: str, new: str) -> list[Migration]:
    """The migrations that a project of this kind passes from release `old` to `new`, in order; none on the way back.

    Releases are versions, with or without a `v`; of what is no version nothing is known, and nothing is done.
    """
    start, end = (parse(text.removeprefix("v")) for text in (old, new))
    if start is None or end is None:
        return []
    return [
        each for each in migrations if start < _version(each.release) <= end and (not each.kinds or kind in each.kinds)
    ]


def by_answers(release: str, was: Mapping[str, str], now: Mapping[str, str]) -> list[Migration]:
    """The migration to files that have another name because an answer is another; none where there are none.

    `was` and `now` are the templates of files, by the path in the project, in the render before and in the new one. A
    template with several files, of which more than one has another name, does not say which became which.
    """
    gone, new = _moved(was, now), _moved(now, was)
    files = [Renamed(paths[0], new[template][0]) for template, paths in gone.items() if template in new]
    single = [each for each in files if len(gone[was[each.source]]) == len(new[was[each.source]]) == 1]
    return [Migration(release, files=tuple(single))] if single else []


def _moved(places: Mapping[str, str], others: Mapping[str, str]) -> dict[str, list[str]]:
    """Paths that only `places` has, by their template."""
    found: dict[str, list[str]] = {}
    for path, template in sorted(places.items()):
        if path not in others:
            found.setdefault(template, []).append(path)
    return found


def migrated_answers(steps: Iterable[Migration], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a project after these migrations. An answer that is there already stays."""
    found: dict[str, Any] = {**answers}
    for step in steps:
        for source, target in step.answers:
            if (taken := _taken(found, source)) is not None:
                found = _put(taken[0], target, taken[1]) or found
        found = {**step.defaults, **found}
    return found


def _taken(value: Mapping[str, Any], path: Key) -> tuple[dict[str, Any], Any] | None:
    """A mapping without what is at `path`, and that; None where there is nothing. Maps that are empty then are gone."""
    if path[0] not in value:
        return None
    rest = {key: item for key, item in value.items() if key != path[0]}
    if len(path) == 1:
        return rest, value[path[0]]
    below = _taken(value[path[0]], path[1:]) if isinstance(value[path[0]], Mapping) else None
    if below is None:
        return None
    return ({**value, path[0]: below[0]} if below[0] else rest), below[1]


def _put(value: Mapping[str, Any], path: Key, item: Any) -> dict[str, Any] | None:
    """A mapping with an item at `path`, unless one is there; None where something else than a map is in the way."""
    if len(path) == 1:
        return {path[0]: item, **value}
    below = value.get(path[0], {})
    inner = _put(below, path[1:], item) if isinstance(below, Mapping) else None
    return None if inner is None else {**value, path[0]: inner}


def _version(text: str) -> Any:
    version = parse(text.removeprefix("v"))
    assert version is not None, "the schema asks for a version"
    return version


def _migration(document: Document, number: int, value: Mapping[str, Any]) -> Migration:
    at = ("migrations", number)
    files = [Renamed(each["from"], each["to"]) for each in value.get("files", ())]
    for place, renamed in enumerate(files):
        if renamed.source.endswith("/") != renamed.target.endswith("/"):
            _refuse(document, (*at, "files", place, "to"), "a folder becomes a folder, and a file a file")
    keys = [MovedKey(_list(each["in"]), _steps(each["from"]), _steps(each["to"])) for each in value.get("keys", ())]
    for place, key in enumerate(keys):
        if key.source.count("*") != key.target.count("*"):
            _refuse(document, (*at, "keys", place, "to"), "`from` and `to` need the same number of `*`")
    answers = tuple((_steps(each["from"]), _steps(each["to"])) for each in value.get("answers", ()))
    return Migration(
        value["release"], _list(value.get("kinds", [])), tuple(files), tuple(keys), answers, value.get("defaults", {})
    )


def _refuse(document: Document, path: Sequence[str | int], why: str) -> None:
    raise ShunterError(why, span=document.span(path), notes=(MIGRATIONS.note,))


def _list(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _steps(value: str | Sequence[str]) -> Key:
    return tuple(value.split(".")) if isinstance(value, str) else tuple(value)
