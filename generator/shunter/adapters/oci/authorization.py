"""Who asks a registry: what a request says of that, found out once and then said at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from shunter.adapters.oci import challenge
from shunter.adapters.oci.challenge import Challenge
from shunter.adapters.oci.credentials import Login, login_for, of_helper
from shunter.adapters.oci.transport import Answer, Transport, joined
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError

LATER = "try again later"
_TOKEN = re.compile(r"[\x21-\x7e]+")
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class Authorization:
    """The header `Authorization` for the repositories of one registry, at `host` and `base`.

    `own` says that the environment's login is for it; `login` goes before all others. Threads may share it.
    """

    host: str
    base: str
    transport: Transport
    own: bool = False
    login: Login | None = None
    _said: dict[tuple[str, bool], str] = field(default_factory=dict)
    """What is said of a repository, for reading or also for pushing."""
    _asked: list[Challenge] = field(default_factory=list)
    """What the registry wanted, the last one at the end."""

    def known(self, repository: str, *, push: bool) -> str:
        """What is to be said at once; empty as long as nothing is known.

        The registry wants of every repository what it wanted of the last one: to ask first would take a request more
        for each of many charts. Raises ShunterError where who gives tokens does not answer.
        """
        for may_push in (push, True):
            if said := self._said.get((repository, may_push)):
                return said
        if not self._asked or not repository:
            return ""
        # The scope that it named is another repository's.
        return self._say(replace(self._asked[-1], scope=""), repository, push=push)

    def asked(self, answer: Answer, repository: str, *, push: bool) -> str:
        """What to say to an answer that wants to know who asks; empty where there is nothing to say."""
        wanted = challenge.parse(answer.headers.get("www-authenticate", ""))
        if wanted is None:
            return ""
        self._asked.append(wanted)
        return self._say(wanted, repository, push=push)

    def login_of(self, repository: str) -> Login | None:
        """The login for a repository; None where this machine has none."""
        return self.login or login_for(self.host, repository, own=self.own, ask=self._ask_helper)

    @cached_property
    def _ask_helper(self) -> Callable[[str, str], Login | None]:
        # It is a program to start, and its answer is the same for all repositories.
        return cache(of_helper)

    def _say(self, wanted: Challenge, repository: str, *, push: bool) -> str:
        login = self.login_of(repository)
        if wanted.basic:
            said = login.basic if login and login.user else ""
        else:
            scope = f"repository:{repository}:{'pull,push' if push else 'pull'}" if repository else ""
            said = self._token(wanted, login, wanted.scope or scope)
        self._said[repository, push] = said
        return said

    def _token(self, asked: Challenge, login: Login | None, scope: str) -> str:
        """A token from the place that the registry names, which has to be as safe as the registry."""
        realm = joined(self.base, asked.realm) if asked.realm else ""
        found = urlsplit(realm)
        if found.scheme != "https" and not (found.scheme == "http" and self.base.startswith("http://")):
            raise ShunterError(
                f"{self.host} wants its login at {found.scheme}://{found.netloc}, which is not encrypted",
                hint="ask who runs the registry",
            )
        wanted = [(name, text) for name, text in (("service", asked.service), ("scope", scope)) if text]
        if login and login.token:
            grant = [*wanted, ("grant_type", "refresh_token"), ("refresh_token", login.token), ("client_id", "shunter")]
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(grant).encode()
            answer = self.transport.send("POST", realm, kind, body=body, largest=_LARGEST)
        else:
            pairs = [(name, each) for name, text in wanted for each in (text.split(" ") if name == "scope" else [text])]
            url = realm + ("&" if found.query else "?") + urlencode(pairs, quote_via=quote)
            said = {"Authorization": login.basic} if login else {}
            answer = self.transport.send("GET", url, said, largest=_LARGEST)
        if answer.status in (400, 401, 403):
            return ""
        if answer.status != 200:
            raise ShunterError(f"{found.netloc} answered {answer.status} to a login", hint=LATER)
        data = json_of(answer, found.netloc)
        token = data.get("token") or data.get("access_token")
        good = isinstance(token, str) and _TOKEN.fullmatch(token)
        return f"Bearer {token}" if good else ""


def json_of(answer: Answer, host: str) -> dict[str, Any]:
    """The mapping that an answer holds, empty where it is another value. Raises ShunterError where it is no JSON."""
    try:
        found = json.loads(answer.data)
    except (ValueError, RecursionError) as error:
        raise ShunterError(f"{host} is no registry: its answer is no JSON", hint="check its name and port") from error
    return found if isinstance(found, dict) else {}
