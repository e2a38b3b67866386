"""What was answered about parts of a workspace: while nothing that an answer was made of changes, it stays true.

A part is a question and the places that its answer depends on. An answer is kept under a key of the question, all that
stands at these places, shunter.yaml, where the run started, and what answers (shunter's release and its engines). All
answers about one workspace are in one file, which appears by a rename; what is damaged is a miss. Imports next to
nothing.
"""

from __future__ import annotations

import os

from shunter.adapters.system.paths import cache_path, may_be_unfinished
from shunter.adapters.system.regular import read_regular
from shunter.adapters.verdicts.cache import release_of
from shunter.adapters.verdicts.contents import Contents
from shunter.adapters.verdicts.entries import body_of, entries_in, key_of
from shunter.adapters.verdicts.questions import WORKSPACE_FILE, workspace_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from shunter.adapters.verdicts.contents import Places

    Part = tuple[str, tuple[Places, ...]]
    """A question, and the places that its answer depends on, in groups: each is looked at once."""


class Memory:
    """The memory of the workspace in the folder `root`, as one run in `start` sees it; `workspace` is its shunter.yaml.

    `find` before an answer is made, `keep` after it, `save` at the end. Answers are what JSON can hold.
    """

    def __init__(self, root: str, start: str, workspace: bytes) -> None:
        self._root = os.path.realpath(root)
        self.workspace = workspace
        self._file = os.path.join(cache_path(), "verdicts", key_of("workspace", "", [(self._root, b"")]))
        label = os.path.relpath(self._root, os.path.realpath(start))
        self._head = key_of(release_of(), "", [("start", os.fsencode(label)), (WORKSPACE_FILE, workspace)])
        self._old = _load(self._file)
        self._contents = Contents(self._root, self._recall)
        self._keys: dict[Part, str | None] = {}
        self._new: dict[Part, Any] = {}

    def find(self, part: Part) -> Any:
        """The answer of an earlier run for the same bytes; None if there was none."""
        if part not in self._keys:
            self._keys[part] = self._key(part, self._contents)
        key = self._keys[part]
        body = None if key is None else self._body(key)
        if body is None:
            return None
        import json

        try:
            return json.loads(body.decode("utf-8", "surrogatepass"))
        except ValueError:
            return None

    def keep(self, part: Part, answer: Any) -> None:
        """Remember the answer to what `find` could not answer."""
        self._new[part] = answer

    def note(self, question: str, parts: Iterable[Part], said: Any) -> None:
        """Remember what is `said` where the answer of each of these parts is an empty list: see `said`."""
        plan = [said, [[name, [[*places] for places in groups]] for name, groups in parts]]
        part: Part = f"parts of {question}", ()
        if self.find(part) != plan:
            self.keep(part, plan)

    def said(self, question: str) -> Any:
        """What `note` has noted, if all of its parts have empty answers as things stand; else None."""
        noted = self.find((f"parts of {question}", ()))
        if noted is None:
            return None
        said, parts = noted
        clean = all(self.find((name, tuple(map(tuple, groups)))) == [] for name, groups in parts)
        return said if clean else None

    def save(self) -> None:
        """Write what is new. Left out is what changed on disk since `find`: nobody knows which bytes it is about."""
        again = Contents(self._root, lambda seen: self._contents.fresh.get(seen) or self._recall(seen))
        keys = {part: self._keys.get(part) for part in self._new}
        kept = {key: self._new[part] for part, key in keys.items() if key is not None and key == self._key(part, again)}
        self._new = {}
        seen = {key: digest for key, digest in self._contents.fresh.items() if self._recall(key) is None}
        if kept or seen:
            from shunter.adapters.verdicts.storing import put

            put(self._file, kept | seen)

    def _key(self, part: Part, contents: Contents) -> str | None:
        question, groups = part
        found = [contents.of(places) for places in groups]
        if None in found:
            return None
        return key_of(self._head, question, [(digest or "", b"") for digest in found])

    def _body(self, key: str) -> bytes | None:
        entry = self._old.get(key.encode())
        return None if entry is None else body_of(key, entry)

    def _recall(self, seen: str) -> str | None:
        body = self._body(seen)
        return None if body is None else body[1:-1].decode("ascii", "replace")


def remembered_around(directory: str) -> Memory | None:
    """The memory of the workspace around a folder; None where there is none, or may be something of a killed run."""
    start = os.path.realpath(directory)
    root = workspace_folder(start)
    if not root or may_be_unfinished(root):
        return None
    try:
        return Memory(root, start, read_regular(f"{root}/{WORKSPACE_FILE}"))
    except OSError:
        return None


def _load(file: str) -> dict[bytes, bytes]:
    try:
        return entries_in(read_regular(file))
    except OSError:
        return {}
