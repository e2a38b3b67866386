"""Changes as unified diffs: git applies what is written here."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from helpers.workspaces.gitrepo import disk, git, make_repo
from shunter.core.trees.diffs import file_diff, is_compiled, is_vendored, text_diff, unified
from shunter.model.files import EXECUTABLE, Edit, FileState, RepositoryPlan


def text(random: Random) -> bytes:
    lines = [random.choice(("a", "b", "\u00e9", "", "- x", "@@")) for _ in range(random.randint(0, 9))]
    return ("\n".join(lines) + random.choice(("\n", ""))).encode()


def test_git_applies_every_diff(tmp_path: Path) -> None:
    random = Random(113)
    before = {f"d/{number}.txt": text(random) for number in range(25)}
    after: dict[str, bytes | None] = {path: random.choice((text(random), None)) for path in before}
    after |= {f"new/{number}.txt": text(random) + b"z" for number in range(5)}
    root = make_repo(tmp_path / "r", dict(before))
    parts = []
    for path, data in after.items():
        old = FileState(before[path]) if path in before else None
        new = None if data is None else FileState(data)
        if (old and old.data) == b"" or (new and new.data) == b"":
            continue  # of empty files git wants headers that say so
        if old != new:
            parts.append((path, file_diff(path, old, new)))
    git(root, "apply", "--whitespace=nowarn", stdin="".join(diff for _, diff in parts).encode())
    left = {path: data for path, (_, data) in disk(root).items()}
    for path, _ in parts:
        assert left.get(path) == after[path], f"seed 113: {path}"


def test_modes_and_binary_files_are_named() -> None:
    changed = file_diff("a", FileState(b"x\n"), FileState(b"x\n", EXECUTABLE))
    assert changed == "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n"
    assert "\ndeleted file mode 100755\n" in file_diff("a", FileState(b"x\n", EXECUTABLE), None)
    assert "mode" not in file_diff("a", None, FileState(b"x\n"))
    assert file_diff("a", FileState(b"\0"), None) == "Binary files a/a and /dev/null differ\n"
    assert "\\xff" in file_diff("a", None, FileState(b"\xff\n"))


def test_git_applies_modes(tmp_path: Path) -> None:
    """Between files without any."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    (root / "old").write_text("x\n", "utf-8")
    old, run = FileState(b"x\n"), FileState(b"y\n", EXECUTABLE)
    shown = [file_diff("dev/first", None, run), file_diff("plain", None, old), file_diff("old", old, run)]
    git(root, "apply", "-", stdin="".join(shown).encode())
    assert [os.access(root / name, os.X_OK) for name in ("dev/first", "plain", "old")] == [True, False, True]


def test_a_missing_line_end_is_said() -> None:
    assert text_diff(["a"], ["b\n"], "x", "y").endswith("-a\n\\ No newline at end of file\n+b\n")


@pytest.mark.parametrize(
    ("path", "vendored", "compiled"),
    [
        ("charts/orders/charts/lib/Chart.yaml", True, False),
        ("envs/tst/charts/orders/values.yaml", True, False),
        ("charts/orders/values.schema.json", False, True),
        ("charts/charts/values.yaml", False, False),
        ("envs/tst/charts", False, False),
        ("services/orders/charts/a.py", False, False),
        ("values.schema.json", False, False),
        ("envs/tst/values.full.schema.json", False, True),
    ],
)
def test_what_nobody_reads_as_a_diff(path: str, vendored: bool, compiled: bool) -> None:
    assert (is_vendored(path), is_compiled(path)) == (vendored, compiled)


def test_a_plan_shows_what_people_read_and_counts_the_rest() -> None:
    new = FileState(b"b\n")
    paths = ["a.txt", "same", "envs/tst/charts/x/1", "envs/tst/charts/x/2", "charts/o/values.schema.json"]
    plan = RepositoryPlan("shop", "/r", None, tuple(Edit(path, None, new) for path in paths))
    assert unified(plan, lambda _, path: new if path == "same" else None) == (
        "--- /dev/null\n+++ b/shop/a.txt\n@@ -0,0 +1 @@\n+b\n"
        "compiled shop/charts/o/values.schema.json\nvendored shop/envs/tst/charts/x: 2 files\n"
    )
