"""The sample workspaces: made by the real command, with every date and name fixed, and read back as plain files."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "sample-repos"
LAYOUTS = ("mono", "multi")
_EPOCH = "1767225600"  # 2026-01-01T00:00:00Z

Files = dict[str, tuple[bool, bytes]]


def environment() -> dict[str, str]:
    """This process's environment with the clock and git's identity fixed."""
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _IDENTITY.items()}
    dates = {"GIT_AUTHOR_DATE": f"{_EPOCH} +0000", "GIT_COMMITTER_DATE": f"{_EPOCH} +0000"}
    return os.environ | who | dates | {"SOURCE_DATE_EPOCH": _EPOCH, "GIT_CONFIG_GLOBAL": os.devnull}


_IDENTITY = {"NAME": "Sample", "EMAIL": "sample@example.org"}


def make(layout: str, folder: Path) -> Files:
    """The files of the example workspace in `layout`, made below `folder`; archives are unpacked."""
    command = [sys.executable, "-m", "shunter", "new", layout, "--example", "--defaults", "--layout", layout]
    subprocess.run(command, cwd=folder, env=environment(), check=True, stdin=subprocess.DEVNULL)
    return unpacked(folder / layout)


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
