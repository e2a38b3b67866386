"""Hooks run as the person's own commits would run them, and whatever they do, a run is done or undone."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot, write
from helpers.workspaces.plans import START, committed, edit, plan, usual
from shunter.adapters.git import journal
from shunter.adapters.git.apply import Applied, apply
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan, Tree, Writing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", dict(START))


def hook(root: Path, script: str, name: str = "pre-commit") -> None:
    """Install a shell script as a hook."""
    write(root, {f".git/hooks/{name}": f"#!/bin/sh\n{script}\n"})
    (root / f".git/hooks/{name}").chmod(0o755)


def status(root: Path) -> list[str]:
    return git(root, "status", "--porcelain").splitlines()


def derived(root: Path) -> RepositoryPlan:
    return plan(root, edit(root, "edit", b"derived\n"), edit(root, "new", b"derived too\n"))


def shared(root: Path) -> RepositoryPlan:
    return plan(root, edit(root, "edit", b"a: 1\n", shared=True), edit(root, "new", b"derived\n"))


def refused(root: Path, wanted: RepositoryPlan, match: str) -> ShunterError:
    """The error of a run that is undone whole."""
    before, said = snapshot(root), status(root)
    with pytest.raises(ShunterError, match=match) as caught:
        apply([wanted], root)
    assert (snapshot(root), status(root)) == (before, said)
    assert git(root, "fsck", "--no-dangling") == ""
    return caught.value


def test_hooks_get_the_persons_environment_and_terminal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.delenv("GIT_TERMINAL_PROMPT", raising=False)
    hook(home, 'env > seen; cat > /dev/null; echo "spoke to the person" >&2; git ls-files "k*" > glob')
    done = apply([derived(home)], home)
    seen = dict(line.split("=", 1) for line in (home / "seen").read_text().splitlines() if "=" in line)
    assert seen["LC_ALL"] == "C.UTF-8"
    assert seen["SHUNTER_RUN"]
    assert {"GIT_TERMINAL_PROMPT", "GIT_OPTIONAL_LOCKS", "GIT_LITERAL_PATHSPECS"} & seen.keys() == set()
    assert seen.get("GIT_DIR", ".git") != "/nowhere"
    assert (home / "glob").read_text() == "keep\n"
    assert done.notices == ("home: spoke to the person",)


def test_a_hook_sees_exactly_our_files_on_the_persons_branch(home: Path) -> None:
    write(home, {"keep": "theirs, staged\n", "untracked": "x"})
    git(home, "add", "keep")
    hook(home, "git diff --cached --name-only > seen; git symbolic-ref --short HEAD >> seen")
    apply([derived(home)], home)
    assert (home / "seen").read_text().split() == ["edit", "new", "main"]
    assert status(home) == ["M  keep", "?? seen", "?? untracked"]


def test_all_files_of_all_repositories_are_there_before_the_first_hook(home: Path) -> None:
    other = make_repo(home.parent / "other", dict(START))
    hook(home, 'grep -q derived ../other/edit && ! grep -q derived "$(git -C ../other rev-parse --git-dir)/HEAD"')
    apply([derived(home), derived(other)], home)
    assert git(other, "log", "-1", "--format=%s") == "Change other"


def test_a_daemon_that_a_hook_leaves_delays_nobody_and_holds_no_lock(home: Path) -> None:
    hook(home, "sleep 600 & echo $! > ../daemon")
    apply([derived(home)], home)
    first = int((home.parent / "daemon").read_text())
    apply([plan(home, edit(home, "edit", b"once more\n"))], home)
    os.kill(first, signal.SIGKILL)  # it still runs
    assert not journal.is_held(home / ".git/shunter")
    hook(home, "kill $(cat ../daemon)")
    apply([plan(home, edit(home, "edit", b"and more\n"))], home)


def test_a_hook_that_adds_a_file_is_named_and_leaves_a_clean_index(home: Path) -> None:
    hook(home, "echo x > added; git add added")
    done = apply([derived(home)], home)
    assert done.outcomes[0].paths == ("added", "edit", "new")
    assert done.notices == ("home: a hook added added to the commit",)
    assert status(home) == []


def test_a_hook_that_reformats_what_a_person_shares_is_named(home: Path) -> None:
    hook(home, "printf 'a:   1\\n' > edit; git add edit")
    done = apply([shared(home)], home)
    assert done.notices == ("home: a hook changed edit",)
    assert git(home, "show", "HEAD:edit") == "a:   1"
    assert status(home) == []


def test_what_a_hook_changed_is_judged_again(home: Path) -> None:
    hook(home, "echo broken > edit; git add edit")
    seen: list[bytes] = []

    def judge(wanted: RepositoryPlan, tree: Tree) -> str:
        state = tree.get("edit")
        assert state is not None
        seen.append(state.data)
        return "`a` is missing"

    before = snapshot(home)
    with pytest.raises(ShunterError, match="a git hook in home changed edit, and then `a` is missing"):
        apply([shared(home)], home, judge=judge)
    assert seen == [b"broken\n"]
    after = snapshot(home)
    assert after == before
    [kept] = (home / ".git/shunter/kept").rglob("edit")
    assert kept.read_text() == "broken\n"


def test_a_hook_that_reformats_what_shunter_derives_undoes_everything(home: Path) -> None:
    hook(home, "echo '# formatted' >> edit; git add -A")
    error = refused(home, derived(home), "a git hook in home changed edit, and shunter writes it anew each time")
    assert "exclude" in error.hint
    [kept] = (home / ".git/shunter/kept").rglob("edit")
    assert kept.read_text() == "derived\n# formatted\n"


def test_a_fixer_that_refuses_is_undone_and_its_whole_message_shown(home: Path) -> None:
    hook(
        home,
        "echo fixed >> edit; echo 'end-of-file-fixer: Failed'; echo '- files were modified by this hook' >&2; exit 1",
    )
    error = refused(home, derived(home), "git commit failed in")
    assert error.notes[:2] == ("git: end-of-file-fixer: Failed", "git: - files were modified by this hook")
    assert "what became of edit meanwhile is kept as" in error.notes[2]


def test_a_hook_that_edits_without_adding_leaves_its_edit_and_the_commit_right(home: Path) -> None:
    hook(home, "echo later >> edit")
    done = apply([derived(home)], home)
    assert git(home, "show", "HEAD:edit") == "derived"
    assert (home / "edit").read_text() == "derived\nlater\n"
    assert (status(home), done.notices) == (["M edit"], ())


def test_an_edit_during_a_slow_hook_is_not_committed(home: Path) -> None:
    hook(home, "echo 'typed by a person' > new; echo typed > edit; sleep 0.2")
    apply([shared(home)], home)
    assert git(home, "show", "HEAD:new") == "derived"
    assert git(home, "show", "HEAD:edit") == "a: 1"
    assert (home / "edit").read_text() == "typed\n"


def test_a_hook_may_change_the_message(home: Path) -> None:
    hook(home, 'printf "\\nChange-Id: I1\\n" >> "$1"', "commit-msg")
    apply([derived(home)], home)
    assert git(home, "log", "-1", "--format=%B") == "Change home\n\nChange-Id: I1"


def three(home: Path) -> list[Path]:
    return [home, *(make_repo(home.parent / name, dict(START)) for name in ("second", "third"))]


def test_a_refusal_in_the_third_repository_takes_back_the_first_two(home: Path) -> None:
    roots = three(home)
    write(home, {"keep": "mine\n", "untracked": "mine\n"})
    write(roots[1], {"staged": "mine\n"})
    git(roots[1], "add", "staged")
    hook(roots[2], "git -C ../second log -1 --format=%s; exit 1")
    before = [(snapshot(root), status(root), (root / "mode").stat().st_mtime_ns) for root in roots]
    with pytest.raises(ShunterError, match=r"git commit failed in .*/third") as caught:
        apply([usual(root) for root in roots], home)
    assert caught.value.notes == ("git: Change second", "everything is as it was")
    assert [(snapshot(root), status(root), (root / "mode").stat().st_mtime_ns) for root in roots] == before
    assert git(home, "reflog", "--format=%gs").splitlines()[0] == "shunter: undone"


def test_what_was_pushed_meanwhile_is_taken_back_here(home: Path, tmp_path: Path) -> None:
    roots = three(home)
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(home, "remote", "add", "origin", str(tmp_path / "remote.git"))
    hook(home, "git push -q origin HEAD:refs/heads/topic 2> /dev/null", "post-commit")
    hook(roots[2], "exit 1")
    before = git(home, "rev-parse", "HEAD")
    with pytest.raises(ShunterError, match="git commit failed") as caught:
        apply([usual(root) for root in roots], home)
    assert git(home, "rev-parse", "HEAD") == before
    assert status(home) == []
    assert any("home: the commit of this run is on origin/topic as well" in note for note in caught.value.notes)
    assert git(tmp_path / "remote.git", "log", "-1", "--format=%s", "topic") == "Change home"


def test_a_hook_that_commits_on_top_keeps_its_commit(home: Path) -> None:
    roots = three(home)
    guard = '[ -e ../once ] && exit 0; touch ../once; git commit -q --allow-empty -m "on top"'
    hook(home, guard, "post-commit")
    hook(roots[2], "exit 1")
    with pytest.raises(ShunterError, match="git commit failed") as caught:
        apply([usual(root) for root in roots], home)
    ours = git(home, "rev-parse", "--short=12", "HEAD^")
    assert (
        f"home has moved on from the commit of this run; to take it back: git -C {home} revert {ours}"
        in caught.value.notes
    )
    assert git(home, "log", "--format=%s").splitlines() == ["on top", "Change home", "start"]
    assert status(home) == []


def test_a_hook_that_switches_away_leaves_no_commit_behind(home: Path) -> None:
    roots = three(home)
    hook(home, "git switch -q -c other HEAD~1", "post-commit")
    hook(roots[2], "exit 1")
    with pytest.raises(ShunterError):
        apply([derived(root) for root in roots], home)
    assert git(home, "log", "--format=%s", "main") == "start"
    assert (home / "edit").read_text() == "old\n"


def test_a_run_ends_well_though_a_hook_commits_on_top(home: Path) -> None:
    hook(home, '[ -e ../once ] && exit 0; touch ../once; git commit -q --allow-empty -m "on top"', "post-commit")
    done = apply([derived(home)], home)
    assert done.outcomes[0].commit == git(home, "rev-parse", "HEAD^")
    assert status(home) == []


def test_a_hook_that_commits_itself_keeps_its_commit_and_nothing_is_lost(home: Path) -> None:
    hook(home, "git commit -q --no-verify -m inner")
    with pytest.raises(ShunterError, match="git commit failed") as caught:
        apply([derived(home)], home)
    assert any("nothing to commit" in note or "cannot lock ref" in note for note in caught.value.notes)
    assert any("a commit that is not shunter's" in note for note in caught.value.notes)
    assert git(home, "log", "--format=%s").splitlines() == ["inner", "start"]
    assert status(home) == []
    assert not list(home.glob(".git/*.lock"))


def test_no_verify_skips_hooks_and_not_our_judging(home: Path) -> None:
    hook(home, "exit 1")
    hook(home, "exit 1", "commit-msg")
    done: Applied = apply([plan(home, edit(home, "keep", b"derived\n"))], home, Writing(verify=False))
    assert done.outcomes[0].paths == ("keep",)
    once = "[ -e ../once ] && exit 0; touch ../once"
    hook(home, f"{once}; echo x >> edit; git add edit; git commit -q --amend --no-edit --no-verify", "post-commit")
    before = snapshot(home)
    with pytest.raises(ShunterError, match="a git hook in home changed edit, and shunter writes it anew each time"):
        apply([derived(home)], home, Writing(verify=False))
    assert snapshot(home) == before


def asked(trace: Path) -> list[str]:
    """The git commands that ran since the last look, in order."""
    lines = [json.loads(line) for line in trace.read_text().splitlines()] if trace.exists() else []
    trace.unlink(missing_ok=True)
    names = (line["argv"] for line in lines if line["event"] == "start" and "config" not in line["argv"])
    return [
        next(word for word in argv[1:] if word.isidentifier() or ("-" in word[1:-1] and word[0] != "-"))
        for argv in names
    ]


BY_FILES, BY_GIT = ["status", "add", "commit"], ["maintenance", "diff-tree", "diff-index"]


def test_where_no_hook_can_have_run_git_is_not_asked_what_it_holds(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, trace = home.parent / "config", home.parent / "trace"
    config.write_text(f"[trace2]\n\teventTarget = {trace}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))

    def made(number: int) -> list[str]:
        trace.unlink(missing_ok=True)
        wanted = plan(
            home, edit(home, "edit", b"%d\n" % number), edit(home, f"deep/{number}/new", b"new %d\n" % number)
        )
        asked(trace)
        [outcome] = apply([wanted], home).outcomes
        found = asked(trace)
        assert list(outcome.paths) == sorted(["edit", f"deep/{number}/new"]) == committed(home)
        return found

    assert made(1) == BY_FILES
    git(home, "gc", "-q")
    assert made(2) == BY_FILES
    hook(home, "exit 0")
    assert made(3) == BY_FILES + BY_GIT
    (home / ".git/hooks/pre-commit").unlink()
    git(home, "config", "core.hooksPath", "elsewhere")
    assert made(4) == BY_FILES + BY_GIT
    git(home, "config", "--unset", "core.hooksPath")
    assert made(5) == BY_FILES
    with config.open("a") as file:
        file.write('[includeIf "gitdir:/nowhere/"]\n\tpath = none\n')
    assert made(6) == BY_FILES + BY_GIT


def test_what_is_typed_before_git_looks_is_found_without_any_hook(home: Path) -> None:
    def on_step(step: str) -> None:
        if step == "home: index":
            write(home, {"edit": "typed\n"})

    before = git(home, "rev-parse", "HEAD")
    with pytest.raises(ShunterError, match="changed edit, and shunter writes it anew each time"):
        apply([derived(home)], home, on_step=on_step)
    assert git(home, "rev-parse", "HEAD") == before
    done = apply([shared(home)], home, on_step=on_step)
    assert done.notices == ("home: a hook changed edit",)


def test_inside_a_hook_of_a_run_nothing_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_RUN", "1")
    with pytest.raises(ShunterError, match="started by a hook of another shunter run"):
        apply([derived(home)], home)
    assert not (home / ".git/shunter").exists()


@pytest.mark.parametrize(
    ("why", "asked"),
    [
        ("nothing", 0),
        ("loose objects", 1),
        ("packs", 1),
        ("gc.auto", 1),
        ("maintenance.auto", 1),
        ("a setting of the person's", 1),
        ("a hook", 1),
    ],
)
def test_git_tidies_up_after_a_commit_where_it_would_find_something_to_do(
    why: str, asked: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why == "loose objects":
        write(home, {f".git/objects/17/{number:038x}": "" for number in range(27)})
    elif why == "packs":
        write(home, {f".git/objects/pack/pack-{number:040x}.pack": "" for number in range(50)})
    elif why == "a hook":
        hook(home, "true")
    elif why == "a setting of the person's":
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "gc.autoPackLimit")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "10")
    elif why != "nothing":
        git(home, "config", why, "true" if why == "maintenance.auto" else "1")
    trace = home.parent / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    apply([derived(home)], home)
    runs = [line for line in trace.read_text().splitlines() if "run_command: git maintenance run --auto" in line]
    assert len(runs) == asked
