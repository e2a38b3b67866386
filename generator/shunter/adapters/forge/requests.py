"""Pull requests, opened or found again by the client that is logged in at their forge; else there is a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from shunter.adapters.forge.clients import NO_ANSWER, Client, Logins
from shunter.adapters.forge.place import GITEA, GITHUB, GITLAB, Place
from shunter.model.data import dataclass

_PAGES = 40
_TITLE, _TEXT = 255, 65_000
"""Characters of a title and a body that every forge takes."""


@dataclass(frozen=True, slots=True)
class Request:
    """A pull request of `branch` into `base`."""

    branch: str
    base: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A pull request that was `opened` or `updated`, or `exists`, or the `link` for opening it.

    `problem` is why opening it has failed, `note` why nobody has tried.
    """

    state: str
    url: str
    problem: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a forge's API: where a repository and its pull requests are, and what the parts of one are called.

    `filters` are those of the list of open ones that go beyond its pages; `ours` is what has to be equal in a pull
    request for its branch to be of the same repository, and not of somebody's fork.
    """

    repository: str
    requests: str
    filters: Mapping[str, str]
    number: str
    url: str
    head: str
    base: str
    ours: tuple[str, str]
    sent: tuple[str, str, str]


_NEAR_GITHUB = {"number": "number", "url": "html_url", "head": "head.ref", "base": "base.ref"}
_OURS = ("head.repo.full_name", "base.repo.full_name")
WORDS: Mapping[str, Words] = {
    GITHUB: Words(
        repository="repos/{path}",
        requests="pulls",
        filters={"state": "open", "head": "{owner}:{branch}", "base": "{base}", "per_page": "100"},
        ours=_OURS,
        sent=("head", "base", "body"),
        **_NEAR_GITHUB,
    ),
    GITEA: Words(
        repository="repos/{path}",
        requests="pulls",
        filters={"state": "open", "base_branch": "{base}", "limit": "50"},
        ours=_OURS,
        sent=("head", "base", "body"),
        **_NEAR_GITHUB,
    ),
    GITLAB: Words(
        repository="projects/{id}",
        requests="merge_requests",
        filters={"state": "opened", "source_branch": "{branch}", "target_branch": "{base}", "per_page": "100"},
        number="iid",
        url="web_url",
        head="source_branch",
        base="target_branch",
        ours=("source_project_id", "target_project_id"),
        sent=("source_branch", "target_branch", "description"),
    ),
}


def open_request(place: Place, request: Request, logins: Logins) -> Opened:
    """Open a pull request, or find the one that is open already; a link where no client is logged in at the forge."""
    login = logins.at(place)
    client = login.client
    if client is None:
        return Opened("link", place.link(request.base, request.branch), login.problem, login.note)
    link = client.place.link(request.base, request.branch, client.kind)
    there, problem = find(client, request)
    if problem:
        return Opened("link", link, problem)
    if there is not None:
        return Opened("exists", str(there[WORDS[client.kind].url]))
    made = client.ask("POST", requests_of(client), document_of(client, request))
    url = part(made.document, WORDS[client.kind].url)
    return Opened("opened", str(url)) if url else Opened("link", link, made.problem or NO_ANSWER)


def find(client: Client, request: Request) -> tuple[Mapping[str, Any] | None, str]:
    """The open pull request of that branch as the forge describes it, None where there is none; or why nobody knows."""
    words = WORDS[client.kind]
    owner = client.place.path.partition("/")[0]
    named = {"owner": owner, "branch": request.branch, "base": request.base}
    filters = {name: value.format(**named) for name, value in words.filters.items()}
    for page in range(1, _PAGES + 1):
        answer = client.ask("GET", f"{requests_of(client)}?{urlencode(filters | {'page': str(page)}, quote_via=quote)}")
        if answer.problem or not isinstance(answer.document, list):
            return None, answer.problem or NO_ANSWER
        found = next(_of(words, request, answer.document), None)
        if found or not answer.document:
            return found, ""
    return None, ""


def _of(words: Words, request: Request, rows: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    head, base = words.ours
    for row in rows:
        named = (part(row, words.head), part(row, words.base)) == (request.branch, request.base)
        if named and part(row, head) == part(row, base) and part(row, words.url):
            yield row


_OUTDATED: Mapping[str, tuple[str, str]] = {
    GITHUB: ("mergeable_state", "behind"),
    GITLAB: ("detailed_merge_status", "need_rebase"),
}


def outdated(client: Client, number: int, base: str) -> bool:
    """Whether the forge does not merge a pull request for want of the newest commit of its base.

    Gitea says that of no request: there it is whether the base is protected so, which only those see who may. False
    where a forge does not say.
    """
    if client.kind in _OUTDATED:
        name, word = _OUTDATED[client.kind]
        return bool(part(client.ask("GET", f"{requests_of(client)}/{number}").document, name) == word)
    at = repository_of(client)
    rule = part(client.ask("GET", f"{at}/branches/{quote(base, safe='')}").document, "effective_branch_protection_name")
    if not rule:
        return False
    protection = client.ask("GET", f"{at}/branch_protections/{quote(str(rule), safe='')}").document
    return bool(part(protection, "block_on_outdated_branch"))


def requests_of(client: Client) -> str:
    """Where the API of a forge has the pull requests of the client's repository."""
    return f"{repository_of(client)}/{WORDS[client.kind].requests}"


def repository_of(client: Client) -> str:
    """Where the API of a forge has the client's repository."""
    path = client.place.path
    return WORDS[client.kind].repository.format(path=quote(path), id=quote(path, safe=""))


def document_of(client: Client, request: Request) -> dict[str, object]:
    """A pull request as its forge wants it."""
    words = WORDS[client.kind]
    return {words.sent[0]: request.branch, words.sent[1]: request.base, **text_of(client, request)}


def text_of(client: Client, request: Request) -> dict[str, object]:
    """Title and body of a pull request as its forge wants them; what is longer than every forge takes is cut."""
    title = request.title if len(request.title) <= _TITLE else f"{request.title[: _TITLE - 1]}\N{HORIZONTAL ELLIPSIS}"
    return {"title": title, WORDS[client.kind].sent[2]: request.body[:_TEXT]}


def part(document: object, path: str) -> Any:
    """What a document has at the end of names with dots between; None where there is none."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document
