"""Files of a project carried over: renamed with what people wrote, keys moved, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.core.workspace.migrate import migrate
from shunter.core.workspace.migrations import Migration, MovedKey, Renamed
from shunter.model.files import EXECUTABLE, SYMLINK, FileState, MemoryTree


def files(texts: Mapping[str, str]) -> dict[str, FileState]:
    return {path: FileState(text.encode()) for path, text in texts.items()}


def run(texts: Mapping[str, str], *steps: Migration) -> tuple[dict[str, str | None], list[str]]:
    states = files(texts)
    found = migrate(steps, MemoryTree(states), states)
    changes = {path: state.data.decode() if state else None for path, state in found.changes.items()}
    return changes, [f"{each.span.path}:{each.span.line} {each.message}" for each in found.findings]


def test_files_and_folders_move_as_they_are() -> None:
    states = {"bin/run": FileState(b"\xff", EXECUTABLE), "bin/a/b": FileState(b"x", SYMLINK), "binary": FileState(b"")}
    step = Migration("1.0.0", files=(Renamed("bin/", "lib/"), Renamed("binary", "other")))
    assert migrate([step], MemoryTree(states), states).changes == {
        "bin/run": None,
        "lib/run": states["bin/run"],
        "bin/a/b": None,
        "lib/a/b": states["bin/a/b"],
        "binary": None,
        "other": states["binary"],
    }


def test_releases_follow_each_other() -> None:
    first = Migration("1.0.0", files=(Renamed("a", "b.yaml"),), keys=(MovedKey(("b.yaml",), ("x",), ("y",)),))
    second = Migration("2.0.0", files=(Renamed("b.yaml", "c.yaml"),), keys=(MovedKey(("*.yaml",), ("y",), ("z",)),))
    changes, left = run({"a": "x: 1 # mine\n"}, first, second)
    assert changes == {"a": None, "b.yaml": None, "c.yaml": "z: 1 # mine\n"}
    assert left == []


def test_what_is_not_there_is_none_to_move() -> None:
    step = Migration("1.0.0", files=(Renamed("a", "b"), Renamed("c/", "d/")), keys=(MovedKey(("*",), ("x",), ("y",)),))
    assert run({"e": "f: 1\n", "g": "{{- no yaml }}\n"}, step) == ({}, [])


def test_what_is_in_the_way_stays_and_is_named() -> None:
    step = Migration("1.0.0", files=(Renamed("a", "b"), Renamed("c", "d"), Renamed("e", "f/g")))
    changes, left = run({"a": "1", "b": "2", "c": "3", "d/x": "4", "e": "5", "f": "6"}, step)
    assert changes == {}
    assert left == [
        "a:0 a cannot become b, which is there already",
        "c:0 c cannot become d, which is there already",
        "e:0 e cannot become f/g, which is there already",
    ]


def test_a_key_that_cannot_move_is_named_with_its_line() -> None:
    steps = [
        Migration("1.0.0", keys=(MovedKey(("*.yaml",), ("*", "a"), ("*", "b")),)),
        Migration(
            "1.1.0", keys=(MovedKey(("v.yaml",), ("z", "b"), ("x", "c")), MovedKey(("v.yaml",), ("u",), ("x", "b")))
        ),
    ]
    text = "x:\n  a: 1\nu:\n  b: 1\n  a: 2\nz: {a: 3}\n"
    changes, left = run({"v.yaml": text, "w.yaml": "x: [\na: 1\n"}, *steps)
    assert changes == {"v.yaml": "x:\n  b: 1\nu:\n  b: 1\n  a: 2\nz: {b: 3}\n"}
    assert left == [
        "v.yaml:5 `u.a` cannot become `u.b`: v.yaml has `b` beside `a`",
        "w.yaml:0 `*.a` of w.yaml cannot be moved: it cannot be read as YAML",
        "v.yaml:6 `z.b` cannot become `x.c`: `z` stands in brackets",
        "v.yaml:3 `u` cannot become `x.b`: `x.b` is there already",
    ]
