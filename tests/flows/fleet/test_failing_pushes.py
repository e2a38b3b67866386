"""Twenty repositories are updated and pushed while remotes refuse, or are away, and the run is killed: none half done."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from helpers.workspaces.cli import Result, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.twenty import make_fleet, repositories
from helpers.workspaces.workspaces import copy, shared

KILLS = int(os.environ.get("SHUNTER_TEST_KILLS", "40")) // 5
SEED = 14
TORN = {"shop-e02", "shop-e06"}
NO = "#!/bin/sh\necho not on a Friday\nexit 1\n"


class Pushed:
    """The fleet below `folder`, each repository with a bare one as its remote, as it is there."""

    def __init__(self, folder: Path) -> None:
        self.root = copy(shared("twenty", make_fleet) / "shop", folder / "shop")
        self.folder, self.report = folder, folder / "r.jsonl"
        self.places = {each.name: each for each in repositories(self.root)}
        for name, place in self.places.items():
            git(folder, "clone", "-q", "--bare", str(place), str(self.remote(name)))
            git(place, "remote", "add", "origin", str(self.remote(name)))
            git(place, "fetch", "-q", "origin")
            git(place, "branch", "-q", "--set-upstream-to=origin/main", "main")
        self.before = {name: self.there(name) for name in self.places}

    def remote(self, name: str) -> Path:
        return self.folder / "remotes" / f"{name}.git"

    def there(self, name: str) -> str:
        return git(self.remote(name), "rev-parse", "main")

    def here(self, name: str) -> str:
        return git(self.places[name], "rev-parse", "HEAD")

    def rows(self) -> dict[str, dict[str, object]]:
        """The last row of each repository: a run that was killed leaves several."""
        return {row["repository"]: row for row in map(json.loads, self.report.read_text("utf-8").splitlines())}

    def left(self) -> set[str]:
        return {name for name, row in self.rows().items() if row["left"]}

    def update(self) -> Result:
        return shunter("update", "--push", "--report", str(self.report), cwd=self.root)

    def resume(self) -> Result:
        return shunter("update", "--resume", str(self.report), cwd=self.root)

    def refuse(self, name: str) -> Path:
        hook = self.remote(name) / "hooks/pre-receive"
        hook.write_text(NO)
        hook.chmod(0o755)
        return hook

    def is_complete(self) -> None:
        """All that can be pushed is; the two conflicts are somebody's to resolve."""
        assert self.left() == TORN
        for name in self.places:
            assert self.there(name) == self.here(name), name + git(self.places[name], "log", "-3", "--stat")
            assert (self.there(name) != self.before[name]) != (name in TORN), name


@pytest.mark.slow  # twenty repositories are updated, pushed, and pushed again
def test_remotes_that_refuse_or_are_away_keep_no_other_from_being_pushed(tmp_path: Path) -> None:
    fleet = Pushed(tmp_path)
    hook = fleet.refuse("shop-e07")
    fleet.remote("shop-e08").rename(tmp_path / "away")
    git(fleet.places["shop-e10"], "remote", "set-url", "origin", "http://127.0.0.1:9/shop-e10.git")
    obstacles = {"shop-e07", "shop-e08", "shop-e10"}
    result = fleet.update()
    assert result.code == 1, result.err
    assert fleet.left() == TORN | obstacles
    assert "shop-e07: remote: not on a Friday" in result.err
    rows = fleet.rows()
    for name in obstacles:
        assert (rows[name]["status"], bool(rows[name]["commit"])) == ("refused", True)
        assert f"refused  {name}  " in result.err
    (tmp_path / "away").rename(fleet.remote("shop-e08"))
    for name in fleet.places.keys() - TORN:
        assert fleet.here(name) != fleet.before[name], "it is committed"
        assert fleet.there(name) == (fleet.before[name] if name in obstacles else fleet.here(name))
    heads = {name: fleet.here(name) for name in fleet.places}
    hook.unlink()
    git(fleet.places["shop-e10"], "remote", "set-url", "origin", str(fleet.remote("shop-e10")))
    result = fleet.resume()
    assert result.code == 1, result.err
    fleet.is_complete()
    assert heads == {name: fleet.here(name) for name in fleet.places}, "nothing is committed again"


@pytest.mark.slow  # eight runs over twenty repositories are killed
def test_a_resumed_run_that_is_killed_is_resumed(tmp_path: Path) -> None:
    """Every remote refuses at first; then the pushes that are left are killed at random, again and again."""
    fleet = Pushed(tmp_path)
    hooks = [fleet.refuse(name) for name in fleet.places]
    assert fleet.update().code == 1
    assert fleet.left() == {*fleet.places} - {name for name, row in fleet.rows().items() if row["status"] == "noop"}
    heads = {name: fleet.here(name) for name in fleet.places}
    for hook in hooks:
        hook.write_text("#!/bin/sh\nsleep 0.1\n")
    random, killed = Random(SEED), 0
    for number in range(KILLS):
        killed += interrupted(fleet, random, alone=number % 4 == 3)
        assert fleet.rows().keys() == fleet.places.keys(), "the report is true at every moment"
        for name in fleet.places:
            assert fleet.there(name) in (fleet.before[name], fleet.here(name))
            done = fleet.rows()[name]
            assert done["left"] or name in TORN or fleet.there(name) == fleet.here(name), "what is done is there"
        assert {name: fleet.here(name) for name in fleet.places} == heads
    assert killed, f"seed {SEED}"
    assert fleet.resume().code == 1
    fleet.is_complete()


def interrupted(fleet: Pushed, random: Random, *, alone: bool) -> bool:
    """Resume the run in a process of its own, and kill it as somebody's push arrives; whether it was alive then."""
    waiting = sorted(name for name in fleet.left() - TORN if fleet.there(name) == fleet.before[name])
    name = random.choice(waiting[: max(1, len(waiting) // 2)]) if waiting else ""
    child = os.fork()
    if not child:
        os.setsid()
        with suppress(BaseException):
            fleet.resume()
        os._exit(0)
    until = time.monotonic() + 120
    while name and time.monotonic() < until and fleet.there(name) == fleet.before[name]:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.1))
    with suppress(ProcessLookupError):
        (os.kill if alone else os.killpg)(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] != 0
