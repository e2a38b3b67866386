"""What Go's net/url takes for a URL (Go 1.26), as far as the formats of a schema ask: IPv6 zones are refused."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Final

from shunter.model.data import dataclass

_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(.*)", re.DOTALL)
_ESCAPES: Final = re.compile(r"(?:[^%]|%[0-9a-fA-F]{2})*", re.DOTALL)
_HOST: Final = re.compile(r"(?:[^\x00-\x7f]|[a-zA-Z0-9\-_.~!$&'()*+,;=:\[\]<>\"]|%25|%[89a-fA-F][0-9a-fA-F])*")
_PORT: Final = re.compile(r"(?::[0-9]*)?")
_USER: Final = re.compile(r"[a-zA-Z0-9\-._:~!$&'()*+,;=%@]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of a URL; `raw_path` is empty where Go would write the path itself that way."""

    scheme: str = ""
    host: str = ""
    raw_path: str = ""

    @property
    def hostname(self) -> str:
        """The host without brackets and port."""
        host, colon, port = self.host.rpartition(":")
        host = host if colon and _PORT.fullmatch(":" + port) else self.host
        return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def parse(text: str) -> Url | None:
    """The URL that `text` is; None where Go's url.Parse refuses it."""
    text, _, fragment = text.partition("#")
    if _CONTROL.search(text) or not _ESCAPES.fullmatch(fragment):
        return None
    if text == "*":
        return Url()
    scheme, rest = "", text
    if found := _SCHEME.fullmatch(text):
        scheme, rest = found[1].lower(), found[2]
    elif text.startswith(":"):
        return None
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        if scheme:
            return Url(scheme)
        if ":" in rest.partition("/")[0]:
            return None
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        user, at, host = authority.rpartition("@")
        if not _is_host(scheme, host) or (at and not (_USER.fullmatch(user) and _ESCAPES.fullmatch(user))):
            return None
    return Url(scheme, unescaped(host), _raw(rest)) if _ESCAPES.fullmatch(rest) else None


def unescaped(text: str) -> str:
    """Text without its `%..` escapes."""
    from urllib.parse import unquote

    return unquote(text, errors="surrogateescape")


def _raw(path: str) -> str:
    """Go's RawPath: the path, unless escaping the plain one gives it again."""
    from urllib.parse import quote

    return "" if quote(unescaped(path), safe="/$&+,:;=@~", errors="surrogateescape") == path else path


def _is_host(scheme: str, host: str) -> bool:
    if "[" in host:
        return host.startswith("[") and host.rindex("[") == 0 and _is_literal(host)
    strict = scheme in ("http", "https")
    _, colon, port = host.partition(":") if strict else (host.rpartition(":") if ":" in host else ("", "", ""))
    return _PORT.fullmatch(colon + port) is not None and _HOST.fullmatch(host) is not None


def _is_literal(host: str) -> bool:
    """Whether a host in brackets is an IPv6 address; a zone counts as none, since no format takes one."""
    inside, bracket, port = host[1:].rpartition("]")
    if not bracket or not _PORT.fullmatch(port) or not _HOST.fullmatch(inside) or "%25" in inside:
        return False
    try:
        IPv6Address(unescaped(inside))
    except ValueError:
        return False
    return True
