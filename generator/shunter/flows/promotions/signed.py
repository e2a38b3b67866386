"""`promotions: commit: api`: a commit that was derived here is made again by the forge, which signs it."""

from __future__ import annotations

from shunter.adapters.forge.clients import Logins
from shunter.adapters.forge.commits import Draft, FileChange, commit_on
from shunter.adapters.remote.tip import Tip, push_commit
from shunter.adapters.remote.written import message, take_over, written
from shunter.flows.promotions.forge import client_at
from shunter.model.errors import ShunterError


def made_by_forge(tip: Tip, commit: str, logins: Logins) -> str:
    """The commit of the same files and parent that the forge has made, and signed, fetched; it is on no branch.

    It is made on a branch of its own, which is gone at the end; git pushes it from there to where it is to go. Raises
    ShunterError where no client is logged in, and where the forge refuses.
    """
    client = client_at(tip.root, tip.remote, logins)
    if client is None:
        hint = "log in there with gh, glab or tea, or let git make the commits: `promotions: {commit: git}`"
        raise ShunterError(f"`promotions: commit: api`: nobody is logged in at the forge of {tip.root.name}", hint=hint)
    branch = f"shunter/{commit[:16]}"
    begun = push_commit(tip, tip.commit, branch, expected="", prompts=False)
    if not begun.ok:
        notes = tuple(f"git: {line}" for line in begun.lines)
        hint = f"see that this login may make branches below {branch.partition('/')[0]}/"
        raise ShunterError(f"{tip.remote} of {tip.root.name} refuses the branch {branch}", hint=hint, notes=notes)
    try:
        changes = [FileChange(each.path, each.data, each.was) for each in written(tip, commit)]
        made = commit_on(client, Draft(branch, tip.commit, message(tip, commit), changes))
        take_over(tip, branch, made, commit)
    finally:
        push_commit(tip, "", branch, expected=None, prompts=False)
    return made
