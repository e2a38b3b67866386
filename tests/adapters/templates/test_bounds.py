"""Template repositories that hold too much: one error, before anything of them is read or checked out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo
from shunter.adapters.git.repository import Repository
from shunter.adapters.templates import bounds
from shunter.adapters.templates.release_file import release_file
from shunter.adapters.templates.render import render
from shunter.adapters.templates.source import fetched
from shunter.core.trees import fast_import
from shunter.core.trees.fast_import import Signature
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

CONFIG = "color: {type: str, default: red}\n"


def template(root: Path, files: Mapping[str, bytes | str]) -> Path:
    """A template repository with one release, that of Copier's own file among its files."""
    make_repo(root, {"copier.yml": CONFIG, **files})
    git(root, "tag", "v1.0.0")
    return root


def refused(root: Path) -> str:
    """What rendering a release is refused for."""
    with pytest.raises(ShunterError) as caught:
        render(str(root), "1.0.0", {})
    return caught.value.on_one_line


def test_what_is_small_is_read(tmp_path: Path) -> None:
    assert render(str(template(tmp_path / "t", {"x": "1"})), "1.0.0", {})["x"] == FileState(b"1")


@pytest.mark.parametrize("how", ["by path", "by URL"])
def test_a_repository_larger_than_its_bound_is_not_fetched(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_FETCHED", bounds.MIB)
    root = template(tmp_path / "t", {"large": os.urandom(3 * bounds.MIB)})
    source = str(root) if how == "by path" else root.as_uri()
    told = f"the templates at {source} are larger than 1 MiB"
    with pytest.raises(ShunterError, match=re.escape(told)), fetched(source):
        pass
    with pytest.raises(ShunterError, match=re.escape(told)):
        release_file(source, "1.0.0", None, "x")


def test_many_files_are_bounded_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git would write few objects one by one, and each below the bound."""
    monkeypatch.setattr(bounds, "MOST_FETCHED", bounds.MIB)
    root = template(tmp_path / "t", {f"f{number}": os.urandom(bounds.MIB // 2) for number in range(5)})
    with pytest.raises(ShunterError, match="are larger than 1 MiB"), fetched(str(root)):
        pass


def test_what_cannot_be_read_is_no_matter_of_size(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="cannot read the templates at"), fetched(str(tmp_path / "gone")):
        pass
    with pytest.raises(ShunterError, match="cannot read release 1\\.0\\.0 of the templates at"):
        release_file(str(tmp_path / "gone"), "1.0.0", None, "x")


def test_a_huge_file_that_packs_well_is_not_unpacked(tmp_path: Path) -> None:
    """Sixty-five megabytes of nothing are some kilobytes to git."""
    root = template(tmp_path / "t", {"zeros": bytes(65 * bounds.MIB)})
    assert f"zeros of the templates at {root} is larger than 64 MiB" in refused(root)
    with pytest.raises(ShunterError, match="larger than 64 MiB"):
        release_file(str(root), "1.0.0", None, "zeros")


def laid(bare: Path, files: Mapping[str, bytes]) -> Path:
    """As `template`, of more files than one would write."""
    Repository.init(bare, bare=True)
    states = {path: FileState(data) for path, data in files.items()}
    who = Signature("Tess Ter", "tess@example.org", 1_700_000_000)
    stream = fast_import.commit("refs/heads/main", who, "one", states) + fast_import.tag("v1.0.0", ":1")
    Repository(bare).import_stream(stream)
    return bare


def test_very_many_files_are_not_read(tmp_path: Path) -> None:
    files = {f"d{number % 100}/f{number}": b"x" for number in range(100_000)}
    root = laid(tmp_path / "t.git", {"copier.yml": CONFIG.encode(), **files})
    assert f"a release of the templates at {root} has more than 20000 files" in refused(root)


def test_files_that_are_large_together_are_not_read(tmp_path: Path) -> None:
    files = {f"f{number}": bytes([number]) * (52 * bounds.MIB) for number in range(5)}
    root = laid(tmp_path / "t.git", {"copier.yml": CONFIG.encode(), **files})
    assert f"a release of the templates at {root} is larger than 256 MiB" in refused(root)


def test_folders_that_hold_each_other_are_not_walked(tmp_path: Path) -> None:
    """A hundred objects, and 10^20 paths: what git lists is counted as it comes."""
    root = template(tmp_path / "t", {"x": "1"})
    tree = git(root, "rev-parse", "HEAD^{tree}")
    for _ in range(20):
        listing = "".join(f"040000 tree {tree}\tf{number}\n" for number in range(10))
        tree = git(root, "mktree", stdin=listing.encode())
    copier = git(root, "rev-parse", "HEAD:copier.yml")
    tree = git(root, "mktree", stdin=f"100644 blob {copier}\tcopier.yml\n040000 tree {tree}\tf\n".encode())
    git(root, "tag", "--force", "v1.0.0", git(root, "commit-tree", "-m", "bomb", tree))
    git(root, "update-ref", "refs/heads/main", "v1.0.0")
    assert "has more than 20000 files" in refused(root)


def test_a_submodule_is_not_fetched(tmp_path: Path) -> None:
    secret = make_repo(tmp_path / "secret", {"password": "x"})
    root = template(tmp_path / "t", {"x": "1", ".gitmodules": f'[submodule "s"]\n\tpath = s\n\turl = {secret}\n'})
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(secret, 'rev-parse', 'HEAD')},s")
    git(root, "commit", "-q", "-m", "a submodule")
    git(root, "tag", "--force", "v1.0.0")
    assert f"the templates at {root} have a submodule, s" in refused(root)


def test_what_is_rendered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds.refuse_large({"x": FileState(b"1")}, "t")
    with pytest.raises(ShunterError, match="would be larger than 64 MiB"):
        bounds.refuse_large({"x": FileState(bytes(65 * bounds.MIB))}, "t")
    with pytest.raises(ShunterError, match="would have more than 20000 files"):
        bounds.refuse_large({f"f{number}": FileState(b"") for number in range(20_001)}, "t")
