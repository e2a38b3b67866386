"""The file of migrations: read, refused with places, and what of it a project passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shunter.core.workspace.migrations import (
    FILE,
    MovedKey,
    Renamed,
    by_answers,
    migrated_answers,
    read_migrations,
    steps_between,
)
from shunter.model.errors import ShunterError

SCHEMA = (Path(__file__).resolve().parents[3] / "schemas/migrations.schema.json").read_bytes()
TEXT = """\
migrations:
  - release: 0.10.0
    answers:
      - {from: owner, to: people.owner}
  - release: 0.9.0
    kinds: [service, app]
    files:
      - {from: README.md, to: docs/ABOUT.md}
      - {from: bin/, to: .local/lib/}
    keys:
      - {in: /values.yaml, from: image.tag, to: image.version}
      - {in: ["*.yaml", "!x.yaml"], from: ["*", replica.count], to: "*.replicas"}
    answers:
      - {from: team, to: owner}
    defaults: {motto: on time, debug: false}
"""


def read(text: str) -> Any:
    return read_migrations(text.encode(), FILE, SCHEMA)


def test_the_oldest_release_comes_first() -> None:
    first, second = read(TEXT)
    assert (first.release, second.release) == ("0.9.0", "0.10.0")
    assert first.kinds == ("service", "app")
    assert first.files == (Renamed("README.md", "docs/ABOUT.md"), Renamed("bin/", ".local/lib/"))
    assert first.keys == (
        MovedKey(("/values.yaml",), ("image", "tag"), ("image", "version")),
        MovedKey(("*.yaml", "!x.yaml"), ("*", "replica.count"), ("*", "replicas")),
    )
    assert first.defaults == {"motto": "on time", "debug": False}


@pytest.mark.parametrize(
    ("old", "new", "kind", "expected"),
    [
        ("v0.8.0", "0.10.0", "app", ["0.9.0", "0.10.0"]),
        ("0.8.0", "0.9.0", "app", ["0.9.0"]),
        ("0.9.0", "0.10.0", "app", ["0.10.0"]),
        ("0.9.0-rc.1", "0.9.0", "app", ["0.9.0"]),
        ("0.8.0", "0.11.0", "library", ["0.10.0"]),
        ("0.10.0", "0.8.0", "app", []),
        ("0.10.0", "0.10.0", "app", []),
        ("3 commits later", "0.10.0", "app", []),
    ],
)
def test_a_project_passes_the_releases_between(old: str, new: str, kind: str, expected: list[str]) -> None:
    assert [step.release for step in steps_between(read(TEXT), kind, old, new)] == expected


def test_answers_follow_in_the_order_of_releases() -> None:
    steps = read(TEXT)
    assert migrated_answers(steps, {"team": "alice", "debug": True}) == {
        "people": {"owner": "alice"},
        "debug": True,
        "motto": "on time",
    }
    assert migrated_answers(steps[1:], {"owner": "a", "people": {"owner": "b", "x": 1}}) == {
        "people": {"owner": "b", "x": 1}
    }
    assert migrated_answers([], {"team": "alice"}) == {"team": "alice"}
    assert migrated_answers(steps[1:], {"owner": "a", "people": "text"}) == {"owner": "a", "people": "text"}


def test_a_file_that_an_answer_calls_otherwise_is_renamed() -> None:
    was = {"a.txt": "[[ name ]].txt", "README.md": "README.md", "x": "[% yield %]", "y": "[% yield %]"}
    now = {"b.txt": "[[ name ]].txt", "README.md": "README.md", "x": "[% yield %]", "z": "[% yield %]"}
    [step] = by_answers("1.0.0", was, now)
    assert step.files == (Renamed("a.txt", "b.txt"), Renamed("y", "z"))
    several = {"1": "[% yield %]", "2": "[% yield %]"}
    assert by_answers("1.0.0", was, {**several, "a.txt": "[[ name ]].txt", "README.md": "other"}) == []
    assert by_answers("1.0.0", was, {}) == by_answers("1.0.0", {}, was) == by_answers("1.0.0", was, was) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("release: 0.9.0", "release: newest", 5),
        ("release: 0.9.0", "release: 0.9.0\n    run: rm -rf", 6),
        ("to: docs/ABOUT.md", "to: ../ABOUT.md", 8),
        ("to: docs/ABOUT.md", "to: /etc/passwd", 8),
        ("to: docs/ABOUT.md", "to: a/../../b", 8),
        ("to: docs/ABOUT.md", "to: docs/", 8),
        ("from: image.tag", "from: image..tag", 11),
        ('to: "*.replicas"', "to: replicas", 12),
        ("motto: on time", "_motto: on time", 15),
    ],
)
def test_what_is_wrong_has_a_place(old: str, new: str, line: int) -> None:
    with pytest.raises(ShunterError) as error:
        read(TEXT.replace(old, new, 1))
    assert error.value.span is not None
    assert (error.value.span.path, error.value.span.line) == (FILE, line)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ShunterError) as error:
        read(TEXT.replace("0.9.0", "x").replace("0.10.0", "y"))
    assert len(error.value.findings) == 2
