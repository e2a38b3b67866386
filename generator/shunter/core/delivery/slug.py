"""Names of branches as a part of a version and of an image tag."""

from __future__ import annotations

import hashlib
import re
from typing import Final

LONGEST: Final = 30
_DIGITS: Final = 8
_SUFFIX: Final = _DIGITS + 2
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HASHED: Final = re.compile(rf".*-h[0-9a-f]{{{_DIGITS}}}")
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """`name` as lower-case letters, digits and single hyphens, 30 characters at most; never empty.

    Two names have two slugs: one that is not itself in that form, is cut, or looks like a slug with a hash gets the
    first digits of its hash at the end.
    """
    if len(name) <= LONGEST and _PLAIN.fullmatch(name) and not _HASHED.fullmatch(f"-{name}"):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS]
    words = _OTHER.sub("-", name.lower()).strip("-")[: LONGEST - _SUFFIX].rstrip("-")
    return f"{words}-h{digest}" if words else f"h{digest}"
