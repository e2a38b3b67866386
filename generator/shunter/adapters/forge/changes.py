"""A pull request of a program's own: kept up to date, commented on, closed; and what is told of a commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.adapters.forge.clients import NO_ANSWER, Client, Logins
from shunter.adapters.forge.place import GITEA, GITHUB, GITLAB, Place
from shunter.adapters.forge.requests import (
    WORDS,
    Opened,
    Request,
    document_of,
    find,
    part,
    repository_of,
    requests_of,
    text_of,
)
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

PENDING, SUCCESS, FAILURE = "pending", "success", "failure"
_DESCRIPTION = 140
"""Characters of a status that every forge takes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A pull request that is open: its `number` and its page, and whether it was opened just now."""

    number: int
    url: str
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What is told of a commit: a `state` (PENDING, SUCCESS or FAILURE) of the check `name`, in a line, with a page."""

    state: str
    name: str
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class _Changes:
    """How a forge takes a change: the method for a pull request, what closes one, where comments and statuses are.

    `told` is where a commit's statuses are read, the newest of each name.
    """

    method: str
    closing: Mapping[str, str]
    comments: str
    status: str
    told: str
    name: str
    states: Mapping[str, str]


_NEAR_GITHUB = _Changes(
    method="PATCH",
    closing={"state": "closed"},
    comments="issues/{number}/comments",
    status="statuses/{commit}",
    told="commits/{commit}/status?per_page=100",
    name="context",
    states={},
)
_CHANGES: Mapping[str, _Changes] = {
    GITHUB: _NEAR_GITHUB,
    GITEA: _NEAR_GITHUB,
    GITLAB: _Changes(
        method="PUT",
        closing={"state_event": "close"},
        comments="merge_requests/{number}/notes",
        status="statuses/{commit}",
        told="repository/commits/{commit}/statuses?per_page=100",
        name="name",
        states={FAILURE: "failed"},
    ),
}


def open_or_update(client: Client, request: Request) -> Kept:
    """The open pull request of a branch, opened where there is none; title and body are those of the request.

    A `ShunterError` with the words of the forge where it does not.
    """
    there, problem = find(client, request)
    if problem:
        raise _refused(client, problem)
    if there is None:
        return _kept(client, _asked(client, "POST", requests_of(client), document_of(client, request)), opened=True)
    kept = _kept(client, there)
    _asked(client, _CHANGES[client.kind].method, f"{requests_of(client)}/{kept.number}", text_of(client, request))
    return kept


def keep_request(place: Place, request: Request, logins: Logins) -> Opened:
    """`open_or_update` at a place: `opened` or `updated`; a link where no client is logged in, or the forge refuses."""
    login = logins.at(place)
    client = login.client
    if client is None:
        return Opened("link", place.link(request.base, request.branch), login.problem, login.note)
    try:
        kept = open_or_update(client, request)
    except ShunterError as error:
        link = client.place.link(request.base, request.branch, client.kind)
        return Opened("link", link, error.message)
    return Opened("opened" if kept.opened else "updated", kept.url)


def close(client: Client, number: int) -> None:
    """Close a pull request; one that is closed stays so. A `ShunterError` where the forge refuses."""
    changes = _CHANGES[client.kind]
    _asked(client, changes.method, f"{requests_of(client)}/{number}", changes.closing)


def comment(client: Client, number: int, text: str) -> None:
    """Write a comment below a pull request. A `ShunterError` where the forge refuses."""
    path = _CHANGES[client.kind].comments.format(number=number)
    _asked(client, "POST", f"{repository_of(client)}/{path}", {"body": text})


def set_status(client: Client, commit: str, status: Status) -> bool:
    """Tell a commit's status; that of the same name is replaced. Whether it had to be told: it may be there.

    GitHub takes a thousand of one name for a commit, and GitLab refuses one that is what it was, which is no failure. A
    `ShunterError` where the forge refuses.
    """
    changes = _CHANGES[client.kind]
    told = {
        "state": changes.states.get(status.state, status.state),
        changes.name: status.name,
        "description": status.description[:_DESCRIPTION],
        **({"target_url": status.url} if status.url else {}),
    }
    repository = repository_of(client)
    there = client.ask("GET", f"{repository}/{changes.told.format(commit=commit)}").document
    if any(_is_told(each, told) for each in _listed(there)):
        return False
    answer = client.ask("POST", f"{repository}/{changes.status.format(commit=commit)}", told)
    if answer.problem and "Cannot transition status" not in answer.problem:
        raise _refused(client, answer.problem)
    return True


def _listed(document: object) -> list[object]:
    """The statuses that a forge lists, in a document about all of them or alone."""
    found = document.get("statuses") if isinstance(document, Mapping) else document
    return found if isinstance(found, list) else []


def _is_told(there: object, told: Mapping[str, str]) -> bool:
    """Whether a status says the same; its state is called `state` or `status`."""
    if not isinstance(there, Mapping):
        return False
    said = {**there, "state": there.get("state") or there.get("status")}
    return all(said.get(name) == text for name, text in told.items())


def _kept(client: Client, document: object, *, opened: bool = False) -> Kept:
    words = WORDS[client.kind]
    number, url = part(document, words.number), part(document, words.url)
    if not (isinstance(number, int) and url):
        raise _refused(client, NO_ANSWER)
    return Kept(number, str(url), opened)


def _asked(client: Client, method: str, path: str, document: Mapping[str, object]) -> Any:
    answer = client.ask(method, path, document)
    if answer.problem:
        raise _refused(client, answer.problem)
    return answer.document


def _refused(client: Client, problem: str) -> ShunterError:
    place = f"{client.place.web}/{client.place.path}"
    return ShunterError(
        f"{place}: {problem}", hint=f"see what `{client.command[0]}` may do there: its login, and its rights"
    )
