"""sample-repos/ is what `shunter new --example` makes today, byte for byte, what it renders, and all of it is committed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.tools import need_helm
from helpers.workspaces.samples import (
    LAYOUTS,
    RENDERED,
    ROOT,
    SAMPLES,
    WRITTEN_BY_HAND,
    contents,
    make,
    rendered,
    unpacked,
)
from helpers.workspaces.workspaces import shared

MOST_LINES = 12_000
GENERATED = ("requirements.txt", "requirements-dev.txt", "go.sum", "openapi.json")
"""Written by tools of the service."""


@pytest.fixture(scope="module")
def made() -> Path:
    """The example workspace in each layout."""
    return shared("samples", make)


def test_samples_are_fresh(made: Path) -> None:
    wanted, kept = contents(made), unpacked(SAMPLES)
    for name in (RENDERED, WRITTEN_BY_HAND):
        kept.pop(name)
    differing = sorted(name for name in wanted.keys() | kept.keys() if wanted.get(name) != kept.get(name))
    if differing:
        pytest.fail(f"{len(differing)} files differ, the first is {differing[0]}: run `make samples`", pytrace=False)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rendered_manifests_are_fresh_and_equal_in_every_layout(layout: str, made: Path, tmp_path: Path) -> None:
    need_helm()
    if rendered(made, layout, tmp_path / "shop") != (SAMPLES / RENDERED).read_bytes():
        pytest.fail(f"{layout} renders something else than {RENDERED}: run `make samples`", pytrace=False)


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="not a checkout")
def test_samples_are_committed() -> None:
    command = ["git", "ls-files", "-z", "--", "sample-repos"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = {name.removeprefix("sample-repos/") for name in listed.split("\0") if name}
    assert tracked == set(unpacked(SAMPLES)), "run `make samples`: .gitignore files inside hide new files"


def test_samples_can_be_read() -> None:
    """Nothing that stands there twice, and no more than a person reads."""
    files = unpacked(SAMPLES)
    read = [data for path, (_, data) in files.items() if not path.endswith(GENERATED)]
    assert sum(data.count(b"\n") for data in read) <= MOST_LINES
    assert [path for path in files if "/registry/" in path or path.count("charts/") > 1] == []
    states = [state for path, state in files.items() if not path.endswith(".manifest")]
    assert len(states) == len(set(states))
