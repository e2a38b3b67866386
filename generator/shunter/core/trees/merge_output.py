"""What git says of a merge, read: the output of `git merge-tree --write-tree -z` and of `git diff-tree -r -z`.

Formats: https://git-scm.com/docs/git-merge-tree#OUTPUT, https://git-scm.com/docs/git-diff-tree#_raw_output_format
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from shunter.model.data import dataclass, field


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged tree's id; per path of a conflict its stages (1 base, 2 ours, 3 theirs → mode, id) and its kind."""

    tree: str
    stages: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


def read_merge(output: bytes) -> Merged:
    """Parse what `git merge-tree --write-tree -z` prints, with or without conflicts."""
    parts = [os.fsdecode(part) for part in output.split(b"\0")]
    merged = Merged(parts[0])
    rest = iter(parts[1:])
    for entry in rest:
        if not entry:
            break
        meta, _, path = entry.partition("\t")
        mode, object_id, stage = meta.split()
        merged.stages.setdefault(path, {})[int(stage)] = (mode, object_id)
    for paths, kind in _messages(rest):
        for path in paths:
            if kind.startswith("CONFLICT"):
                merged.kinds.setdefault(path, kind.removeprefix("CONFLICT (").removesuffix(")"))
    return merged


def _messages(parts: Iterator[str]) -> Iterator[tuple[list[str], str]]:
    for count in parts:
        if not count:
            return
        paths = [next(parts) for _ in range(int(count))]
        kind = next(parts)
        next(parts)  # the message for people
        yield paths, kind


def read_diff(output: bytes) -> Iterator[tuple[str, str, str]]:
    """Path, new mode and new object id of every change that `git diff-tree -r -z` lists; mode 000000 is a deletion."""
    parts = iter(output.split(b"\0")[:-1])
    for meta in parts:
        _, mode, _, object_id, _ = meta.decode("ascii").split()
        yield os.fsdecode(next(parts)), mode, object_id
