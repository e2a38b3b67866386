"""Kept renders: equal to fresh ones, and never trusted when damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git
from helpers.workspaces.template_history import change_templates, make_templates
from shunter import __version__
from shunter.adapters.system import process
from shunter.adapters.templates import cache
from shunter.adapters.templates.history import CANONICAL_SOURCE, append_release, bare_for, ensure_history
from shunter.adapters.templates.render import RenderRequest, render_many

ANSWERS = {"kind": "library", "workspace": "kept", "name": "kept-library"}


@pytest.fixture
def request_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RenderRequest:
    request = RenderRequest.of(CANONICAL_SOURCE, __version__, ANSWERS, bare_for(CANONICAL_SOURCE))
    monkeypatch.setattr(cache, "cache_root", lambda: tmp_path)
    return request


def test_a_kept_render_is_the_fresh_one(request_for: RenderRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = render_many([request_for])
    monkeypatch.setattr(process, "run", lambda *_: pytest.fail("rendered again"))
    assert render_many([request_for]) == fresh


def test_a_damaged_file_is_rendered_again(request_for: RenderRequest, tmp_path: Path) -> None:
    fresh = render_many([request_for])
    (kept,) = tmp_path.rglob("*.json")
    whole = kept.read_bytes()
    for damaged in (b"", b"junk", whole[:-1], whole.replace(b"100644", b"100755", 1)):
        assert damaged != whole
        kept.write_bytes(damaged)
        assert cache.load(kept) is None
    assert render_many([request_for]) == fresh
    assert kept.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_error(request_for: RenderRequest, tmp_path: Path) -> None:
    (tmp_path / "renders").write_text("a file in the way")
    assert "Chart.yaml" in render_many([request_for])[0]


@pytest.mark.slow  # two histories of templates are made
def test_the_next_history_knows_the_renders_of_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update of shunter, what its last release rendered is found; the same name for other files is not."""
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    root = make_templates(tmp_path / "data")
    first = ensure_history(root, "1.0.0")
    append_release("1.0.0", root)
    change_templates(root)
    following = ensure_history(root, "1.1.0")
    other = ensure_history(change_templates(make_templates(tmp_path / "other")), "1.0.0")
    asked = [
        RenderRequest.of(CANONICAL_SOURCE, "1.0.0", {"kind": "service"}, bare) for bare in (first, following, other)
    ]
    files = render_many(asked[:1])
    with monkeypatch.context() as patch:
        patch.setattr(process, "run", lambda *_: pytest.fail("rendered again"))
        assert render_many([asked[1]]) == files
    assert "lib/run.sh" in render_many([asked[2]])[0]
    git(first, "pack-refs", "--all")
    assert render_many(asked[:1]) == files
