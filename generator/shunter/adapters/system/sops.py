"""Files that SOPS encrypted, decrypted in memory by its own program: through pipes, and never on disk."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache

from shunter.adapters.system import process
from shunter.model.errors import ShunterError

PROGRAM = "HELM_SECRETS_SOPS_PATH"
"""The environment variable in which helm-secrets looks for the program; else it is `sops` on PATH."""
_MOST_LINES = 12


@lru_cache(64)
def decrypt(data: bytes, name: str) -> bytes:
    """The plain text of an encrypted YAML file, without the metadata of SOPS; `name` names it in errors.

    Keys are found where SOPS looks for them: `SOPS_AGE_KEY_FILE` and its like. Raises ShunterError where the program
    is missing, or no key fits.
    """
    program = os.environ.get(PROGRAM) or "sops"
    command = [program, "--decrypt", "--input-type", "yaml", "--output-type", "yaml", "/dev/stdin"]
    done = process.run(command, tempfile.gettempdir(), data)
    if done.returncode == 0:
        return done.stdout
    lines = [line.rstrip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    raise ShunterError(
        f"{name} is encrypted, and SOPS cannot decrypt it here",
        hint="have a key for it where SOPS looks, such as SOPS_AGE_KEY_FILE=FILE",
        notes=tuple(f"sops: {line}" for line in lines[:_MOST_LINES]),
    )
