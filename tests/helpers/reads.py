"""What one command reads: how often each content is parsed as YAML or template, unpacked and hashed; and git's processes."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import pkgutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import shunter
from shunter.core.charts import archive, contents, templates
from shunter.core.gotemplate import parse
from shunter.core.goyaml import nodes

_FRAMES = 14


@dataclass
class Reads:
    """How often each content was read, by the SHA-256 of its bytes, and who asked for it."""

    yaml: Counter[str] = field(default_factory=Counter)
    unpacked: Counter[str] = field(default_factory=Counter)
    hashed: Counter[str] = field(default_factory=Counter)
    templates: Counter[str] = field(default_factory=Counter)
    where: dict[str, list[str]] = field(default_factory=dict)

    def note(self, counter: Counter[str], data: bytes) -> None:
        """Count one reading."""
        key = key_of(data)
        counter[key] += 1
        frames = [f"{frame.filename.rpartition('shunter/')[2]}:{frame.name}" for frame in traceback.extract_stack()]
        asked = " < ".join(frame for frame in reversed(frames[-_FRAMES:-2]) if frame[0] != "/")
        self.where.setdefault(key, []).append(f"{data.strip()[:60]!r}: {asked}")

    def more_than(self, counter: Counter[str], allowed: Counter[str] | None = None) -> list[str]:
        """What was read more often than `allowed` (once, where it says nothing), each time with who asked."""
        most = allowed or Counter()
        return [place for key, count in counter.items() if count > max(most[key], 1) for place in self.where[key]]


def key_of(data: bytes) -> str:
    """The key of a content."""
    return hashlib.sha256(data).hexdigest()


class _Hash:
    """A SHA-256 that counts what went into it."""

    def __init__(self, reads: Reads, data: bytes) -> None:
        self._reads, self._data = reads, data

    def update(self, data: bytes) -> None:
        self._data += data

    def hexdigest(self) -> str:
        self._reads.note(self._reads.hashed, self._data)
        return key_of(self._data)


class _Hashlib:
    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def sha256(self, data: bytes = b"") -> _Hash:
        return _Hash(self._reads, data)


def _modules() -> list[Any]:
    for found in pkgutil.walk_packages(shunter.__path__, "shunter."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    return [module for name, module in sys.modules.items() if name.partition(".")[0] == "shunter"]


@contextmanager
def counted() -> Iterator[Reads]:
    """Count what this process reads until the end of the block, whatever was read before.

    The real functions run: the parser below the YAML reader, that of templates, `archive.unpack`, and SHA-256 of archives and contents,
    under every name that some module has imported them by.
    """
    contents.forget()
    templates.parse_once.cache_clear()
    reads = Reads()
    compose, unpack, parsing = nodes.compose, archive.unpack, parse.parse

    def composing(data: Any, *rest: Any) -> Any:
        reads.note(reads.yaml, bytes(data))
        return compose(data, *rest)

    def unpacking(data: bytes, *rest: Any) -> Any:
        reads.note(reads.unpacked, data)
        return unpack(data, *rest)

    def parsing_template(text: str) -> Any:
        reads.note(reads.templates, text.encode())
        return parsing(text)

    instead = {id(compose): composing, id(unpack): unpacking, id(parsing): parsing_template}
    changed = [
        (module, name, value)
        for module in _modules()
        for name, value in list(vars(module).items())
        if id(value) in instead
    ]
    try:
        for module, name, value in changed:
            setattr(module, name, instead[id(value)])
        with mock.patch.object(archive, "hashlib", _Hashlib(reads)):
            yield reads
    finally:
        for module, name, value in changed:
            setattr(module, name, value)


@contextmanager
def git_processes() -> Iterator[list[list[str]]]:
    """The command lines of the git processes that are started until the end of the block, by git itself left out."""
    found: list[list[str]] = []
    with tempfile.TemporaryDirectory(prefix="shunter-git-") as folder:
        with mock.patch.dict(os.environ, GIT_TRACE2_EVENT=folder):
            yield found
        for file in Path(folder).iterdir():
            events = [json.loads(line) for line in file.read_text("utf-8", "replace").splitlines()]
            found += [event["argv"] for event in events if event["event"] == "start" and "/" not in event["sid"]]
