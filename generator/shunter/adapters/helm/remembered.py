"""What a chart's rendering has told before, by the digest of its archive: rendering it again tells the same."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from shunter import __version__
from shunter.adapters.system.bounded import make_room
from shunter.adapters.system.files import write_file
from shunter.adapters.system.paths import cache_root
from shunter.model.errors import ShunterError
from shunter.model.files import FileState


def recall(kind: str, *key: str) -> tuple[str, ...] | None:
    """The texts that `remember` has kept under this key; None for none. What is damaged counts as not there."""
    try:
        digest, _, body = _place(kind, key).read_bytes().partition(b"\n")
    except OSError:
        return None
    return tuple(json.loads(body)) if hashlib.sha256(body).hexdigest().encode() == digest else None


def remember(kind: str, *key: str, texts: Sequence[str]) -> None:
    """Keep texts that follow from what the key names, for as long as there is room. A cache need not be writable."""
    body = json.dumps([*texts]).encode()
    with contextlib.suppress(ShunterError):
        write_file(_place(kind, key), FileState(hashlib.sha256(body).hexdigest().encode() + b"\n" + body))
    make_room(cache_root() / kind, os.getpid())


def _place(kind: str, key: Sequence[str]) -> Path:
    name = hashlib.sha256("\0".join((__version__, *key)).encode()).hexdigest()
    return cache_root() / kind / f"{name[:40]}.json"
