"""What a killed run leaves: undone until its last branch has moved, tidied up afterwards, and never finished unasked."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.charts.charts import ROOT
from helpers.workspaces.gitrepo import checkout, git, make_repo, snapshot, write
from helpers.workspaces.plans import START, clash, edit, fresh, killed, plan, usual
from shunter.adapters.git import recovery
from shunter.adapters.git.apply import apply
from shunter.adapters.git.journal import Change, Journal
from shunter.adapters.system.files import temporary_name
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan, Writing


def make_case(folder: Path) -> tuple[Path, list[RepositoryPlan]]:
    """A workspace with a person's unfinished work in it, and plans for three repositories, one of them new."""
    home = make_repo(folder / "home", {**START, ".gitignore": "/fresh/\n/other/\n"})
    other = make_repo(home / "other", START)
    write(home, {"keep": "uncommitted\n", "untracked": "mine\n", "edit": "uncommitted too\n"})
    write(other, {"staged": "mine\n"})
    git(other, "add", "staged")
    return home, [usual(home), fresh(home / "fresh"), usual(other)]


def states(home: Path) -> list[object]:
    roots = (home, home / "other", home / "fresh")
    seen = [checkout(root) for root in roots]
    for root, state in zip(roots, seen, strict=True):
        assert ".shunter" not in repr(state), root
        assert not list(root.glob(".git/*.lock"))
        assert not list(root.glob(".git/shunter/undo"))
    return [*seen]


@pytest.mark.slow  # each step is killed in a repository of its own
def test_a_kill_at_any_step_ends_before_or_after_and_never_between(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path / "reference")
    before = states(home)
    apply(plans, home)
    after = states(home)
    seen = set()
    for at in range(1000):
        home, plans = make_case(tmp_path / str(at))
        alive = not killed(lambda on_step, plans=plans, home=home: apply(plans, home, on_step=on_step), at)
        untouched = snapshot(home)
        told = recovery.pending(home)
        assert snapshot(home) == untouched, "reading writes nothing"
        done = recovery.recover(home)
        assert bool(told) == bool(done)
        state = states(home)
        assert state in (before, after), at
        assert recovery.recover(home) is None
        seen.add((state == after, (done.line if done else "").partition(":")[0]))
        if alive:
            break
    assert seen == {
        (False, "cleaned up after an interrupted run"),
        (False, "undid an interrupted run"),
        (True, "an interrupted run was done, and is tidied up"),
        (True, ""),
    }
    assert at > 15


def test_conflicts_and_what_is_only_staged_are_recovered_too(tmp_path: Path) -> None:
    home, _ = make_case(tmp_path)
    before = states(home)
    other = home / "other"
    for at in range(3, 12):
        wanted = [clash(other), plan(home, edit(home, "mode", b"x"), edit(home, "new", b"x"))]
        assert killed(lambda on_step, w=wanted: apply(w, home, Writing(commit=False), on_step=on_step), at) or at > 8
        if recovery.recover(home) is not None and states(home) == before:
            continue
        git(other, "reset", "-q", "--hard")
        break
    assert at > 6


def test_recovery_never_touches_what_a_person_wrote_since(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 12)
    write(home, {"edit": "typed after the kill\n"})
    [part, *_] = recovery.show(home)
    assert (part.repository, part.state, part.foreign) == ("home", "foreign", ("edit",))
    done = recovery.recover(home)
    assert done is not None
    assert (home / "edit").read_text() == "typed after the kill\n"
    [kept] = home.glob(".git/shunter/kept/*/edit")
    assert kept.read_text() == "uncommitted too\n"
    assert str(kept) in done.notes[0]
    assert git(home, "status", "--porcelain").splitlines() == ["M edit", " M keep", "?? untracked"]
    apply([plan(home, edit(home, "mode", b"next\n"))], home)


def test_recovery_removes_a_half_written_file(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    before = states(home)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 6)
    temporary_name(home / "edit").write_bytes(b"ha")
    assert recovery.recover(home) is not None
    assert states(home) == before


def test_a_commit_of_a_person_in_between_never_wedges(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 12)
    git(home, "commit", "-q", "--allow-empty", "-m", "mine")
    done = recovery.recover(home)
    assert done is not None
    assert done.notes == ("home has a commit that is not shunter's",)
    assert git(home, "log", "-1", "--format=%s") == "mine"
    assert (home / "edit").read_text() == "uncommitted too\n"
    apply([plan(home, edit(home, "mode", b"next\n"))], home)


def last_step(home: Path, plans: list[RepositoryPlan], name: str) -> int:
    """The number of the first step of that name."""
    steps: list[str] = []
    apply(plans, home, on_step=steps.append)
    return steps.index(name)


def test_a_commit_on_top_of_ours_stays_and_its_revert_is_told(tmp_path: Path) -> None:
    at = last_step(*make_case(tmp_path / "reference"), "home: verified")
    home, plans = make_case(tmp_path / "case")
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), at)
    git(home, "commit", "-q", "--allow-empty", "-m", "mine")
    ours = git(home, "rev-parse", "--short=12", "HEAD^")
    assert [(part.repository, part.state) for part in recovery.show(home)] == [
        ("home", "after"), ("fresh", "before"), ("other", "before"),
    ]  # fmt: skip
    done = recovery.take_back(home)
    assert done is not None
    assert done.notes == (
        f"home has moved on from the commit of this run; to take it back: git -C {home} revert {ours}",
    )
    assert git(home, "log", "--format=%s").splitlines() == ["mine", "Change home", "start"]
    assert list(home.glob(".git/shunter/journal-*.json"))
    assert not (home / "fresh").exists()
    assert recovery.recover(home) is None


def test_finishing_commits_the_rest_with_hooks(tmp_path: Path) -> None:
    at = last_step(*make_case(tmp_path / "reference"), "home: verified")
    home, plans = make_case(tmp_path / "case")
    write(home / "other", {".git/hooks/pre-commit": "#!/bin/sh\ntouch ../hook-ran\n"})
    (home / "other/.git/hooks/pre-commit").chmod(0o755)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), at)
    assert not (home / "hook-ran").exists()
    done = recovery.carry_on(home, Writing())
    assert done is not None
    assert (home / "hook-ran").exists()
    for root in (home, home / "fresh", home / "other"):
        assert git(root, "log", "-1", "--format=%s") == f"Change {root.name}"
    assert git(home / "other", "status", "--porcelain") == "A  staged"


def test_what_was_not_written_cannot_be_finished(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 6)
    with pytest.raises(ShunterError, match="cannot be finished"):
        recovery.carry_on(home, Writing())
    assert recovery.take_back(home) is not None


def test_another_repository_of_the_run_knows_where_the_journal_is(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    before = states(home)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 14)
    assert recovery.pending(home / "other")
    assert recovery.recover(home / "other") is not None
    assert states(home) == before


RUN = """
import sys
from pathlib import Path
from helpers.workspaces.plans import edit, plan
from shunter.adapters.git.apply import apply
home = Path(sys.argv[1])
apply([plan(home, edit(home, "edit", b"derived\\n"), edit(home, "new", b"derived\\n"))], home)
"""


def started(home: Path, hook: str) -> subprocess.Popen[bytes]:
    """A run in a process group of its own, in the middle of its hook."""
    write(home, {".git/hooks/pre-commit": f"#!/bin/sh\ntouch ../in-hook; {hook}\n"})
    (home / ".git/hooks/pre-commit").chmod(0o755)
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'generator'}:{ROOT / 'tests'}"}
    child = subprocess.Popen([sys.executable, "-c", RUN, str(home)], env=env, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (home.parent / "in-hook").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return child


def test_locks_that_a_killed_git_has_left_are_swept(tmp_path: Path) -> None:
    home = make_repo(tmp_path / "home", dict(START))
    before = snapshot(home)
    child = started(home, "sleep 30")
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert (home / ".git/index.lock").exists()
    assert recovery.recover(home) is not None
    assert snapshot(home) == before
    assert not list(home.glob(".git/*.lock*"))


def test_a_git_that_outlives_its_run_is_waited_for(tmp_path: Path) -> None:
    home = make_repo(tmp_path / "home", dict(START))
    child = started(home, "while [ ! -e ../go-on ]; do sleep 0.05; done")
    child.kill()
    child.wait()
    folder = home / ".git/shunter"
    with pytest.raises(ShunterError, match="of an interrupted run is still at work in"):
        recovery.recover_in(folder, patience=0.2)
    (tmp_path / "go-on").touch()
    done = recovery.recover(home)
    assert done is not None
    assert done.line.startswith("an interrupted run was done")
    assert git(home, "log", "-1", "--format=%s") == "Change home"
    assert git(home, "status", "--porcelain") == ""


def test_a_damaged_journal_is_a_clear_error(tmp_path: Path) -> None:
    home = make_repo(tmp_path / "home", dict(START))
    write(home, {".git/shunter/journal.json": '{"format": 2, "ready"'})
    with pytest.raises(ShunterError, match=r"journal\.json is damaged"):
        recovery.recover(home)
    write(home, {".git/shunter/journal.json": '{"format": 99}'})
    with pytest.raises(ShunterError, match="another release"):
        recovery.recover(home)


@pytest.mark.slow
def test_thirty_kills_at_random_moments_end_before_or_after() -> None:
    command = [sys.executable, str(ROOT / "bench/kill.py"), "30", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_that_takes_the_place_of_another_is_seen_at_any_moment(tmp_path: Path) -> None:
    again = tmp_path / "git-again"
    again.write_text('#!/bin/sh\nexec "$0"\n')
    again.chmod(0o755)
    child = subprocess.Popen([again])
    try:
        while b"git-again" not in Path(f"/proc/{child.pid}/cmdline").read_bytes():
            time.sleep(0.01)
        seen = [recovery._is_git(child.pid) for _ in range(20_000)]
    finally:
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert all(seen)
    assert not recovery._is_git(child.pid), "it has ended, and nobody has asked how"
    child.wait()
    assert not recovery._is_git(child.pid)


def test_a_git_that_is_only_starting_is_waited_for(tmp_path: Path) -> None:
    """The parent dies while its child has not yet noted its number: the note is locked for as long as somebody may."""
    root = make_repo(tmp_path / "r", START)
    own = root / ".git/shunter"
    own.mkdir()
    note = own / "git"
    program = (
        "import os, sys, time; time.sleep(1); open(sys.argv[1], 'w').write(str(os.getpid()));"
        "os.execvp('git', ['git', '-C', sys.argv[2], 'cat-file', '--batch'])"
    )
    command = [sys.executable, "-c", program, str(note), str(root)]
    with note.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(file.fileno(),))
    try:
        with pytest.raises(ShunterError, match=f"process {child.pid}"):
            recovery.settle(Journal(True, (Change("r", str(root), git(root, "rev-parse", "HEAD")),)), 5)
    finally:
        child.communicate()
    begun = time.monotonic()
    note.write_bytes(b"")
    recovery.settle(Journal(True, (Change("r", str(root), git(root, "rev-parse", "HEAD")),)), 60)
    assert time.monotonic() - begun < 30, "nobody is waited for where the note is free"


SLOW = """\
#!/bin/sh
if [ -e .git/index.lock ] && [ ! -e ../go-on ]; then touch ../in-filter; while [ ! -e ../go-on ]; do sleep 0.05; done; fi
cat
"""


def test_a_git_add_that_outlives_its_run_is_waited_for(tmp_path: Path) -> None:
    """Only the run is killed, in the middle of staging: the index is not touched as long as that git holds its lock."""
    home = make_repo(tmp_path / "home", {**START, ".gitattributes": "new filter=slow\n"})
    write(tmp_path, {"slow": SLOW})
    (tmp_path / "slow").chmod(0o755)
    git(home, "config", "filter.slow.clean", "../slow")
    wanted = [plan(home, edit(home, "edit", b"derived\n"), edit(home, "new", b"derived\n"))]
    child = os.fork()
    if not child:
        apply(wanted, home, Writing(commit=False))
        os._exit(0)
    deadline = time.monotonic() + 60
    while not (tmp_path / "in-filter").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with pytest.raises(ShunterError, match="of an interrupted run is still at work in"):
        recovery.recover_in(home / ".git/shunter", patience=1.0)
    assert (home / ".git/index.lock").exists()
    (tmp_path / "go-on").touch()
    assert recovery.recover(home) is not None
    assert git(home, "status", "--porcelain").splitlines() == ["M  edit", "A  new"], "all of it is staged"
    assert not list(home.glob(".git/*.lock*"))


def test_what_is_written_and_not_staged_yet_is_undone(tmp_path: Path) -> None:
    """Else markers of conflicts would be left, and git would know of no conflict."""
    home = make_repo(tmp_path / "reference/home", dict(START))
    written = last_step(home, [clash(home)], "home: index") - 1
    for at, line in ((written, "undid an interrupted run: home"), (written + 1, "an interrupted run was done, and")):
        home = make_repo(tmp_path / str(at) / "home", dict(START))
        before = snapshot(home)
        assert killed(lambda on_step, home=home: apply([clash(home)], home, on_step=on_step), at)
        done = recovery.recover(home)
        assert done is not None
        assert done.line.startswith(line)
        assert (snapshot(home) == before) == (at == written)
        assert bool(git(home, "ls-files", "--unmerged")) == (at > written)
