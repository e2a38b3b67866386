"""A small workspace with trains, its bare remote, and clones of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.promoted import Promoted


@pytest.fixture
def promoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Promoted:
    """Trains 1.0.0 and 1.1.0 on the remote; nothing runs anywhere."""
    monkeypatch.delenv("CI", raising=False)
    return Promoted(tmp_path.resolve())
