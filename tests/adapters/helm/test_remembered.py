"""What renderings told is kept by content, and a cache that is damaged or cannot be written is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from shunter.adapters.helm.remembered import recall, remember


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_kept_under_exactly_this_key() -> None:
    assert recall("images", "a", "b") is None
    remember("images", "a", "b", texts=["x", "y"])
    remember("images", "ab", texts=[])
    assert recall("images", "a", "b") == ("x", "y")
    assert recall("images", "ab") == ()
    assert recall("images", "b", "a") is recall("others", "a", "b") is None


def test_what_is_damaged_is_not_there(cache: Path) -> None:
    remember("images", "a", texts=["x"])
    [file] = (cache / "images").iterdir()
    for data in (b"", b"damaged", file.read_bytes()[:-1], file.read_bytes().replace(b'"x"', b'"y"')):
        file.write_bytes(data)
        assert recall("images", "a") is None


def test_a_cache_that_cannot_be_written(cache: Path) -> None:
    cache.write_text("a file", "utf-8")
    remember("images", "a", texts=["x"])
    assert recall("images", "a") is None
