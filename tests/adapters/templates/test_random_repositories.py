"""Random repositories of random templates: `--merge copier` is Copier's own update, and neither way loses a byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.oracles.updates import Case, by_copier, by_us, case, lost, unexplained

COUNT = int(os.environ.get("SHUNTER_TEST_UPDATES", "200"))
AT_ONCE = 10


def cases(first: int, folder: Path) -> list[Case]:
    """As many repositories from a seed on; the few are left out whose template no engine renders."""
    found = [case(seed, folder / str(seed)) for seed in range(first, first + AT_ONCE)]
    made = [each for each in found if each]
    assert len(made) > AT_ONCE / 2
    return made


@pytest.mark.slow  # Copier updates two hundred repositories, a second of processor each
@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_a_repository_is_updated_as_copier_updates_it(first: int, tmp_path: Path) -> None:
    """Trees, modes, markers and index stages are equal, but for what Copier loses; and no edit is lost."""
    made = cases(first, tmp_path)
    for each, (found, conflicts) in zip(made, by_us(made, "ours"), strict=True):
        copiers = by_copier(each)
        assert unexplained(each, found, copiers) == [], f"seed {each.seed}"
        its_own = lost(each, copiers, conflicts)
        assert [line for line in lost(each, found, conflicts) if line not in its_own] == [], f"seed {each.seed}"
    for each, (found, conflicts) in zip(made, by_us(made, "safe"), strict=True):
        assert lost(each, found, conflicts) == [], f"seed {each.seed}"


def test_no_byte_of_a_person_is_lost(tmp_path: Path) -> None:
    """Every byte that they changed is in a file, between markers, or at a path that the report names."""
    made = cases(10_000, tmp_path)
    for each, (found, conflicts) in zip(made, by_us(made, "safe"), strict=True):
        assert lost(each, found, conflicts) == [], f"seed {each.seed}"
