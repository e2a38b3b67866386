"""Repositories that stand apart: one that is refused stays as it is, the others go on, and no run is half done."""

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import disk, git, make_repo
from helpers.workspaces.plans import START, StopError, edit, killed, plan, raising, usual
from shunter.adapters.git.apply import Applied, apply, look
from shunter.adapters.git.recovery import recover
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan, Writing
from shunter.model.findings import Status


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with the checkouts `one` and `two`; a hook refuses each commit in `two`."""
    root = make_repo(tmp_path / "home", {**START, ".gitignore": "/*/\n"})
    for name in ("one", "two"):
        make_repo(root / name, START)
    hook = root / "two/.git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no\nexit 1\n")
    hook.chmod(0o755)
    return root


def plans(home: Path) -> list[RepositoryPlan]:
    own = plan(home, edit(home, "edit", b"new\n"), edit(home, "applied", b"all\n"))
    return [usual(home / "one"), replace(own, closing=frozenset({"applied"})), usual(home / "two")]


def state(root: Path) -> object:
    inside = {path: found for path, found in disk(root).items() if not path.startswith(("one/", "two/"))}
    return inside, git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD^{tree}"), git(root, "branch")


def run(home: Path, **how: object) -> Applied:
    return apply(plans(home), home, apart=True, **how)  # type: ignore[arg-type]


def test_what_a_hook_refuses_is_taken_back_and_nothing_says_that_all_is_done(home: Path) -> None:
    before = state(home / "two")
    done = run(home, writing=Writing(branch="topic"))
    assert [each.status for each in done.outcomes] == [Status.DONE, Status.DONE, Status.REFUSED]
    assert "skip hooks with --no-verify" in done.outcomes[2].detail
    assert "two: git: no" in done.notices
    assert state(home / "two") == before
    assert git(home, "show", "--format=", "--name-only") == "edit"
    assert git(home, "status", "--porcelain") == ""
    assert not (home / "applied").exists()
    assert recover(home) is None


@pytest.mark.parametrize("is_module", [True, False])
def test_what_would_be_written_into_another_repository_is_refused_alone(is_module: bool, home: Path) -> None:
    two = home / "two"
    (two / ".git/hooks/pre-commit").unlink()
    other = make_repo(two / "tools", {"x": "theirs\n"})
    if is_module:
        git(two, "update-index", "--add", "--cacheinfo", f"160000,{git(other, 'rev-parse', 'HEAD')},tools")
        git(two, "commit", "-q", "-m", "a submodule")
    before = disk(two)
    inside = plan(two, edit(two, "edit", b"new\n"), edit(two, "tools/deep/run.sh", b"new\n"))
    done = apply([*plans(home)[:2], inside], home, apart=True)
    assert [each.status for each in done.outcomes] == [Status.DONE, Status.DONE, Status.REFUSED]
    told = "a submodule" if is_module else "another git repository"
    assert f"tools/deep/run.sh would be written into tools, which is {told}" in done.outcomes[2].detail
    assert disk(two) == before


def test_how_one_repository_signs_is_its_own_affair(home: Path) -> None:
    two = home / "two"
    (two / ".git/hooks/pre-commit").unlink()
    for name, value in {"commit.gpgSign": "true", "gpg.format": "ssh", "user.signingKey": str(home / "gone")}.items():
        git(two, "config", name, value)
    before = state(two)
    done = run(home)
    assert [each.status for each in done.outcomes] == [Status.DONE, Status.DONE, Status.REFUSED]
    assert "it could not be signed" in done.outcomes[2].detail
    assert "no-verify" not in done.outcomes[2].detail
    assert state(two) == before


@pytest.mark.parametrize("ends", ["exit 1", "git add -A"])
def test_a_hook_that_reformats_and_refuses_leaves_nothing_half_done(ends: str, home: Path) -> None:
    """As the fixers of pre-commit, black and prettier do: what they have made is kept aside."""
    hook = home / "two/.git/hooks/pre-commit"
    hook.write_text(f"#!/bin/sh\nfor f in edit new other; do echo '# formatted' >> $f; done\n{ends}\n")
    two = home / "two"
    shared = plan(two, edit(two, "edit", b"new\n", shared=True), edit(two, "new", b"new\n", shared=True))
    before = state(home / "two")
    done = apply([*plans(home)[:2], shared], home, apart=True, judge=lambda plan, tree: "it is another one")
    assert [each.status for each in done.outcomes] == [Status.DONE, Status.DONE, Status.REFUSED]
    assert (two / "other").read_text() == "# formatted\n", "what is not the run's is the hook's own affair"
    (two / "other").unlink()
    git(two, "reset", "-q")
    assert state(two) == before
    kept = {path.name: path.read_text() for path in (two / ".git/shunter/kept").rglob("*") if path.is_file()}
    assert kept == dict.fromkeys(("edit", "new"), "new\n# formatted\n")
    assert any("edit" in notice and "is kept as" in notice for notice in done.notices)
    hook.unlink()
    assert [each.status for each in apply([shared], two).outcomes] == [Status.DONE]
    assert "# formatted" not in git(two, "show", "HEAD")


def test_a_workspace_of_which_only_the_last_word_is_left_stays_as_it_is(home: Path) -> None:
    [one, own, two] = plans(home)
    own = replace(own, edits=tuple(each for each in own.edits if each.path in own.closing))
    before = state(home)
    done = apply([one, own, two], home, Writing(branch="topic"), apart=True)
    assert [each.status for each in done.outcomes] == [Status.DONE, Status.NOOP, Status.REFUSED]
    assert state(home) == before


def test_without_a_refusal_the_last_word_is_written(home: Path) -> None:
    done = run(home, writing=Writing(verify=False))
    assert [each.status for each in done.outcomes] == [Status.DONE] * 3
    assert (home / "applied").read_text() == "all\n"


def test_each_refusal_is_told_before_anything_is_written(home: Path) -> None:
    (home / "one/.git/index.lock").touch()
    [_, own, two] = plans(home)
    looked = look([usual(home / "one"), own, replace(two, edits=(), refused="not now")], Writing(), home=home)
    assert [each.plan.repository for each in looked.surveys] == ["home"]
    assert looked.surveys[0].paths == ("edit",)
    assert looked.refused[str(home / "two")].detail == "not now"
    (home / ".git/index.lock").touch()
    with pytest.raises(ShunterError, match=r"index\.lock"):
        look([usual(home / "one"), own], Writing(), home=home)


def test_settings_that_fail_everywhere_are_asked_once(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [state(each) for each in (home, home / "one", home / "two")]
    (tmp_path / "gitconfig").write_text("[gpg]\nprogram = /nowhere\n[commit]\ngpgsign = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    with pytest.raises(ShunterError, match="git commit failed"):
        run(home)
    assert [state(each) for each in (home, home / "one", home / "two")] == before


def test_a_run_with_a_refusal_is_whole_wherever_it_stops(home: Path, tmp_path: Path) -> None:
    """It fails, or is killed, at each of its steps: `two` is as it was, the others are before, or all of them after."""
    before = [state(each) for each in (home, home / "one", home / "two")]
    heard: list[str] = []
    run(home, on_step=heard.append)
    after = [state(each) for each in (home, home / "one", home / "two")]
    assert after[2] == before[2]
    for root in (home, home / "one"):
        git(root, "reset", "-q", "--hard", "HEAD^")
    for at in range(len(heard)):
        with pytest.raises(StopError):
            run(home, on_step=raising(at))
        assert [state(each) for each in (home, home / "one", home / "two")] == before, heard[at]
        assert killed(lambda on_step: run(home, on_step=on_step), at)
        recover(home)
        found = [state(each) for each in (home, home / "one", home / "two")]
        assert found in (before, after), heard[at]
        if found == after:
            for root in (home, home / "one"):
                git(root, "reset", "-q", "--hard", "HEAD^")
