"""The journal comes back as it was written, points home from every repository, and one run at a time holds the lock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import make_repo
from shunter.adapters.git import journal
from shunter.adapters.git.journal import Change, FileChange, Journal, Stored
from shunter.adapters.git.repository import IndexEntry
from shunter.model.errors import ShunterError

FILE = FileChange("a/\udcff", Stored("100644", "1"), None, True, "0", (IndexEntry("100644", "1"),))
JOURNAL = Journal(True, (Change("shop", "/nowhere/shop", "abc", "main", files=(FILE,), travels=("values.yaml",)),))


def test_what_is_stored_is_loaded(tmp_path: Path) -> None:
    assert journal.load(tmp_path) is None
    journal.store(tmp_path, JOURNAL)
    assert journal.load(tmp_path) == JOURNAL
    assert JOURNAL.changes[0].paths() == ("a/\udcff", "values.yaml")
    journal.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 2, "ready": true, "changes": [{}]}'])
def test_a_damaged_journal_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "journal.json").write_text(text)
    with pytest.raises(ShunterError, match="is damaged"):
        journal.load(tmp_path)


def test_another_releases_journal_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journal.json").write_text(json.dumps({"format": 1}))
    with pytest.raises(ShunterError, match="another release"):
        journal.load(tmp_path)


def test_every_repository_points_to_the_journal(tmp_path: Path) -> None:
    home, other = tmp_path / "home", make_repo(tmp_path / "other", {"a": ""})
    home.mkdir()
    folder = journal.folder_of(other / ".git")
    folder.mkdir()
    assert journal.home_of(folder) is None
    journal.point(folder, home)
    assert journal.home_of(folder) is None, "what it points to is over"
    journal.store(home, Journal(True, (Change("other", str(other), None),)))
    assert (journal.home_of(folder), journal.home_of(home)) == (home, home)
    journal.clear(home, (Change("other", str(other), None),))
    assert journal.home_of(folder) is None
    assert not (folder / "journal-of").exists()


def test_a_journal_put_aside_blocks_nobody_and_can_be_read(tmp_path: Path) -> None:
    journal.store(tmp_path, JOURNAL)
    aside = journal.put_aside(tmp_path)
    assert journal.load(tmp_path) is None
    assert json.loads(aside.read_text())["ready"] is True


def test_one_run_at_a_time(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from shunter.adapters.git.journal import is_held, locked\n"
        "folder = Path(sys.argv[1]); print(is_held(folder), flush=True)\n"
        "with locked(folder, Path('there'), 0.05): print('mine')\n"
    )

    def other() -> tuple[str, str]:
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
        return done.stdout, done.stderr

    assert other()[0] == "False\nmine\n"
    with journal.all_locked({tmp_path: tmp_path, tmp_path / "second": tmp_path}):
        out, err = other()
    assert out == "True\n"
    assert "is at work in there" in err
    assert other()[0] == "False\nmine\n"
