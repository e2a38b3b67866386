"""Pins the images of templates/cells.yaml to what their tags are now: `make pins`, with skopeo and the registry reachable."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CELLS = Path(__file__).parents[1] / "templates/cells.yaml"
_IMAGE = re.compile(r'\{name: "(?P<name>[^"]+)", digest: "[^"]*"\}')


def digest(name: str) -> str:
    """What a tag is now, as its registry says."""
    command = ["skopeo", "inspect", "--no-tags", "--format", "{{.Digest}}", f"docker://{name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def pinned(text: str, ask: Callable[[str], str]) -> str:
    """The text with the digest of each image, all else as it was."""
    return _IMAGE.sub(lambda found: f'{{name: "{found["name"]}", digest: "{ask(found["name"])}"}}', text)


if __name__ == "__main__":
    try:
        CELLS.write_text(pinned(CELLS.read_text("utf-8"), digest), "utf-8")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {error.stderr.strip()}")
