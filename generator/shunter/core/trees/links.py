"""Symbolic links that lead out of their repository, or into what git keeps there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from posixpath import dirname, isabs, join, normpath

from shunter.model.files import SYMLINK, FileState


def leading_out(files: Mapping[str, FileState], folder: str) -> Iterator[str]:
    """The paths of links among the files of a repository's folder that lead out of it, or into its `.git`."""
    for path, state in files.items():
        if state.mode != SYMLINK:
            continue
        target = os.fsdecode(state.data)
        steps = normpath(join(folder, dirname(path), target)).split("/")
        if isabs(target) or steps[0] == ".." or any(step.lower() == ".git" for step in steps):
            yield path
