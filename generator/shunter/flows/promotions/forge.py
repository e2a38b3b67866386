"""The pull request of a promotion on its forge; where no client is logged in, the page on which a person opens it."""

from __future__ import annotations

from pathlib import Path

from shunter.adapters.forge.changes import close, comment, keep_request
from shunter.adapters.forge.clients import Client, Logins
from shunter.adapters.forge.pace import PAUSE, Pace
from shunter.adapters.forge.requests import Request, find, outdated, part
from shunter.flows.checkouts.requests import place_at
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a pull request: it was `opened` or `updated`, or there is a `link` to open it, or not even that.

    `note` says why nobody opened it, `branch` what there is to look at then.
    """

    state: str
    url: str = ""
    note: str = ""
    branch: str = ""

    def __str__(self) -> str:
        words = {"opened": "pull request opened", "updated": "pull request", "link": "open a pull request"}
        said = f"{words[self.state]}: {self.url}" if self.url else f"it is on {self.branch}; its remote is no forge"
        return f"{said} ({self.note})" if self.note else said


def logins(context: Context) -> Logins:
    """Who is logged in where, for one run: all that it asks of forges keeps to one pace."""
    return Logins(Pace(PAUSE, context.writing.tell))


def ask_for(root: Path, remote: str, request: Request, logins: Logins) -> Asked:
    """Open the pull request, or bring the open one up to date.

    Raises ShunterError where the forge refuses, or takes the login for none any more: what was pushed is not asked for.
    """
    place = place_at(root, remote)
    if place is None:
        return Asked("none", branch=request.branch)
    kept = keep_request(place, request, logins)
    if kept.problem:
        hint = (
            f"see that its client is logged in and may open pull requests, and run this again; or open it: {kept.url}"
        )
        raise ShunterError(kept.problem, hint=hint)
    return Asked(kept.state, kept.url, kept.note)


def client_at(root: Path, remote: str, logins: Logins) -> Client | None:
    """The client that is logged in where a remote is; None where there is none."""
    place = place_at(root, remote)
    return logins.at(place).client if place else None


def number_of(client: Client, branch: str, base: str) -> int | None:
    """The open pull request of a branch; None where there is none. Raises ShunterError where the forge does not say."""
    found, problem = find(client, Request(branch, base, "", ""))
    if problem:
        raise ShunterError(f"{client.place.web}: {problem}", hint=f"see what `{client.command[0]}` may do there")
    number = part(found, "iid") or part(found, "number")
    return number if isinstance(number, int) else None


def is_outdated(root: Path, remote: str, branch: str, base: str, logins: Logins) -> bool:
    """Whether a branch that lacks the newest commit of its base cannot be merged for that; False where nobody says."""
    client = client_at(root, remote, logins)
    number = number_of(client, branch, base) if client else None
    return client is not None and number is not None and outdated(client, number, base)


def end(root: Path, remote: str, request: Request, logins: Logins) -> bool:
    """Close the open pull request of a branch and say why, in its body's words.

    False where there is none, or nobody to close it.
    """
    client = client_at(root, remote, logins)
    number = number_of(client, request.branch, request.base) if client else None
    if client is None or number is None:
        return False
    comment(client, number, request.body)
    close(client, number)
    return True
