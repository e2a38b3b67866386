"""Verdicts worth remembering: a key from everything that a verdict depends on, and what was kept under it.

Imports next to nothing, so that a hook that only finds old verdicts starts fast. An entry names its own key and carries
a checksum, so a corrupted or foreign one reads as none.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b  # hashlib brings all of OpenSSL along, and takes as long as everything else here
except ImportError:
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SIZE = 20


def key_of(release: str, helm: str, parts: Iterable[tuple[str, bytes]]) -> str:
    """The key of one judgement: shunter's release, Helm's, and the name and bytes of each file, in order."""
    digest = blake2b(digest_size=_SIZE)
    for name, data in ((release, helm.encode()), *parts):
        text = name.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%s%d:" % (len(text), text, len(data)))
        digest.update(data)
    return digest.hexdigest()


def body_of(key: str, entry: bytes) -> bytes | None:
    """What an entry holds; None if it is none of ours, not for this key, or damaged."""
    head, _, body = entry.partition(b"\n")
    return body if head == head_of(key, body) else None


def head_of(key: str, body: bytes) -> bytes:
    """The first line of the entry under `key`: the key, and a checksum of what follows."""
    return f"{key} {blake2b(body, digest_size=_SIZE, key=key.encode()[:64]).hexdigest()}".encode()


def entries_in(data: bytes) -> dict[bytes, bytes]:
    """The entries of a file by key. None of them is checked yet."""
    lines = data.split(b"\n")
    return {head[:40]: head + b"\n" + body for head, body in zip(lines[::2], lines[1::2])}  # noqa: B905 - it may be cut off
