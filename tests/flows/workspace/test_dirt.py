"""Whatever a person has under way before a command or does while it runs: no verb loses a byte of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.fuzz.dirt import one_run


@pytest.mark.parametrize("seed", range(6))
def test_no_byte_of_a_person_is_lost(seed: int, example_on_rails: Path, tmp_path: Path) -> None:
    one_run(seed, example_on_rails, tmp_path)
