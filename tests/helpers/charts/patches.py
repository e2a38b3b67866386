"""What `--diff` prints, applied by git itself: whether the difference that is shown is the one that comes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from helpers.workspaces.transcript import everything

_SUMMARY = re.compile(r"(?m)^(compiled|vendored) .*\n|^Binary files .*\n")
_DERIVED = re.compile(
    r"(^|/)\.git/|(^|/)charts/[^/]+/charts/|envs/[^/]+/charts/|values(\.full)?\.schema\.json$|\.tgz$|/$"
)


def apply_diff(root: Path, text: str) -> None:
    """The printed difference, applied by git itself; the summaries of derived files are for people."""
    patches: dict[str, str] = {}
    for part in re.split(r"(?m)^(?=--- .*\n\+\+\+ )", _SUMMARY.sub("", text)):
        if name := re.search(r"(?m)^(?:---|\+\+\+) [ab]/([^/]+)/", part):
            patches[name[1]] = patches.get(name[1], "") + part
    for name, patch in patches.items():
        repository = root if name == root.name else root / name
        repository.mkdir(exist_ok=True)
        subprocess.run(["git", "apply", "-p2"], cwd=repository, input=patch, text=True, check=True)


def plain(root: Path) -> dict[str, str]:
    """Everything but git's folders, and the files whose difference is a summary."""
    found = everything(root)
    return {path: state for path, state in found.items() if not _DERIVED.search(path)}
