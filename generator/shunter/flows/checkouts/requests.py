"""Pull requests for the branches of checkouts: a person's, which are opened once, and our own, which are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from shunter.adapters.forge.changes import keep_request
from shunter.adapters.forge.clients import Logins
from shunter.adapters.forge.place import Place, place_of
from shunter.adapters.forge.requests import Opened, Request, open_request
from shunter.adapters.git.remote import Target, default_branch, own_commits, urls_of
from shunter.flows.checkouts.sync import Checkout
from shunter.model.data import dataclass, replace

Commits = Sequence[tuple[str, str]]
"""Subject and body, newest first."""
Text = Callable[[Checkout, Commits], tuple[str, str]]


def text_of_commits(checkout: Checkout, commits: Commits) -> tuple[str, str]:
    """Title and body: of the only commit, or else of the newest with a list of all."""
    subject, body = commits[0]
    if len(commits) > 1:
        body = "\n".join(f"* {each}" for each, _ in commits)
    return subject or (checkout.at and checkout.at.branch) or "", body


@dataclass(frozen=True, slots=True)
class Opener:
    """How pull requests are asked for: by whose `logins`, and with which `text`.

    With `keeps` they are ours: one that is open gets the text that it would be opened with now.
    """

    logins: Logins
    keeps: bool = False
    text: Text = text_of_commits


def commits_of(checkout: Checkout, target: Target) -> tuple[str, Commits]:
    """The default branch of its remote, and the commits that the checkout's branch has and that one lacks.

    None where it is on that branch itself, or nobody knows which it is.
    """
    default = default_branch(checkout.root, target.base)
    if checkout.at is None or default in ("", checkout.at.branch):
        return default, ()
    return default, own_commits(checkout.root, target.base, default)


def requested(checkout: Checkout, target: Target, opener: Opener) -> Checkout:
    """The checkout with the pull request of its branch, which is pushed, where that has commits of its own.

    These are what the default branch lacks. What the forge refuses is in its detail, and left to do.
    """
    root, branch = checkout.root, checkout.at.branch if checkout.at else None
    default, commits = commits_of(checkout, target)
    if branch is None or not commits:
        return checkout
    place = place_at(root, target.base)
    if place is None:
        return replace(checkout, detail=checkout.detail or "its remote is no forge: no pull request")
    if target.remote != target.base:
        fork = place_at(root, target.remote)
        owner = f"{fork.path.partition('/')[0]}:" if fork else ""
        return replace(checkout, request=Opened("link", place.link(default, f"{owner}{branch}")))
    ask = keep_request if opener.keeps else open_request
    opened = ask(place, Request(branch, default, *opener.text(checkout, commits)), opener.logins)
    problem = opened.problem
    detail = problem or checkout.detail or opened.note
    return replace(checkout, request=opened, detail=detail, left=checkout.left or bool(problem))


def place_at(root: Path, remote: str) -> Place | None:
    """Where a remote is on its forge; None where it is on none."""
    return next((place for url in urls_of(root, remote) if (place := place_of(url))), None)
