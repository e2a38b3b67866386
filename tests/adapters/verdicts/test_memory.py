"""What was answered before: found as long as nothing it was made of has changed, and never otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from shunter.adapters.verdicts import contents, memory
from shunter.adapters.verdicts.memory import Memory, remembered_around

PART: memory.Part = ("lint charts/a", (("charts/a",), ("trains",)))
OTHER: memory.Part = ("lint charts/b", (("charts/b",),))
SAID = {"notices": ["2 charts checked: valid"], "noop": []}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of two charts, and an empty cache."""
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("a", "b"):
        (tmp_path / "shop/charts" / name).mkdir(parents=True)
        (tmp_path / "shop/charts" / name / "Chart.yaml").write_text(f"name: {name}\n")
    (tmp_path / "shop/shunter.yaml").write_text("name: shop\n")
    return tmp_path / "shop"


def opened(root: Path, start: str = ".", workspace: bytes = b"name: shop\n") -> Memory:
    return Memory(str(root), str(root / start), workspace)


def kept(root: Path, answer: object = None) -> None:
    first = opened(root)
    for part in (PART, OTHER):
        assert first.find(part) is None
        first.keep(part, [] if answer is None else answer)
    first.note("lint", (PART, OTHER), SAID)
    first.save()


def test_an_answer_is_found_again(root: Path) -> None:
    answer = [["ä", 1, None, "\udcff", {"key": [True]}]]
    kept(root, answer)
    assert opened(root).find(PART) == opened(root).find(OTHER) == answer
    assert opened(root).said("lint") is None  # something was found


def test_what_is_said_where_nothing_is_found(root: Path) -> None:
    assert opened(root).said("lint") is None
    kept(root)
    assert opened(root).said("lint") == SAID
    (root / "charts/b/values.yaml").write_text("")
    assert opened(root).said("lint") is None
    assert opened(root).find(PART) == []


def test_each_thing_that_an_answer_is_made_of_counts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(root)
    assert opened(root, "charts").find(PART) is None  # paths in findings are seen from there
    assert opened(root, workspace=b"name: shop\nrules: {}\n").find(PART) is None
    assert opened(root).find((PART[0], (("charts/a",),))) is None
    assert opened(root).find((OTHER[0], PART[1])) is None
    assert opened(root).find(PART) == []
    monkeypatch.setattr(memory, "release_of", lambda: "another release")
    assert opened(root).find(PART) is None


def test_what_changes_while_it_is_judged_is_not_remembered(root: Path) -> None:
    first = opened(root)
    for part in (PART, OTHER):
        first.find(part)
        first.keep(part, [])
    (root / "charts/a/Chart.yaml").write_text("name: changed\n")
    first.save()
    assert opened(root).find(PART) is None
    assert opened(root).find(OTHER) == []


def test_what_is_damaged_is_a_miss(root: Path, tmp_path: Path) -> None:
    kept(root)
    [file] = (tmp_path / "cache/verdicts").iterdir()
    whole = file.read_bytes()
    for cut in range(0, len(whole), 7):
        file.write_bytes(whole[:cut])
        assert opened(root).find(PART) in (None, [])
        file.write_bytes(whole[:cut] + b"x" + whole[cut + 1 :])
        assert opened(root).find(PART) in (None, [])
    file.unlink()
    file.mkdir()
    kept(root)
    assert opened(root).find(PART) is None


def test_bytes_are_not_read_again_by_the_next_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_SETTLED", -(10**12))
    kept(root)

    def refused(path: str) -> bytes:
        raise AssertionError(path)

    monkeypatch.setattr(contents, "read_regular", refused)
    assert opened(root).said("lint") == SAID


def test_the_memory_is_that_of_the_workspace_around(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(root)
    found = remembered_around(str(root))
    assert found is not None
    assert found.said("lint") == SAID
    below = remembered_around(str(root / "charts"))
    assert below is not None
    assert below.said("lint") is None
    assert remembered_around(str(tmp_path)) is None
    (root / ".git/shunter").mkdir(parents=True)
    (root / ".git/shunter/journal.json").write_text("{}")
    assert remembered_around(str(root)) is None
    monkeypatch.setenv("SHUNTER_RUN", "1")
    inside = remembered_around(str(root))
    assert inside is not None
    assert inside.said("lint") == SAID
    changed = next(file for file in sorted(root.rglob("*.yaml")) if file.name != "shunter.yaml")
    changed.write_bytes(changed.read_bytes() + b"# typed\n")
    again = remembered_around(str(root))
    assert again is not None
    assert again.said("lint") is None
