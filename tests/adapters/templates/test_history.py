from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo
from helpers.workspaces.template_history import change_templates, make_templates
from shunter.adapters.git.repository import Repository
from shunter.adapters.system import process
from shunter.adapters.system.paths import CANONICAL_SOURCE, cache_root, data_root
from shunter.adapters.templates.history import (
    STREAM,
    append_release,
    bare_for,
    ensure_history,
    publish,
    redirect_env,
    redirect_snippet,
    releases,
    template_files,
)
from shunter.model.errors import ShunterError


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    return make_templates(tmp_path / "data")


def test_the_working_tree_is_the_next_release(templates: Path) -> None:
    bare = ensure_history(templates, "1.0.0")
    tree = Repository(bare).tree("v1.0.0")
    assert {path: tree.get(path) for path in tree.paths()} == template_files(templates)
    assert "templates/service/raw.bin" in tree.paths()
    assert releases(bare) == ["1.0.0"]
    assert git(bare, "fsck", "--strict") == ""


def test_a_history_is_made_once_for_one_content(templates: Path) -> None:
    first = ensure_history(templates, "1.0.0")
    made = (first / "HEAD").stat().st_mtime_ns
    assert ensure_history(templates, "1.0.0") == first
    assert (first / "HEAD").stat().st_mtime_ns == made
    assert ensure_history(templates, "1.0.1") != first
    (templates / "templates/service/bin/run.sh.jinja").chmod(0o644)
    assert ensure_history(templates, "1.0.0") != first
    assert not list(first.parent.glob("making-*"))


def test_first_use_by_several_at_once_ends_in_one_history(templates: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: ensure_history(templates, "1.0.0"), range(8)))
    assert list((made.pop()).parent.iterdir()) == [ensure_history(templates, "1.0.0")]
    assert not made


def test_released_commits_are_equal_on_every_machine(
    templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_release("1.0.0", templates)
    change_templates(templates)
    before = git(ensure_history(templates, "1.1.0"), "show-ref")
    old_stream = (templates / STREAM).read_bytes()
    append_release("1.1.0", templates)
    assert (templates / STREAM).read_bytes().startswith(old_stream)
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "another machine"))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    bare = ensure_history(templates, "1.1.0")
    assert git(bare, "show-ref") == before
    assert releases(bare) == ["1.0.0", "1.1.0"]
    changed = git(bare, "diff", "--name-status", "v1.0.0", "v1.1.0").split("\n")
    assert [line.split("\t")[0] for line in changed] == ["M", "M", "R100"]


def test_a_release_never_changes(templates: Path) -> None:
    append_release("1.0.0", templates)
    ensure_history(templates, "1.0.0")
    with pytest.raises(ShunterError, match=r"release 1\.0\.0 is in .* already"):
        append_release("1.0.0", templates)
    change_templates(templates)
    with pytest.raises(ShunterError, match=r"the templates differ from those of release 1\.0\.0"):
        ensure_history(templates, "1.0.0")
    assert not list((cache_root() / "templates").glob("making-*"))


def test_our_own_templates_are_a_release_or_become_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when the templates change under a version that the committed history holds already."""
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path))
    bare = bare_for(CANONICAL_SOURCE)
    assert bare is not None
    from shunter import __version__

    assert releases(bare)[-1] == __version__
    assert set(Repository(bare).tree(f"v{__version__}").paths()) == set(template_files(data_root()))
    assert (data_root() / "schemas").is_dir()
    assert bare_for("https://git.example.org/templates.git") is None


def test_the_canonical_url_belongs_to_nobody() -> None:
    host = CANONICAL_SOURCE.split("/")[2]
    assert host.rpartition(".")[2] in ("invalid", "example")


def test_git_follows_the_redirect_beside_one_that_is_set(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "Kept")
    bare = ensure_history(templates, "1.0.0")
    env = redirect_env(CANONICAL_SOURCE, bare)
    assert process.run(["git", "config", "user.name"], templates, env=env).text == "Kept"
    assert process.run(["git", "ls-remote", "--tags", CANONICAL_SOURCE], templates, env=env).text.endswith("/v1.0.0")


def test_the_snippet_does_the_same_for_a_person(templates: Path) -> None:
    bare = ensure_history(templates, "1.0.0")
    assert process.run(["sh", "-c", redirect_snippet(CANONICAL_SOURCE, bare)], templates).returncode == 0
    assert git(templates, "ls-remote", "--tags", CANONICAL_SOURCE).endswith("/v1.0.0")


def test_publishing_fills_a_remote_and_moves_it_on(templates: Path, tmp_path: Path) -> None:
    remote = Repository.init(tmp_path / "remote.git", bare=True).root
    append_release("1.0.0", templates)
    assert publish(str(remote), ensure_history(templates, "1.0.0")) == ["1.0.0"]
    change_templates(templates)
    assert publish(str(remote), ensure_history(templates, "1.1.0")) == ["1.0.0", "1.1.0"]
    assert publish(str(remote), ensure_history(templates, "1.1.0")) == ["1.0.0", "1.1.0"]
    assert git(remote, "tag") == "v1.0.0\nv1.1.0"
    assert git(remote, "rev-parse", "main") == git(remote, "rev-parse", "v1.1.0")


def test_publishing_over_something_else_is_refused(templates: Path, tmp_path: Path) -> None:
    remote = make_repo(tmp_path / "foreign", {"a": "b"})
    git(remote, "switch", "-q", "-c", "other")
    with pytest.raises(ShunterError, match="cannot publish the templates to") as caught:
        publish(str(remote), ensure_history(templates, "1.0.0"))
    assert any("rejected" in note for note in caught.value.notes)
    assert git(remote, "log", "--format=%s", "main") == "start"
    with pytest.raises(ShunterError, match="cannot publish"):
        publish(str(tmp_path / "missing.git"), ensure_history(templates, "1.0.0"))


def test_a_cache_that_cannot_be_written_is_a_clear_error(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(templates / "copier.yml"))
    with pytest.raises(ShunterError, match="cannot write to the cache") as caught:
        ensure_history(templates, "1.0.0")
    assert "SHUNTER_CACHE_DIR" in caught.value.hint
