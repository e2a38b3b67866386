"""The command line clients of forges: which of them is logged in where, and what a forge answers it.

Each has a command `api`, which sends one request with the person's login. So nothing of a login is read here, and what
comes from a file, such as a commit's subject, is a part of a JSON document on standard input and never an option.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shunter.adapters.forge.pace import LONGEST, Pace, rest
from shunter.adapters.forge.place import GITEA, GITHUB, GITLAB, Place
from shunter.adapters.system import process
from shunter.model.data import dataclass, field, replace

PROGRAMS: Mapping[str, str] = {GITHUB: "gh", GITLAB: "glab", GITEA: "tea"}
_BODY: Mapping[str, tuple[str, ...]] = {
    GITHUB: ("--input=-",),
    GITLAB: ("--header=Content-Type: application/json", "--input=-"),
    GITEA: ("--data=@-",),
}
_QUIET = {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_PROMPT": "1", "NO_COLOR": "1"}
_STATUS = re.compile(r"^HTTP/\S+ (\d{3})", re.MULTILINE)
_HEAD = re.compile(r"HTTP/\S+ \d{3}.*?\r?\n\r?\n", re.DOTALL)
_STRANGER = re.compile(r"not logged in|not been authenticated|No GitLab instances|No token", re.IGNORECASE)
NO_ANSWER = "no answer of a forge"
_TOO_OLD = re.compile("No help topic|flag provided but not defined")
_FAILURE = re.compile(r"fail|timeout", re.IGNORECASE)
_LINES = 3
"""More lines of a client's complaint are advice."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a forge answered: the JSON document, or the `problem` that it, or the way to it, has."""

    document: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is logged in at a forge of that `kind`; `command` sends a request, `place` is its repository."""

    kind: str
    command: tuple[str, ...]
    place: Place
    pace: Pace = field(default_factory=Pace, compare=False)

    def ask(self, method: str, path: str, document: Mapping[str, object] | None = None) -> Answer:
        """Send one request to the forge; `path` is below its API's root, and encoded.

        It keeps to the pace, and is sent again after the rest that a forge asks for.
        """
        body = () if document is None else _BODY[self.kind]
        sent = b"" if document is None else json.dumps(document).encode()
        for times in itertools.count():
            self.pace.before(method)
            done = _run([*self.command, f"--method={method}", *body, path], sent)
            status, headers, text = _parted(done, self.kind)
            problem = self._problem(done, status, text)
            wait = rest(status, headers, f"{problem} {text}", self.pace.clock()) if problem else None
            if not problem:
                return Answer(_json(text))
            if not self.pace.again(times, wait, self.place.server):
                break
        later = f"; it takes no more requests for {wait / 60:.0f} min" if wait is not None and wait > LONGEST else ""
        return Answer(problem=problem + later)

    def _problem(self, done: process.Completed, status: int, text: str) -> str:
        if self.kind == GITEA:
            return _tea_problem(done, status, text)
        return _complaint(done) if done.returncode else ""


@dataclass(frozen=True, slots=True)
class Login:
    """The client of a place, None where none is logged in there.

    Then `problem` is what one says that knows the place, and `note` is the one that should.
    """

    client: Client | None = None
    problem: str = ""
    note: str = ""


@dataclass(slots=True)
class Logins:
    """The clients of this machine; each is asked once for each host. All keep to one `pace`."""

    pace: Pace = field(default_factory=Pace)
    _hosts: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _tea: list[Mapping[str, str]] | None = None

    def at(self, place: Place) -> Login:
        """Who is logged in at the forge of a place. A host that is not public may be a forge of any kind."""
        problem = ""
        for kind, program in PROGRAMS.items():
            if place.known not in ("", kind) or not shutil.which(program):
                continue
            found = self._at_gitea(place) if kind == GITEA else self._at(kind, program, place)
            if found.client:
                return found
            problem = problem or found.problem
        there = shutil.which(PROGRAMS.get(place.kind, ""))
        return Login(
            problem=problem, note=f"{PROGRAMS[place.kind]} is not logged in at {place.server}" if there else ""
        )

    def _at(self, kind: str, program: str, place: Place) -> Login:
        host = place.server
        if (kind, host) not in self._hosts:
            self._hosts[kind, host] = _refusal(program, host)
        refusal = self._hosts[kind, host]
        if refusal is not None:
            return Login(problem=refusal)
        return Login(Client(kind, (program, "api", "--include", f"--hostname={host}"), place, self.pace))

    def _at_gitea(self, place: Place) -> Login:
        if self._tea is None:
            self._tea = _tea_logins()
        for login in sorted(self._tea, key=lambda login: login.get("default") != "true"):
            if there := _at_login(place, login):
                chosen = (f"--login={login['name']}",) if login.get("name") else ()
                return Login(Client(GITEA, ("tea", "api", "--include", *chosen), there, self.pace))
        return Login()


def _refusal(program: str, host: str) -> str | None:
    """None where the program is logged in at the host; else why not, empty where it has never heard of the host.

    `gh` calls it a failure where the login of another account at the host has expired.
    """
    done = _run([program, "auth", "status", f"--hostname={host}"])
    said = "\n".join((done.text, *done.complaints))
    if not done.returncode or f"Logged in to {host}" in said:
        return None
    if _STRANGER.search(said):
        return ""
    told = (line.strip().lstrip("Xx✗! ") for line in said.splitlines() if _FAILURE.search(line))
    return f"{program}: {next(told, _complaint(done))}"


def _tea_logins() -> list[Mapping[str, str]]:
    """The logins that tea keeps, and that of its environment variables, which has no name."""
    found = _json(_run(["tea", "logins", "list", "--output=json"]).text)
    url = os.environ.get("GITEA_INSTANCE_URL", "")
    return [*(found if isinstance(found, list) else ()), *([{"url": url}] if url else ())]


def _at_login(place: Place, login: Mapping[str, str]) -> Place | None:
    """The place as the server of a tea login has it; None where it is at another server.

    A login knows what the URL of a remote does not: the port of the web server, and a folder that it is below.
    """
    address = urlsplit(login.get("url", ""))
    ssh = login.get("ssh_host", "").partition(":")[0]
    if place.served:
        folder = address.path.strip("/")
        here = address.netloc == place.server and place.path.startswith(f"{folder}/" if folder else "")
        path = place.path[len(folder) :].lstrip("/")
    else:
        here, path = place.host in (address.hostname, ssh), place.path
    return replace(place, path=path, web=login["url"].rstrip("/")) if here else None


def _parted(done: process.Completed, kind: str) -> tuple[int, Mapping[str, str], str]:
    """Status and headers of an answer, with names in small letters, and the document as text.

    tea writes the first two to standard error, the others before the document. Status 0: nothing has answered.
    """
    head, text = (each.decode("utf-8", "replace") for each in (done.stderr, done.stdout))
    if kind != GITEA:
        found = _HEAD.match(text)
        head, text = (found[0], text[found.end() :]) if found else ("", text)
    status = _STATUS.search(head)
    lines = (line.partition(": ") for line in head.splitlines())
    return int(status[1]) if status else 0, {name.lower(): value.strip() for name, _, value in lines}, text


def _tea_problem(done: process.Completed, status: int, text: str) -> str:
    """What is wrong with an answer: tea takes any for a success, and tells its status beside it."""
    if _TOO_OLD.search(done.stderr.decode("utf-8", "replace")) or (not status and not done.returncode):
        return "this tea has no `tea api --data`: 0.13 or newer is needed"
    if not status or done.returncode:
        return _complaint(done)
    if status < 400:
        return ""
    document = _json(text)
    message = document.get("message") if isinstance(document, dict) else ""
    return f"tea: {message or NO_ANSWER} (HTTP {status})"


def _complaint(done: process.Completed) -> str:
    return "; ".join(line.strip() for line in done.complaints[:_LINES] if line.strip())


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _run(command: list[str], stdin: bytes = b"") -> process.Completed:
    """Run a client at the root of the file system: in a repository they read its settings, and tea fails on some."""
    return process.run(command, Path("/"), stdin, env=_QUIET)
