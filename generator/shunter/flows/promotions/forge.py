"""The pull request of a promotion on its forge; where no client is logged in, the page on which a person opens it."""

from __future__ import annotations

from pathlib import Path

from shunter.adapters.forge.changes import close, comment, open_or_update
from shunter.adapters.forge.clients import Client, Logins
from shunter.adapters.forge.requests import Request, find, part
from shunter.flows.checkouts.requests import place_at
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a pull request: it was `opened` or `updated`, or there is a `link` to open it, or not even that.

    `note` says why nobody opened it.
    """

    state: str
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        words = {"opened": "pull request opened", "updated": "pull request", "link": "open a pull request"}
        said = f"{words[self.state]}: {self.url}" if self.url else "its remote is no forge: no pull request"
        return f"{said} ({self.note})" if self.note else said


def ask_for(root: Path, remote: str, request: Request) -> Asked:
    """Open the pull request, or bring the open one up to date. Raises ShunterError where the forge refuses."""
    place = place_at(root, remote)
    if place is None:
        return Asked("none")
    login = Logins().at(place)
    if login.client is None:
        return Asked("link", place.link(request.base, request.branch), login.problem or login.note)
    kept = open_or_update(login.client, request)
    return Asked("opened" if kept.opened else "updated", kept.url)


def client_at(root: Path, remote: str) -> Client | None:
    """The client that is logged in where a remote is; None where there is none."""
    place = place_at(root, remote)
    return Logins().at(place).client if place else None


def number_of(client: Client, branch: str, base: str) -> int | None:
    """The open pull request of a branch; None where there is none. Raises ShunterError where the forge does not say."""
    found, problem = find(client, Request(branch, base, "", ""))
    if problem:
        raise ShunterError(f"{client.place.web}: {problem}", hint=f"see what `{client.command[0]}` may do there")
    number = part(found, "iid") or part(found, "number")
    return number if isinstance(number, int) else None


def end(root: Path, remote: str, branch: str, base: str, said: str) -> bool:
    """Close the open pull request of a branch and say why; False where there is none, or nobody to close it."""
    client = client_at(root, remote)
    number = number_of(client, branch, base) if client else None
    if client is None or number is None:
        return False
    comment(client, number, said)
    close(client, number)
    return True
