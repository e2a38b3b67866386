"""Trees as values: what a change hides or adds, and ids that git agrees on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from helpers.steps import LINEAR, growth
from helpers.workspaces.gitrepo import git
from shunter.adapters.system.files import DiskTree, write_file
from shunter.model.files import FileState, KeptTree, Listing, MemoryTree, OverlayTree, SubTree, Tree

ONE = FileState(b"1")


def test_an_id_is_gits(tmp_path: Path) -> None:
    for data in (b"", b"text\n", b"\r\n\0\xff"):
        assert FileState(data).object_id() == git(tmp_path, "hash-object", "--stdin", stdin=data)


def test_a_kept_tree_reads_each_file_once(tmp_path: Path) -> None:
    write_file(tmp_path / "a", ONE)
    tree = KeptTree(DiskTree(tmp_path))
    assert (tree.get("a"), tree.get("b")) == (ONE, None)
    (tmp_path / "a").unlink()
    write_file(tmp_path / "b", ONE)
    assert (tree.get("a"), tree.get("b")) == (ONE, None)


def test_all_trees_say_the_same_of_the_same_files(tmp_path: Path) -> None:
    random = Random(115)
    names = ["a", "b", "ab", "a/x", "c/x", "c/y/z", "c.d"]
    for number in range(8):
        chosen = [name for name in random.sample(names, 5) if name not in ("a", "c")]
        states = {name: FileState(name.encode() * random.randrange(3)) for name in chosen}
        changes = {name: random.choice((None, FileState(b"new" * 4))) for name in random.sample(names[1:], 3)}
        after = {**states, **changes}
        final = {name: state for name, state in after.items() if state is not None}
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, state in final.items():
            write_file(folder / "deep/er" / name, state)
        trees: list[Tree] = [
            MemoryTree(final),
            KeptTree(MemoryTree(final)),
            OverlayTree(MemoryTree(states), changes),
            SubTree(
                MemoryTree({f"deep/er/{name}": state for name, state in final.items()} | {"deep/erx": ONE}), "deep/er"
            ),
            SubTree(DiskTree(folder), "deep/er/"),
            SubTree(MemoryTree(final), "."),
        ]
        for under in ("", "a", "c", "c/y", "c/y/", "c.d", "none"):
            assert len({tuple(tree.paths(under)) for tree in trees}) == 1, f"seed 115: {under} {final}"
            if under in final:
                continue  # a listing is of a folder
            first, *others = (tree.listing(under, 5) for tree in trees)
            assert all(other == first for other in others), f"seed 115: {under} {final}"
        assert all(tree.get(name) == after.get(name) for tree in trees for name in names), f"seed 115: {final}"


def test_a_name_that_starts_alike_is_not_below() -> None:
    tree = MemoryTree({"app/a": ONE, "apple/a": ONE, "app": ONE})
    assert tree.paths("app") == ["app", "app/a"]
    assert SubTree(MemoryTree({"app/a": ONE, "apple/a": ONE}), "app").paths() == ["a"]


def test_what_stands_beside_a_folder_is_read_by_its_name_and_nothing_outside_of_the_tree() -> None:
    tree = SubTree(MemoryTree({"envs/common.yaml": ONE, "x.yaml": ONE, "envs/tst/a": ONE}), "envs/tst")
    assert [tree.get(name) for name in ("../common.yaml", "../../x.yaml", "../tst/a")] == [ONE, ONE, ONE]
    assert [tree.get(name) for name in ("../../../x.yaml", "../none", "..")] == [None, None, None]
    assert tree.paths() == ["a"]


def test_a_change_hides_what_was_odd_there() -> None:
    class Odd(MemoryTree):
        def listing(self, under: str, most: int) -> Listing:
            return Listing(self.paths(under), {"pipe": "a pipe", "other": "a pipe"}, {"big": 9})

    tree = OverlayTree(Odd({"big": ONE}), {"pipe": ONE, "big": None})
    assert tree.listing("", 5) == Listing(["pipe"], {"other": "a pipe"}, {})


@pytest.mark.parametrize(("prefix", "paths"), [("", ["c/a", "c/b"]), ("c/", ["a", "b"])])
def test_a_listing_from_below(prefix: str, paths: list[str]) -> None:
    found = Listing(["c/a", "c/b"], {"c/a": "a pipe"}, {"c/b": 9}).below(prefix)
    assert found == Listing(paths, {paths[0]: "a pipe"}, {paths[1]: 9})


def test_what_is_in_each_folder_is_found_without_a_look_at_all_others() -> None:
    def listed(folders: int) -> Callable[[], object]:
        tree = MemoryTree({f"charts/app-{number}/{name}": ONE for number in range(folders) for name in "abc"})
        return lambda: [SubTree(tree, f"charts/app-{number}").paths() for number in range(folders)]

    assert growth(listed) < LINEAR
