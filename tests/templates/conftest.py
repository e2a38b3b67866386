"""The templates' fixtures, for every test in this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.copier_templates import Render, render, template_repository
from helpers.workspaces.template_answers import VARIANTS, root

__all__ = ["render", "roots", "template_repository"]


@pytest.fixture(scope="session")
def roots(render: Render, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The repository root of each of `VARIANTS`."""
    folder = tmp_path_factory.mktemp("roots")
    return {name: render(root(**choices), folder / name) for name, choices in VARIANTS.items()}
