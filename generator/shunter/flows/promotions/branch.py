"""The branch `promote/ENV` of a remote: what it asks for, and whether it is still shunter's own."""

from __future__ import annotations

from shunter.adapters.git.repository import Repository
from shunter.adapters.remote.tip import Tip, differing, is_ancestor, is_same, parents, touched
from shunter.core.trains.entry import FOLDER, Entry, Why, entry_data
from shunter.flows.trains.asked import PROMOTIONS
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles, files_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import SubTree


@dataclass(frozen=True, slots=True)
class Kept:
    """The branch of an environment: its `commit`, the one that shunter made, and the entry that this brings.

    `merged` says that the remote's branch has the entry already; `entry` is None where nobody can read it.
    """

    name: str
    commit: str
    made: str
    entry: Entry | None
    merged: bool


def branch_of(name: str) -> str:
    """The branch of the promotions to an environment."""
    return f"{PROMOTIONS}/{name}"


def kept_of(context: Context, site: Site, tip: Tip) -> Kept | None:
    """The branch as fetched; None where there is none.

    Raises ShunterError where it has commits of other people: nothing of theirs is written over.
    """
    commit = tip.commit_of(branch_of(site.name))
    if not commit:
        return None
    made = without_merges(tip, commit)
    files = ProjectFiles(SubTree(Repository(tip.root).tree(made), site.folder), site.name)
    entry = _entry(files)
    merged = entry is not None and (entry.name in files_of(context, site).entries)
    if not merged:
        _refuse_foreign(site, tip, made, files, entry)
    return Kept(site.name, commit, made, entry, merged)


def without_merges(tip: Tip, commit: str) -> str:
    """The commit below merges of the base, which forges make on request."""
    while len(found := parents(tip.root, commit)) > 1 and is_ancestor(tip.root, found[1], tip.commit):
        commit = found[0]
    return commit


def _entry(files: ProjectFiles) -> Entry | None:
    try:
        return files.entries.get(files.record.entry) if files.record else None
    except ShunterError:
        return None


def _refuse_foreign(site: Site, tip: Tip, made: str, files: ProjectFiles, entry: Entry | None) -> None:
    names = touched(tip.root, made)
    history = f"{site.folder}/{FOLDER}/"
    values = {f"{site.folder}/{name}" for name in files.values_files}
    returns = entry is not None and entry.why.verb == "rollback"
    own = [name for name in names if name.startswith(f"{site.folder}/") and (returns or name not in values)]
    if entry is None or len(own) < len(names) or not any(name.startswith(history) for name in names):
        branch = branch_of(site.name)
        hint = f"merge it, or take it away: git -C {tip.root} push {tip.remote} --delete {branch}"
        raise ShunterError(f"{branch} has commits that are not shunter's: {made[:12]}", hint=hint, exit_code=1)


def is_still(tip: Tip, site: Site, kept: Kept, made: str, entry: Entry) -> bool:
    """Whether the branch asks for the same as the commit `made`, which was just derived, and its entry.

    It does where they change the same files in the same way, and the environment's own, and values files that it
    shares, are at the tip what they were where the branch begins: merged, it gives the same environment. Whoever has
    approved of it has seen this.
    """
    if kept.entry is None or _said(kept.entry) != _said(entry):
        return False
    if is_current(tip, kept):
        return True
    differ = differing(tip.root, kept.made, made, site.folder)
    # The record names its entry, and that its time.
    names = (f"{site.folder}/{FOLDER}/", f"{site.folder}/{RECORD_FILE}")
    same = all(name.startswith(names) for name in differ)
    return same and is_same(tip.root, _base(tip, kept), tip.commit, site.folder)


def is_current(tip: Tip, kept: Kept) -> bool:
    """Whether the branch is one commit on the tip."""
    return _base(tip, kept) == tip.commit and kept.made == kept.commit


def _base(tip: Tip, kept: Kept) -> str:
    return next(iter(parents(tip.root, kept.made)), "")


def _said(entry: Entry) -> dict[str, object]:
    """What an entry says, but for who made it, when and by which release."""
    return {name: value for name, value in entry_data(entry).items() if name not in ("at", "by", "evidence")}


def is_personal(why: Why) -> bool:
    """Whether somebody asked for a change with words of their own, which no other promotion takes the place of."""
    return why.verb != "promote" or bool(why.text or why.forced or why.without)


def refuse_instead(kept: Kept | None) -> None:
    """Raise ShunterError where somebody asked for something else with words of their own, and it is open still."""
    if kept is None or kept.entry is None or kept.merged or not is_personal(kept.entry.why):
        return
    why = kept.entry.why
    said = f" ({why.text})" if why.text else ""
    asked = f"{branch_of(kept.name)} asks for a {'rollback' if why.verb == 'rollback' else 'promotion'}{said}"
    raise ShunterError(asked, hint="what takes its place says why: --why REASON", exit_code=1)
