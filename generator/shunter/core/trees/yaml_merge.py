"""Three versions of a YAML file merged key by key, where a merge of lines leaves conflicts.

What only one side changed is taken; what both changed alike, too. A change of theirs replaces just the value in ours'
text, and a new key of theirs comes with its comments behind the key that it follows there. What is left are keys with
two values.
"""

from __future__ import annotations

from collections.abc import Sequence

from shunter.core.trees.yaml_entries import KeyConflict, Merger
from shunter.core.trees.yaml_read import CannotMergeError, documents
from shunter.core.trees.yaml_text import laid_out
from shunter.core.trees.yaml_tree import Document, value_of, written
from shunter.model.data import dataclass

__all__ = ["CannotMergeError", "KeyConflict", "YamlMerge", "merge_yaml"]


@dataclass(frozen=True, slots=True)
class YamlMerge:
    """A merge: what is merged, with base's, ours and theirs value of each key in conflict. Without one, all are equal.

    A merge of lines of these three marks the conflicts, and nothing else.
    """

    base: bytes
    ours: bytes
    theirs: bytes
    conflicts: tuple[KeyConflict, ...] = ()


def merge_yaml(base: bytes, ours: bytes, theirs: bytes) -> YamlMerge:
    """Merge two descendants of `base`; comments, order, quotes, indentation and line ends stay those of ours.

    Raises CannotMergeError where a text is no plain YAML (another encoding, a Go template), or its anchors changed.
    """
    layouts, texts = zip(*(laid_out(data) for data in (base, ours, theirs)), strict=True)
    sides = [documents(text) for text in texts]
    if not sides[0]:
        sides[0] = [Document("", (), None, ()) for _ in sides[1]]
    if len({len(side) for side in sides}) > 1:
        raise CannotMergeError("the versions have different numbers of documents")
    merger = Merger()
    merged = [merger.document(*three) for three in zip(*sides, strict=True)]
    found = ["".join(written(document, side) for document in merged) for side in range(3)]
    for side in (1, 2) if merger.conflicts else (1,):
        _check(merged, found[side], side)
    layout = layouts[2] if layouts[0] == layouts[1] else layouts[1]
    laid = [layout.laid(text) for text in found]
    return YamlMerge(laid[0], laid[1], laid[2], tuple(merger.conflicts))


def _check(merged: Sequence[Document], text: str, side: int) -> None:
    """Refuse a text that reads as something else than what was merged."""
    read = [value_of(each.root) if each.root else None for each in documents(text)]
    if read != [value_of(each.root, side) if each.root else None for each in merged]:
        raise CannotMergeError("its layout is unusual")
