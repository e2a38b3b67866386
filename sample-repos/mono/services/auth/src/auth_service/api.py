"""The API: sessions. Log in for a token, show it, log out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus

from .metrics import Registry
from .settings import Settings
from .web import HttpError, Request, Response, Route


@dataclass(frozen=True)
class Session:
    """Who is logged in, and until when (monotonic seconds)."""

    user: str
    expires: float


class ServiceApi:
    """Keeps sessions in memory. Before you run more than one instance, use session affinity or an external store.

    The variable USERS, which belongs in a Secret, holds lines of `name:salt:hash`; see `password_hash`.
    """

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._users = parse_users(settings.variables.get("USERS", ""))
        self._lifetime = float(settings.variables.get("SESSION_SECONDS", "3600"))
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._logins = registry.counter("logins_total", "Attempts to log in.", ("result",))

    def routes(self) -> list[Route]:
        """What it serves."""
        return [
            Route("POST", "/sessions", self._log_in),
            Route("GET", "/sessions/current", self._show),
            Route("DELETE", "/sessions/current", self._log_out),
        ]

    def start(self) -> None:
        """Nothing runs in the background."""

    def stop(self, timeout: float) -> bool:
        """Nothing to end."""
        return True

    def _log_in(self, request: Request) -> Response:
        document = request.json()
        user, password = str(document.get("user", "")), str(document.get("password", ""))
        # An unknown user costs as much time as a known one, so that the time does not tell them apart.
        salt, expected = self._users.get(user, (b"", b""))
        if not hmac.compare_digest(password_hash(password, salt), expected):
            self._logins.add("refused")
            raise HttpError(HTTPStatus.UNAUTHORIZED, "wrong user or password")
        token, now = secrets.token_urlsafe(32), time.monotonic()
        with self._lock:
            self._sessions = {key: session for key, session in self._sessions.items() if session.expires > now}
            self._sessions[_key(token)] = Session(user, now + self._lifetime)
        self._logins.add("accepted")
        return Response.of({"token": token}, HTTPStatus.CREATED, {"Cache-Control": "no-store"})

    def _show(self, request: Request) -> Response:
        return Response.of({"user": self._current(request).user}, headers={"Cache-Control": "no-store"})

    def _log_out(self, request: Request) -> Response:
        self._current(request)
        with self._lock:
            self._sessions.pop(_key(_token(request)), None)
        return Response(HTTPStatus.NO_CONTENT)

    def _current(self, request: Request) -> Session:
        with self._lock:
            session = self._sessions.get(_key(_token(request)))
        if session is None or session.expires <= time.monotonic():
            raise HttpError(HTTPStatus.UNAUTHORIZED, "no session", {"WWW-Authenticate": "Bearer"})
        return session


def password_hash(password: str, salt: bytes) -> bytes:
    """What USERS holds, in hexadecimal digits, instead of the password."""
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def parse_users(text: str) -> dict[str, tuple[bytes, bytes]]:
    """User to salt and hash. Raises ValueError for a line that is not `name:salt:hash`, without repeating it."""
    users = {}
    for line in text.split():
        try:
            name, salt, digest = line.split(":")
            users[name] = (bytes.fromhex(salt), bytes.fromhex(digest))
        except ValueError:
            raise ValueError("USERS: a line is not name:salt:hash in hexadecimal digits") from None
    return users


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
