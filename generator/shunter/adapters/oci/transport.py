"""Requests to a registry over urllib3: bounded in size and time, repeated where that may help, redirected with care."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

if TYPE_CHECKING:  # urllib3 costs more to import than most commands take, and few need a registry
    from urllib3 import BaseHTTPResponse, PoolManager

TIMEOUT = 30.0
_LONGEST = 600.0
_PATIENCE = 60.0
_ATTEMPTS = 5
_LONGEST_WAIT = 30
_MOST_REDIRECTS = 5
_BUSY = frozenset((429, 500, 502, 503, 504))
_CHUNK = 64 * 1024
_SMALL = 1024 * 1024
_LARGEST_COMPLAINT = 64 * 1024
_NO_REPLY = "check the name of the registry and the network; `--plain-http` is for one without TLS"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: names of headers are in lower case, `url` is what was asked in the end."""

    status: int
    headers: Mapping[str, str]
    data: bytes
    url: str


DONE = Answer(200, {}, b"", "")
"""Of an attempt that had nothing to ask for any more."""


class InterruptionError(ShunterError):
    """No answer, not the whole of one, or what was begun is lost: the same may do a moment later."""


@dataclass(frozen=True)
class Transport:
    """Connections that are kept and shared between threads.

    `timeout` in seconds is for each wait for the server, `pause` what the first wait between two attempts is about.
    After `patience` in seconds there is no other attempt. `longest` in seconds is for a large body, a tenth of it for
    a small one.
    """

    timeout: float = TIMEOUT
    pause: float = 0.2
    attempts: int = _ATTEMPTS
    patience: float = _PATIENCE
    longest: float = _LONGEST
    _pools: dict[str, PoolManager] = field(default_factory=dict)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        largest: int,
        once: bool = False,
    ) -> Answer:
        """Ask `url`, and follow where it leads; the answer's body has at most `largest` bytes.

        It is `repeated`, unless it is for `once`. An `Authorization` goes to the host of `url` only. Raises
        ShunterError where no answer comes, or one that is too large.
        """
        sent = dict(headers)
        for _ in range(_MOST_REDIRECTS + 1):
            attempt = partial(self._answered, method, url, sent, body, largest)
            answer = attempt() if once else self.repeated(attempt)
            target = answer.headers.get("location", "")
            if method not in ("GET", "HEAD") or answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer
            followed = joined(url, target)
            _require_safe(url, followed)
            if origin(followed) != origin(url):
                sent.pop("Authorization", None)
            url = followed
        raise ShunterError(f"{url} leads from one place to another without end", hint="ask who runs the registry")

    def repeated(self, attempt: Callable[[], Answer]) -> Answer:
        """What `attempt` is answered, which is one request or several that belong together.

        What breaks, and what is answered by 429 or 5xx, is done again a few times, after as long as the server says,
        within reason. The last answer is given whatever it is. What broke last is raised as a ShunterError that is no
        InterruptionError any more: what was repeated within an attempt is not repeated with it.
        """
        end, done = time.monotonic() + self.patience, 0
        while True:
            answer, broken = _tried(attempt)
            last = done + 1 >= self.attempts or time.monotonic() > end
            if answer is not None and (last or not (answer.status in _BUSY or _is_cut(answer))):
                return answer
            if last and broken is not None:
                raise ShunterError(broken.message, hint=broken.hint) from broken
            time.sleep(self._rest(done, answer))
            done += 1

    def _rest(self, done: int, answer: Answer | None) -> float:
        """How many seconds to wait, the first time after 0 attempts: what the answer says, else longer each time.

        Chance has a part in it, so that many who wait do not come back at once.
        """
        import random

        seconds: float = (2**done + random.random()) * self.pause  # noqa: S311
        if answer is not None and (said := answer.headers.get("retry-after", "")):
            seconds = max(seconds, _seconds(said))
        return min(seconds, _LONGEST_WAIT)

    def _answered(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, largest: int) -> Answer:
        """One request. Raises InterruptionError where it breaks."""
        import urllib3

        try:
            response = self._asked(method, url, headers, body)
            most = largest if response.status < 300 else max(largest, _LARGEST_COMPLAINT)
            return Answer(response.status, _lower(response.headers), self._read(response, url, most), url)
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(url, error) from error
        except ValueError as error:
            # What cannot be sent may be a secret: it is not told.
            raise ShunterError(f"{_shown(url)} cannot be asked", hint="check its name, and the login") from error

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> BaseHTTPResponse:
        import urllib3

        sent = {"User-Agent": "shunter", "Accept-Encoding": "identity", **headers}
        return self._pool(url).request(
            method,
            url,
            body=body,
            headers=sent,
            timeout=urllib3.Timeout(connect=min(self.timeout, 10), read=self.timeout),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    def _read(self, response: BaseHTTPResponse, url: str, largest: int) -> bytes:
        """The body. A connection whose body is not read to its end is of no more use."""
        found, began = bytearray(), time.monotonic()
        longest = self.longest if largest > _SMALL else self.longest / 10
        # Whatever has come, however little: who waits for a whole part of a body can be made to wait for ever.
        while part := response.read1(_CHUNK, decode_content=False):
            found += part
            if len(found) > largest or time.monotonic() - began > longest:
                response.close()
                limit = f"than {largest:,} bytes" if len(found) > largest else f"to read than {longest:.0f} s"
                word = "larger" if len(found) > largest else "longer"
                raise ShunterError(f"{_shown(url)} is {word} {limit}", hint="ask who runs the registry")
        response.release_conn()
        return bytes(found)

    def _pool(self, url: str) -> PoolManager:
        proxy = self._proxy(url)
        if proxy not in self._pools:
            import urllib3

            made = urllib3.ProxyManager(proxy, maxsize=16) if proxy else urllib3.PoolManager(maxsize=16)
            self._pools.setdefault(proxy, made)
        return self._pools[proxy]

    @cached_property
    def _proxies(self) -> tuple[Mapping[str, str], Callable[[str], object]]:
        from urllib.request import getproxies, proxy_bypass

        return getproxies(), proxy_bypass

    def _proxy(self, url: str) -> str:
        """The proxy that the environment names for a URL, or empty."""
        found = urlsplit(url)
        if is_loopback(found.hostname or ""):
            return ""
        proxies, bypass = self._proxies
        proxy = proxies.get(found.scheme) or proxies.get("all", "")
        return "" if not proxy or bypass(found.hostname or "") else proxy


def _tried(attempt: Callable[[], Answer]) -> tuple[Answer | None, InterruptionError | None]:
    """What an attempt is answered, or how it broke."""
    try:
        return attempt(), None
    except InterruptionError as error:
        return None, error


def _is_cut(answer: Answer) -> bool:
    """Whether an answer ended among its headers, which nothing in HTTP tells: a 401 always says what is wanted."""
    return answer.status == 401 and "www-authenticate" not in answer.headers


def joined(url: str, target: str) -> str:
    """Where `target` leads from `url`. Raises ShunterError where it is no URL."""
    with suppress(ValueError):
        found = urljoin(url, target)
        if urlsplit(found).port != 0 and found.isprintable():
            return found
    raise ShunterError(f"{_shown(url)} leads to what is no URL", hint="ask who runs the registry")


def origin(url: str) -> tuple[str, str]:
    """Scheme and host with port: credentials never leave it."""
    found = urlsplit(url)
    return found.scheme, found.netloc.lower()


def is_loopback(name: str) -> bool:
    """Whether a host's name, without port, is this machine."""
    import ipaddress

    try:
        return name == "localhost" or name.endswith(".localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _require_safe(url: str, followed: str) -> None:
    """Refuse to go from an encrypted place to one that is not, or to what is not the web at all."""
    before, after = urlsplit(url), urlsplit(followed)
    if after.scheme not in ("http", "https") or (before.scheme, after.scheme) == ("https", "http"):
        raise ShunterError(
            f"{_shown(url)} leads to {after.scheme}://{after.netloc}, which is not encrypted",
            hint="ask who runs the registry",
        )


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _shown(url: str) -> str:
    """A URL without its query, which may hold a token."""
    return url.partition("?")[0]


def _seconds(said: str) -> float:
    """What `Retry-After` says, in seconds from now: a number, or a date; what is neither says nothing."""
    import urllib3

    try:
        return float(urllib3.Retry().parse_retry_after(said))
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError, TypeError):
        return 0


def _unreachable(url: str, error: Exception) -> InterruptionError:
    import urllib3

    host = urlsplit(url).netloc
    inner = error.args[-1] if error.args else error
    if isinstance(error, urllib3.exceptions.ProtocolError) and not isinstance(inner, ConnectionError):
        told = f"registry {host} breaks off in the middle of an answer"
        return InterruptionError(told, hint="try again later, or ask who runs the registry")
    said = str(inner if isinstance(inner, Exception) else error).rpartition(": ")[2]
    return InterruptionError(f"registry {host} cannot be reached: {said}", hint=_NO_REPLY)
