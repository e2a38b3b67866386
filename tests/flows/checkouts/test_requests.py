"""What a pull request says; test_push.py and tests/flows/fleet/test_delivering.py have them opened."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.gitrepo import git
from helpers.workspaces.remotes import Remotes
from shunter.adapters.forge.clients import Logins
from shunter.adapters.git.remote import Target
from shunter.flows.checkouts.kept import stood
from shunter.flows.checkouts.requests import Opener, requested, text_of_commits
from shunter.flows.workspace.context import open_context


def test_the_text_is_that_of_the_commits(ours: Path) -> None:
    context = open_context(ours)
    checkout = stood(context, context.specs()[0])
    assert text_of_commits(checkout, [("One", "why")]) == ("One", "why")
    assert text_of_commits(checkout, [("Two", ""), ("One", "why")]) == ("Two", "* Two\n* One")
    assert text_of_commits(checkout, [("", "")]) == ("main", "")


def test_a_branch_without_commits_of_its_own_has_no_request(remotes: Remotes, ours: Path) -> None:
    context = open_context(ours)
    git(ours, "checkout", "-q", "-b", "topic")
    checkout = stood(context, context.specs()[0])
    assert requested(checkout, Target("origin", "origin"), Opener(Logins())).request is None
