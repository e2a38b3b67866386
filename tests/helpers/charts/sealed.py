"""Values files encrypted by SOPS itself, with keys of age made for the test."""

from __future__ import annotations

import subprocess
from pathlib import Path

from helpers.tools import SOPS


def key_in(folder: Path) -> tuple[Path, str]:
    """A new key in a file of the folder, and the recipient that it belongs to."""
    file = folder / "key.txt"
    subprocess.run(["age-keygen", "-o", str(file)], check=True, capture_output=True)
    lines = file.read_text().splitlines()
    return file, next(line.split()[-1] for line in lines if line.startswith("# public key: "))


def seal(path: Path, recipient: str, *options: str) -> None:
    """Encrypt a file in place."""
    command = [SOPS, "--disable-version-check", "--encrypt", "--in-place", "--age", recipient, *options, str(path)]
    subprocess.run(command, check=True, capture_output=True, cwd=path.parent)
