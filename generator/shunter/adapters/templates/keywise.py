"""A second try for YAML files in which git's merge of lines has found conflicts: key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shunter.core.trees.yaml_merge import CannotMergeError, YamlMerge, merge_yaml
from shunter.model.data import replace
from shunter.model.files import SYMLINK, Conflict, FileState

_ENDINGS = (".yaml", ".yml")
_MOST = 3
COLLISION = "rename involved in collision"
"""The kind where the template gave an edited file the name of another of the person's: both sides hold their words."""


def by_key(
    changes: Mapping[str, FileState | None], conflicts: Sequence[Conflict]
) -> tuple[dict[str, FileState | None], tuple[Conflict, ...]]:
    """Changes and conflicts of a merge, where YAML files that can be merged key by key have become changes.

    Where keys with two values remain, the conflict stays, narrowed to these. What git merged is not touched.
    """
    settled = {**changes}
    left: list[Conflict] = []
    for conflict in conflicts:
        merge = _merge(conflict)
        if merge is None:
            left.append(conflict)
        elif merge.conflicts:
            narrowed = (merge.base, merge.ours, merge.theirs)
            left.append(replace(conflict, kind=f"{conflict.kind}: {_named(merge)}", narrowed=narrowed))
        else:
            settled[conflict.path] = FileState(merge.ours, conflict.mode)
    return settled, tuple(left)


def _named(merge: YamlMerge) -> str:
    """The keys in conflict, as far as a person reads on."""
    keys = [".".join(each.path) for each in merge.conflicts]
    more = f" and {len(keys) - _MOST} more" if len(keys) > _MOST else ""
    return ", ".join(keys[:_MOST]) + more


def _merge(conflict: Conflict) -> YamlMerge | None:
    ours, theirs = conflict.ours, conflict.theirs
    if conflict.kind == COLLISION:
        return None
    if not conflict.path.endswith(_ENDINGS) or ours is None or theirs is None or SYMLINK in (ours.mode, theirs.mode):
        return None
    try:
        return merge_yaml(conflict.base.data if conflict.base else b"", ours.data, theirs.data)
    except CannotMergeError:
        return None
