"""Remotes and a workspace that was cloned from them, made anew for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.remotes import Remotes


@pytest.fixture
def remotes(tmp_path: Path) -> Remotes:
    """Five bare repositories with one commit each."""
    return Remotes(tmp_path)


@pytest.fixture
def ours(remotes: Remotes) -> Path:
    """A workspace with all of them checked out."""
    return remotes.ours
