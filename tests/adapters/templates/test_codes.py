"""Compiled templates on disk: used by the next run, and by nobody whose file it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shunter.adapters.templates.codes import remembered
from shunter.core.templates.compiled import CODES

RENDER = """
import json
from shunter.adapters.templates.history import CANONICAL_SOURCE, ensure_history
from shunter.adapters.templates.render import render
from shunter.core.templates.jinja import Jinja
compiled, whole = [], Jinja.compile
Jinja.compile = lambda self, source, *rest: compiled.append(1) or whole(self, source, *rest)
answers = {"kind": "environment", "workspace": "shop", "name": "tst", "namespace": "shop-tst"}
from shunter import __version__
files = render(CANONICAL_SOURCE, __version__, answers, bare=ensure_history())
print(json.dumps([len(compiled), sorted((path, state.object_id()) for path, state in files.items())]))
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def rendered() -> tuple[int, object]:
    """How many templates a process compiles for one project, and the project's files."""
    done = subprocess.run([sys.executable, "-c", RENDER], check=True, capture_output=True, text=True)
    compiled, files = json.loads(done.stdout)
    return compiled, files


def test_the_next_run_compiles_nothing_and_renders_the_same(cache: Path) -> None:
    first, files = rendered()
    assert first > 10
    assert rendered() == (0, files)
    [kept] = cache.glob("templates/code-*")
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("fault", ["damaged", "cut", "writable by others", "a link", "of another compiler"])
def test_a_file_that_cannot_be_trusted_is_none(fault: str, cache: Path) -> None:
    first = rendered()
    [kept] = cache.glob("templates/code-*")
    data = kept.read_bytes()
    if fault == "damaged":
        kept.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif fault == "cut":
        kept.write_bytes(data[: len(data) // 2])
    elif fault == "of another compiler":
        kept.write_bytes(bytes(32) + data[32:])
    elif fault == "writable by others":
        kept.chmod(0o620)
    else:
        kept.rename(kept.with_name("moved"))
        kept.symlink_to("moved")
    assert rendered() == first
    assert rendered() == (0, first[1])  # and it is written anew


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_none(cache: Path) -> None:
    first = rendered()
    [kept] = cache.glob("templates/code-*")
    os.chown(kept, 12345, -1)
    assert rendered() == first


def test_a_cache_that_cannot_be_written_is_none(cache: Path) -> None:
    first = rendered()
    [kept] = cache.glob("templates/code-*")
    kept.unlink()
    kept.mkdir()
    assert rendered() == rendered() == first


def test_nothing_is_written_where_nothing_was_compiled(cache: Path) -> None:
    assert not CODES.compiled
    with remembered():
        pass
    assert not cache.exists()
