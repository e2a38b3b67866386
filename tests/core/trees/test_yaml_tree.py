"""Entries moved to other columns, and texts of each side of a fork."""

from __future__ import annotations

from shunter.core.trees.yaml_read import documents
from shunter.core.trees.yaml_tree import Block, Document, Entry, Fork, Leaf, shifted, value_of, written

TEXT = """\
a:
  # lead
  - k: |
      text

        more
    j: "x
      y"
"""


def entry(key: str, text: str) -> Entry:
    return Entry(key, f"{key}:", " ", Leaf(text, ("plain", text)))


def root(text: str) -> Block:
    (document,) = documents(text)
    assert document.root is not None
    return document.root


def test_an_entry_moves_with_everything_below_it() -> None:
    (moved,) = (shifted(each, 4) for each in root(TEXT).entries if isinstance(each, Entry))
    text = written(Document("", (), Block("map", 4, (moved,)), ()))
    assert text == "".join(f"    {line}" if line.strip() else line for line in TEXT.splitlines(keepends=True))
    assert value_of(moved.body) == value_of(root(TEXT))["a"]
    assert written(Document("", (), Block("map", 0, (shifted(moved, -4),)), ())) == TEXT


def test_each_side_of_a_fork_has_a_text_and_a_value() -> None:
    fork = Fork(((entry("b", "1"),), (entry("b", "2"),), ()))
    block = Block("map", 0, (Entry("a", "a:", "", Block("map", 2, (fork,))),))
    document = Document("---", ("# head",), block, ("# foot",))
    assert [written(document, side) for side in range(3)] == [
        f"---\n# head\na:{rest}\n# foot\n" for rest in ("\n  b: 1", "\n  b: 2", " {}")
    ]
    assert [value_of(block, side) for side in (1, 2)] == [{"a": {"b": ("plain", "2")}}, {"a": {}}]
