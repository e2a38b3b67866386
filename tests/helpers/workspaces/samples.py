"""What sample-repos/ holds: workspaces made by the real commands, with every date and name fixed, each content once.

sample-repos/README.md says what is kept there and what a line of a manifest stands for.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
SAMPLES: Final = ROOT / "sample-repos"
LAYOUTS: Final = ("mono", "multi")
RENDERED: Final = "tst.yaml"
WRITTEN_BY_HAND: Final = "README.md"
_WORKSPACE = "shop"
_COPIES = re.compile(r"(?:.*/)?(?:(?:charts|envs)/[^/]+/charts|\.shunter/registry)/.*")
_BY_TOOLS = re.compile(r"(?:.*/)?services/[^/]+/(?:requirements[^/]*\.txt|go\.sum|package-lock\.json|openapi\.json)")
"""What no person writes or reads: locks, and documents that the code of a service is asked for."""
_EPOCH = "1767225600"  # 2026-01-01T00:00:00Z

Files = dict[str, tuple[bool, bytes]]


def environment() -> dict[str, str]:
    """This process's environment with the clock and git's identity fixed."""
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _IDENTITY.items()}
    dates = {"GIT_AUTHOR_DATE": f"{_EPOCH} +0000", "GIT_COMMITTER_DATE": f"{_EPOCH} +0000"}
    return os.environ | who | dates | {"SOURCE_DATE_EPOCH": _EPOCH, "GIT_CONFIG_GLOBAL": os.devnull}


_IDENTITY = {"NAME": "Sample", "EMAIL": "sample@example.org"}


def _shunter(folder: Path, *arguments: str) -> bytes:
    command = [sys.executable, "-m", "shunter", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    return done.stdout


def make(folder: Path) -> None:
    """The example workspace in each layout, below `folder`."""
    for layout in LAYOUTS:
        (folder / layout).mkdir()
        _shunter(folder / layout, "new", _WORKSPACE, "--example", "--defaults", "--layout", layout, "--quiet")


def contents(made: Path) -> Files:
    """What sample-repos/ holds of the workspaces in `made`: their files, each content once, and the manifests."""
    files: Files = {}
    seen: set[tuple[bool, bytes]] = set()
    for layout in LAYOUTS:
        whole = unpacked(made / layout / _WORKSPACE)
        shown = {}
        for path, state in whole.items():
            left_out = _COPIES.fullmatch(path) or _BY_TOOLS.fullmatch(path)
            if not left_out and state not in seen:
                shown[path] = state
                seen.add(state)
        files |= {f"{layout}/{path}": state for path, state in shown.items()}
        files[f"{layout}.manifest"] = (False, "".join(_lines(whole, shown)).encode())
    return files


def _lines(whole: Files, shown: Mapping[str, object]) -> Iterator[str]:
    for path, (executable, data) in sorted(whole.items()):
        if path not in shown:
            yield f"{path} {hashlib.sha256(data).hexdigest()}{' executable' if executable else ''}\n"


def rendered(made: Path, layout: str, scratch: Path) -> bytes:
    """What Helm renders in the first environment when the first train has arrived; works in the new folder `scratch`."""
    root = shutil.copytree(made / layout / _WORKSPACE, scratch, symlinks=True)
    name = RENDERED.removesuffix(".yaml")
    for command in ("package", "train cut 1.0.0", f"promote 1.0.0 --to {name}"):
        _shunter(root, *command.split(), "--quiet")
    return _shunter(root, "render", name, "--quiet")


def unpacked(folder: Path) -> Files:
    """Path to (executable, bytes) of every file below `folder`: no `.git`, and archives as folders of their name."""
    files: Files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_dir() or ".git" in name.parts:
            continue
        if path.suffix == ".tgz":
            files |= _members(path.read_bytes(), PurePosixPath(name.as_posix()).with_suffix(""))
        else:
            files[name.as_posix()] = (os.access(path, os.X_OK), path.read_bytes())
    return files


def _members(data: bytes, folder: PurePosixPath) -> Files:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        entries = [(entry, archive.extractfile(entry)) for entry in archive]
        return {str(folder / entry.name): (bool(entry.mode & 0o100), file.read()) for entry, file in entries if file}
