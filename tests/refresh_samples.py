"""Writes sample-repos/ again: `make samples`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from helpers.workspaces.samples import LAYOUTS, SAMPLES, make


def main() -> None:
    """Replace each sample workspace by what the command makes today."""
    for layout in LAYOUTS:
        with tempfile.TemporaryDirectory() as folder:
            files = make(layout, Path(folder))
        shutil.rmtree(SAMPLES / layout, ignore_errors=True)
        for name, (executable, data) in files.items():
            path = SAMPLES / layout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o755 if executable else 0o644)
        sys.stdout.write(f"{layout}: {len(files)} files\n")


if __name__ == "__main__":
    main()
