"""Renders kept by content: the same template release and the same answers always give the same files.

Only renders from a local history are kept, under what its tag of the release stands for: the next history, which has
this release as well, finds them again. A tag of a remote may move. What is damaged or foreign counts as not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from shunter.adapters.system.paths import cache_root

Answer = Mapping[str, Any]
_RELEASE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]*")
_OBJECT: Final = re.compile(r"[0-9a-f]{40,64}")


def place(bare: Path, source: str, release: str, answers: str) -> Path:
    """Where the render of these answers (canonical JSON) from that history is kept."""
    from importlib.metadata import version

    parts = (version("copier"), version("jinja2"), source, release, answers)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return cache_root() / "renders" / (_tagged(bare, release) or bare.stem) / f"{digest[:40]}.json"


def _tagged(bare: Path, release: str) -> str:
    """The object that a release's tag names; empty where git has packed it away."""
    if not _RELEASE.fullmatch(release):
        return ""
    try:
        found = (bare / "refs/tags" / f"v{release}").read_bytes().decode("ascii", "replace").strip()
    except OSError:
        return ""
    return found if _OBJECT.fullmatch(found) else ""


def load(file: Path) -> Answer | None:
    """The kept answer of a worker, or None."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    answer: Answer = json.loads(body)
    return answer


def store(file: Path, answer: Answer) -> None:
    """Keep an answer. A cache that cannot be written is no error."""
    body = json.dumps(answer).encode()
    staging = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        staging.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        staging.replace(file)
