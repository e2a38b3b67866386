"""Each call of an adapter that an update of twenty repositories makes fails, by its place in the code.

None is half done, nothing lost, and the next run completes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from helpers.workspaces.cli import Result, shunter
from helpers.workspaces.faults import PROCESS, Fault, Site, has_failed, listening
from helpers.workspaces.twenty import State, half_done, states, sweep
from helpers.workspaces.workspaces import copy

EVERY = int(os.environ.get("SHUNTER_TEST_KILLS", "40")) >= 200
"""Whether the first, the middle and the last call of each place fail, of processes in both ways; else some of them."""
FEW = 24
PARTS = 4 if EVERY else 1
"""In how many tests they are divided, for workers that run at once."""
SEED = 14

PLACES = (
    "adapters/git/apply.py:_Run._commit os.mkdir",
    "adapters/git/apply.py:_leave_message os.mkdir",
    "adapters/git/apply.py:_leave_message write",
    "adapters/git/commit.py:_add os.remove",
    "adapters/git/commit.py:_add subprocess.Popen",
    "adapters/git/commit.py:_add write",
    "adapters/git/commit.py:commit os.remove",
    "adapters/git/commit.py:commit subprocess.Popen",
    "adapters/git/commit.py:commit write",
    "adapters/git/conflicts.py:_hashed os.mkdir",
    "adapters/git/conflicts.py:_hashed os.remove",
    "adapters/git/conflicts.py:_hashed os.rmdir",
    "adapters/git/conflicts.py:_hashed subprocess.Popen",
    "adapters/git/conflicts.py:_hashed write",
    "adapters/git/conflicts.py:stage_conflicts os.remove",
    "adapters/git/conflicts.py:stage_conflicts subprocess.Popen",
    "adapters/git/conflicts.py:stage_conflicts write",
    "adapters/git/copies.py:keep os.link",
    "adapters/git/copies.py:keep os.mkdir",
    "adapters/git/copies.py:put os.chmod",
    "adapters/git/copies.py:put os.mkdir",
    "adapters/git/copies.py:put os.remove",
    "adapters/git/copies.py:put os.rename",
    "adapters/git/copies.py:put os.rmdir",
    "adapters/git/copies.py:put write",
    "adapters/git/journal.py:clear os.remove",
    "adapters/git/journal.py:locked os.mkdir",
    "adapters/git/journal.py:locked write",
    "adapters/git/journal.py:point write",
    "adapters/git/journal.py:store os.rename",
    "adapters/git/journal.py:store write",
    "adapters/git/journal.py:tidy os.remove",
    "adapters/git/journal.py:tidy os.rmdir",
    "adapters/git/settings.py:settings_around subprocess.Popen",
    "adapters/git/state.py:_status subprocess.Popen",
)
"""What writes, and starts git, in each update: `adapters/MODULE.py:FUNCTION CALL`."""

pytestmark = pytest.mark.usefixtures("one_moment")


def faults(heard: Mapping[Site, int]) -> list[Fault]:
    found = []
    for site, count in sorted(heard.items()):
        calls = sorted({1, (count + 1) // 2, count})
        ways = (False, True) if site.what == PROCESS else (False,)
        found += [Fault(site, at, ends) for ends in ways for at in calls]
    return found if EVERY else Random(SEED).sample(found, FEW)


def exactly(root: Path) -> Mapping[str, object]:
    """Every byte of the workspace and of what git keeps, but for its objects: unchanged, the next run is the first."""
    found: dict[str, object] = {}
    for folder, folders, names in os.walk(root):
        if Path(folder).name == "objects" and Path(folder).parent.name == ".git":
            folders.clear()
            continue
        for name in names:
            file = Path(folder) / name
            found[str(file.relative_to(root))] = (file.lstat().st_mode, file.read_bytes() if file.is_file() else b"")
    return found


def failed(root: Path, fault: Fault) -> Result | None:
    """What an update says of which that call fails; None where the call was not made."""
    with listening(fault):
        result = shunter("update", cwd=root)
    return result if has_failed() else None


@pytest.mark.slow  # an update of twenty repositories for each place in the adapters, and what completes it
@pytest.mark.parametrize("part", range(PARTS))
def test_each_place_that_calls_out_may_fail(
    part: int,
    fleet: Path,
    before: Mapping[str, State],
    after: Mapping[str, State],
    unclosed: Mapping[str, State],
    tmp_path: Path,
) -> None:
    root = copy(fleet, tmp_path / "0/shop")
    with listening() as heard:
        assert shunter("update", cwd=root).code == 1
    assert [place for place in PLACES if place not in {f"{site.asks} {site.what}" for site in heard}] == []
    root, untouched, wrong = copy(fleet, tmp_path / "1/shop"), exactly(fleet), []
    for number, fault in enumerate(faults(heard)[part::PARTS], 2):
        result = failed(root, fault)
        if result is None:
            wrong.append(f"{fault}: was not made")
        elif result.code not in (1, 2) or "Traceback" in result.err:
            wrong.append(f"{fault}: exit {result.code}\n{result.err}")
        if exactly(root) == untouched:
            continue
        if fault.site.what == "os.rmdir":
            sweep(root)  # a folder that nobody can remove stays, empty: git knows of none
        if left := half_done(states(root), before, after, unclosed):
            wrong.append(f"{fault}: {left} are half done\n{result.err if result else ''}")
        if said := not_completed(root, after):
            wrong.append(f"{fault}: {said}")
        subprocess.run(["rm", "-rf", root], check=True)
        root = copy(fleet, tmp_path / str(number) / "shop")
    assert wrong == []


def not_completed(root: Path, after: Mapping[str, State]) -> str:
    """Why the next run does not do what is left to do; nothing if it does."""
    result = shunter("update", cwd=root)
    left = half_done(states(root), after)
    waits = "no run was interrupted" not in shunter("recover", cwd=root).err
    return f"the next run leaves {left}, {result.err}" if left or waits or result.code != 1 else ""
