"""What a registry says that it wants from who is not known to it: the `WWW-Authenticate` header."""

from __future__ import annotations

import re

from shunter.model.data import dataclass

_CHALLENGE = re.compile(r"\s*(Basic|Bearer)\b", re.IGNORECASE)
_PARAMETER = re.compile(r'\s*,?\s*([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))')


@dataclass(frozen=True, slots=True)
class Challenge:
    """`basic`: user and password at once; else a token for `service` and `scope` from `realm`."""

    basic: bool
    realm: str = ""
    service: str = ""
    scope: str = ""


def parse(header: str) -> Challenge | None:
    """The challenge in a `WWW-Authenticate` header, a token before a password; None where we know none of them."""
    found: dict[str, Challenge] = {}
    at = 0
    while match := _CHALLENGE.match(header, at):
        scheme, at = match[1].lower(), match.end()
        said: dict[str, str] = {}
        while pair := _PARAMETER.match(header, at):
            said[pair[1].lower()] = re.sub(r"\\(.)", r"\1", pair[2]) if pair[2] is not None else pair[3]
            at = pair.end()
        made = Challenge(scheme == "basic", said.get("realm", ""), said.get("service", ""), said.get("scope", ""))
        found.setdefault(scheme, made)
        at += len(header[at:]) - len(header[at:].lstrip(" ,"))
    return found.get("bearer") or found.get("basic")
