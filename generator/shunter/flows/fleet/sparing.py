"""Files that git ignores where a template has something to say: a person's, often a secret, and in nobody's merge."""

from __future__ import annotations

from shunter.adapters.git.copies import kept_in
from shunter.adapters.git.journal import folder_of
from shunter.adapters.git.repository import git_dir
from shunter.adapters.git.state import overlooked
from shunter.core.workspace.answers import NAME
from shunter.core.workspace.migrate import RULE
from shunter.flows.fleet.draft import Draft
from shunter.model.files import Aside
from shunter.model.findings import Finding, Kind, Span


def spare(draft: Draft, *, found: bool) -> None:
    """Take out of a draft what it would do to files that git ignores: they stay, and never get into git's objects.

    What the template has for them is put aside. Each is a finding where those are told (`found`), or else a notice. An
    answers file is none of them: with that ignored, its repository is refused.
    """
    root = draft.repository.root
    place = git_dir(root)
    wanted = {path: state for path, state in draft.changes.items() if state is not None and path not in draft.moved}
    asked = {conflict.path: conflict.theirs for conflict in draft.conflicts} | wanted
    if not (asked or draft.standing) or place is None:
        return
    ways = overlooked(root, [path for path in {**asked, **draft.standing} if not path.endswith(NAME)])
    draft.standing = {path: state for path, state in draft.standing.items() if path not in ways}
    there = {path: way for path, way in ways.items() if path in asked}
    spared = [path for path, way in there.items() if way != path or draft.disk.get(path) != asked[path]]
    kept = kept_in(folder_of(place.absolute()))
    for path in spared:
        draft.changes.pop(path, None)
        told = "the template does not have it any more"
        if (state := asked[path]) is not None:
            draft.aside = (*draft.aside, Aside(path, str(kept / path), state))
            told = f"what the template makes of it is put into {kept / path}"
        _tell(draft, path, told, found=found)
    draft.conflicts = tuple(each for each in draft.conflicts if each.path not in spared)


def _tell(draft: Draft, path: str, told: str, *, found: bool) -> None:
    place, what = f"{draft.spec.name}/{path}", "git ignores it, so it stays as it is"
    if found:
        draft.findings.append(Finding(RULE, f"{path}: {what}", Span(place), Kind.LINT, hint=told))
    else:
        draft.notices.append(f"{place}: {what}; {told}")
