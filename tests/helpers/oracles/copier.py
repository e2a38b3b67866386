"""Copier itself as the oracle of renders: a folder of files rendered in this process, without git, and read back."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shunter.adapters.system.files import DiskTree
from shunter.model.files import FileState


def copied(template: Path, answers: Mapping[str, Any], target: Path) -> dict[str, FileState]:
    """What `copier copy --defaults` makes of the template in a folder: path to file. Copier's own errors."""
    import copier
    from plumbum import local

    with warnings.catch_warnings(), local.env(PATH=os.devnull):
        warnings.simplefilter("ignore")
        settings = copier.Settings()
        copier.run_copy(
            str(template), target, data=dict(answers), settings=settings, defaults=True, overwrite=True, quiet=True
        )
    tree = DiskTree(target)
    return {path: state for path in tree.paths() if (state := tree.get(path)) is not None}
