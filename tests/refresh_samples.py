"""Writes sample-repos/ again: `make samples`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from helpers.workspaces.samples import LAYOUTS, RENDERED, SAMPLES, WRITTEN_BY_HAND, contents, make, rendered


def main() -> None:
    """Replace everything but the README by what the commands make today."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        files = contents(folder)
        texts = {rendered(folder, layout, folder / f"{layout}-rendered") for layout in LAYOUTS}
    if len(texts) != 1:
        raise SystemExit("the layouts render different manifests")
    files[RENDERED] = (False, texts.pop())
    for path in SAMPLES.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != WRITTEN_BY_HAND:
            path.unlink()
    for relative, (executable, data) in files.items():
        path = SAMPLES / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755 if executable else 0o644)
    lines = sum(data.count(b"\n") for _, data in files.values())
    sys.stdout.write(f"{len(files)} files, {lines} lines\n")


if __name__ == "__main__":
    main()
