"""Templates compiled to Python's code: once in a process, and not again where the code of an earlier run is at hand."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Final

Key = tuple[object, ...]
Stored = Mapping[bytes, bytes]
"""Code as bytes, by a digest of its key."""


class Codes:
    """Code by all that it follows from: options, name and source of a template.

    Where `earlier` is set it gives what an earlier run has `used`; it is called for the first template that is new.
    """

    def __init__(self) -> None:
        self.earlier: Callable[[], Stored] | None = None
        self.used: dict[bytes, bytes] = {}
        self.compiled = 0
        self._known: dict[Key, CodeType] = {}
        self._stored: Stored | None = None

    @property
    def stored(self) -> Stored:
        """What the earlier run had; nothing before anything was asked for."""
        return self._stored or {}

    def code(self, key: Key, make: Callable[[], CodeType]) -> CodeType:
        """The code for a key, which `make` compiles where nobody has it."""
        if key not in self._known:
            self._known[key] = self._found(key, make) if self.earlier else make()
        return self._known[key]

    def _found(self, key: Key, make: Callable[[], CodeType]) -> CodeType:
        if self._stored is None:
            self._stored = self.earlier() if self.earlier else {}
        digest = hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).digest()
        data = self._stored.get(digest)
        if data is None:
            code = make()
            data = marshal.dumps(code)
            self.compiled += 1
        else:
            code = marshal.loads(data)  # noqa: S302 - from `earlier`, which answers for it
        self.used[digest] = data
        return code


CODES: Final = Codes()
"""Those of this process: most of one release's templates stand in the next as they are."""
