"""Old verdicts: what was judged before, with every byte the same, needs neither a YAML parser nor a validator.

A verdict is kept under a key of everything it depends on: shunter's release and its engines, the chart's files, the
values files, and what was asked. One file for each chart folder holds its entries, newest first. It appears by a
rename, so concurrent runs cannot damage it; one of two that finish together may be lost, and is judged again. An entry
carries its key and a checksum: what is damaged or foreign is a miss. A cache that cannot be read or written is none.

Imports next to nothing: a run that finds all its verdicts here ends without the rest of shunter.
"""

from __future__ import annotations

import os
import stat
import sys

from shunter import __version__
from shunter.adapters.system.paths import cache_path
from shunter.adapters.system.regular import LARGEST, read_regular
from shunter.adapters.verdicts.entries import body_of, entries_in, key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shunter.model.findings import Finding

    Part = tuple[str, bytes]
    Question = tuple[str, bool, tuple[str, ...], tuple[Part, ...]]
    """A chart's folder; whether all files below it matter; the values files passed; what else was asked."""

_OWN = ("Chart.yaml", "requirements.yaml", "values.yaml", "values.schema.json", ".helmignore", ".copier-answers.yml")
_ANSWERS = _OWN[-1]
_FOLDERS = ("charts", "crds", "templates")
_ENGINES = ("jsonschema_rs", "yaml", "helm_python")
NO_JUDGES = ("cli", "flows/fleet", "flows/trains")
"""Rooms that no judgement imports."""


class _UnfitError(Exception):
    """Something that a key cannot stand for: a symbolic link, a device, too much data."""


class Verdicts:
    """The cache as one run sees it. `find` before a judgement, `keep` after it, `save` at the end."""

    def __init__(self) -> None:
        self._root = os.path.join(cache_path(), "verdicts")
        self._release = release_of()
        self._keys: dict[Question, str | None] = {}
        self._contexts: dict[tuple[str, bool], str] = {}
        self._entries: dict[str, dict[bytes, bytes]] = {}
        self._new: list[tuple[Question, tuple[Finding, ...]]] = []

    def find(self, question: Question) -> tuple[Finding, ...] | None:
        """The findings of an earlier run for the same bytes; None if there was none."""
        if question not in self._keys:
            self._keys[question] = self._key(question, self._contexts)
        key = self._keys[question]
        if key is None:
            return None
        folder = question[0]
        if folder not in self._entries:
            self._entries[folder] = self._load(self._file(folder))
        entry = self._entries[folder].get(key.encode())
        body = None if entry is None else body_of(key, entry)
        if body is None or body == b"[]":
            return None if body is None else ()
        from shunter.adapters.verdicts.storing import findings_in

        return findings_in(body)

    def keep(self, question: Question, findings: tuple[Finding, ...]) -> None:
        """Remember the answer to a question that `find` could not answer."""
        self._new.append((question, findings))

    def save(self) -> None:
        """Write what is new. Left out is what changed on disk since `find`: nobody knows which bytes were judged."""
        contexts: dict[tuple[str, bool], str] = {}
        fresh: dict[str, list[tuple[str, tuple[Finding, ...]]]] = {}
        for question, findings in self._new:
            key = self._keys.get(question)
            if key is not None and key == self._key(question, contexts):
                fresh.setdefault(self._file(question[0]), []).append((key, findings))
        self._new = []
        if fresh:
            from shunter.adapters.verdicts.storing import store

            store(fresh)

    def _load(self, file: str) -> dict[bytes, bytes]:
        try:
            return entries_in(read_regular(file))
        except OSError:
            return {}

    def _file(self, folder: str) -> str:
        return os.path.join(self._root, key_of("folder", "", [(os.path.realpath(folder), b"")]))

    def _key(self, question: Question, contexts: dict[tuple[str, bool], str]) -> str | None:
        folder, whole, files, asked = question
        try:
            if (folder, whole) not in contexts:
                contexts[folder, whole] = key_of(self._release, "", _chart_files(folder, whole=whole))
            return key_of(contexts[folder, whole], "", [*((file, read_regular(file)) for file in files), *asked])
        except (OSError, RecursionError, _UnfitError):
            return None


class NoVerdicts(Verdicts):
    """No cache: nothing is found, and nothing kept."""

    def __init__(self) -> None:
        """Look at nothing."""

    def find(self, question: Question) -> None:
        """See `Verdicts.find`."""

    def keep(self, question: Question, findings: tuple[Finding, ...]) -> None:
        """See `Verdicts.keep`."""

    def save(self) -> None:
        """See `Verdicts.save`."""


def release_of() -> str:
    """What judges: the release, its engines and, in a checkout, whose code changes under one release, its modules."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    found = [__version__]
    for engine in _ENGINES:
        place = next((p for base in sys.path if os.path.isdir(p := os.path.join(base, engine))), None)
        found.append(f"{place and os.stat(place).st_mtime_ns}")
    if not os.path.isdir(f"{package}/_data"):
        found += _modules(package) + _modules(f"{os.path.dirname(os.path.dirname(package))}/schemas", ".json")
    return "\n".join(found)


def _modules(package: str, ending: str = ".py") -> list[str]:
    """Every module's path, size and time of change, sorted: hundreds, and each run that finds an old verdict looks."""
    found: list[str] = []
    others = [f"{package}/{room}" for room in NO_JUDGES]
    folders = [package]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(ending):
                    about = entry.stat()
                    found.append(f"{entry.path} {about.st_size} {about.st_mtime_ns}")
                elif entry.name != "__pycache__" and entry.is_dir() and entry.path not in others:
                    folders.append(entry.path)
    return sorted(found)


def _chart_files(folder: str, *, whole: bool) -> list[Part]:
    """The files that a verdict may depend on, sorted: all below the chart's folder, or those that Helm gives a name.

    With all of them go the values files that an environment shares with others: its answers name them.
    """
    found: list[Part] = []
    size = 0
    for name in sorted(os.listdir(folder)):
        if whole or name in _FOLDERS or name in _OWN:
            for part in _below(f"{folder}/{name}", name):
                found.append(part)
                size += len(part[1])
                if size > LARGEST:
                    raise _UnfitError(folder)
    answers = next((data for name, data in found if whole and name == _ANSWERS), b"")
    return [*found, *(part for name in _shared(answers) for part in _below(f"{folder}/{name}", name))]


def _shared(answers: bytes) -> Iterable[str]:
    if b"../" not in answers:
        return ()
    import re

    return sorted({name.decode() for name in re.findall(rb"(?:\.\./)+[A-Za-z0-9._/-]+\.ya?ml", answers)})


def _below(path: str, name: str) -> Iterator[Part]:
    mode = os.lstat(path).st_mode
    if stat.S_ISREG(mode):
        yield (f"{name}*" if mode & stat.S_IXUSR else name), read_regular(path)
    elif not stat.S_ISDIR(mode):
        raise _UnfitError(path)
    elif name != ".git" and not os.path.lexists(f"{path}/.git"):
        for entry in sorted(os.listdir(path)):
            yield from _below(f"{path}/{entry}", f"{name}/{entry}")
