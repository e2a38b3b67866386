"""sample-repos/ is what `shunter new --example` makes today, byte for byte, and all of it is committed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.samples import LAYOUTS, ROOT, SAMPLES, make, unpacked


@pytest.mark.parametrize("layout", LAYOUTS)
def test_samples_are_fresh(layout: str, tmp_path: Path) -> None:
    made, kept = make(layout, tmp_path), unpacked(SAMPLES / layout)
    differing = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    if differing:
        pytest.fail(f"{len(differing)} files differ, the first is {differing[0]}: run `make samples`", pytrace=False)


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="not a checkout")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_samples_are_committed(layout: str) -> None:
    command = ["git", "ls-files", "-z", "--", f"sample-repos/{layout}"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = {name.removeprefix(f"sample-repos/{layout}/") for name in listed.split("\0") if name}
    assert tracked == set(unpacked(SAMPLES / layout)), "run `make samples`: .gitignore files inside hide new files"
