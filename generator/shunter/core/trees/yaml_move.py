"""A key of a YAML file under another name or in another map, with its comments and as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from shunter.core.goyaml.plain import scalar
from shunter.core.trees.yaml_read import CannotMergeError, documents
from shunter.core.trees.yaml_text import laid_out
from shunter.core.trees.yaml_tree import NOTHING, Block, Document, Entry, Leaf, shifted, value_of, written
from shunter.model.data import replace

Path = tuple[str, ...]
ANY: Final = "*"
"""A step of a path that stands for each key of a map."""


class TakenError(Exception):
    """Where a key is to go, something else is already; the message is that place, with dots."""


def bound(value: Any, source: Sequence[str], target: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    """The keys of a value that `source` names, and where each goes: a `*` of `target` is that of `source`."""
    for path in _matching(value, tuple(source)):
        stars = iter([step for step, asked in zip(path, source, strict=True) if asked == ANY])
        yield path, tuple(next(stars) if step == ANY else step for step in target)


def _matching(value: Any, steps: Path) -> Iterator[Path]:
    if not steps:
        yield ()
    elif isinstance(value, dict):
        for key in value if steps[0] == ANY else (steps[0],):
            if key in value:
                yield from ((key, *rest) for rest in _matching(value[key], steps[1:]))


def moved(data: bytes, source: Path, target: Path) -> bytes:
    """The file with the key at `source` at `target`; maps that this leaves empty are gone.

    Raises TakenError where something is at `target`, and CannotMergeError where the file is no plain YAML, or the key
    stands in brackets.
    """
    layout, text = laid_out(data)
    found = documents(text)
    for number, document in enumerate(found):
        if document.root is not None and _has(document.root, source):
            found[number] = _document(document, document.root, source, target)
            break
    after = "".join(written(document) for document in found)
    if [_value(each) for each in documents(after)] != [_value(each) for each in found]:
        raise CannotMergeError("its layout is unusual")
    return layout.laid(after)


def _value(document: Document) -> Any:
    return value_of(document.root) if document.root else None


def _document(document: Document, root: Block, source: Path, target: Path) -> Document:
    after = _moved(root, source, target)
    if not after.entries:
        raise CannotMergeError("nothing is left")
    return replace(document, root=after)


def _has(block: Block, path: Path) -> bool:
    entry = _entry(block, path[0])
    if entry is None or len(path) == 1:
        return entry is not None
    if isinstance(entry.body, Block):
        return entry.body.kind == "map" and _has(entry.body, path[1:])
    if entry.body.parts or entry.body.text.startswith("{"):
        raise CannotMergeError(f"`{path[0]}` stands in brackets")
    return False


def _entry(block: Block, key: str) -> Entry | None:
    return next((each for each in block.entries if isinstance(each, Entry) and each.key == key), None)


def _moved(block: Block, source: Path, target: Path) -> Block:
    """The block after a move; the key is there."""
    at = next(at for at, each in enumerate(block.entries) if isinstance(each, Entry) and each.key == source[0])
    entry = block.entries[at]
    assert isinstance(entry, Entry)
    if source[0] == target[0] and len(source) > 1 and len(target) > 1:
        assert isinstance(entry.body, Block)
        try:
            return _with(block, at, replace(entry, body=_moved(entry.body, source[1:], target[1:])))
        except TakenError as error:
            raise TakenError(f"{source[0]}.{error}") from None
    left, taken = _taken(block, source)
    at += _entry(left, source[0]) is not None
    return _put(left, at, target, shifted(taken, block.column - _column(block, source)))


def _with(block: Block, at: int, *entries: Entry) -> Block:
    """The block with these entries in the place of the one at `at`."""
    return replace(block, entries=(*block.entries[:at], *entries, *block.entries[at + 1 :]))


def _column(block: Block, path: Path) -> int:
    for step in path[:-1]:
        entry = _entry(block, step)
        assert entry is not None
        assert isinstance(entry.body, Block)
        block = entry.body
    return block.column


def _taken(block: Block, path: Path) -> tuple[Block, Entry]:
    """The block without the key at `path`, and that key with the comments of maps that are gone with it."""
    at = next(at for at, each in enumerate(block.entries) if isinstance(each, Entry) and each.key == path[0])
    entry = block.entries[at]
    assert isinstance(entry, Entry)
    if len(path) == 1:
        return _with(block, at), entry
    assert isinstance(entry.body, Block)
    inner, found = _taken(entry.body, path[1:])
    if inner.entries:
        return _with(block, at, replace(entry, body=inner)), found
    beside = (entry.tail.strip(),) if entry.tail.strip() else ()
    lead = (*entry.lead, *(" " * inner.column + line for line in beside), *found.lead)
    return _with(block, at), replace(found, lead=lead, foot=(*found.foot, *entry.foot))


def _put(block: Block, at: int, path: Path, entry: Entry) -> Block:
    """The block with an entry, which stands in the block's column, at `path`, and a new key at place `at`."""
    there = _entry(block, path[0])
    if len(path) == 1:
        if there is not None:
            raise TakenError(path[0])
        return replace(block, entries=(*block.entries[:at], _called(entry, path[0]), *block.entries[at:]))
    if there is None:
        inner = Block("map", block.column + 2, ())
        made = _called(Entry("", "", "", _put(inner, 0, path[1:], shifted(entry, 2))), path[0])
        return _put(block, at, path[:1], made)
    inside = there.body
    if isinstance(inside, Leaf) and inside.value in (NOTHING, {}):
        inside = Block("map", block.column + 2, ())
    if not isinstance(inside, Block) or inside.kind != "map":
        raise TakenError(path[0])
    place = block.entries.index(there)
    try:
        body = _put(inside, len(inside.entries), path[1:], shifted(entry, inside.column - block.column))
    except TakenError as error:
        raise TakenError(f"{path[0]}.{error}") from None
    return _with(block, place, replace(there, body=body, gap=""))


def _called(entry: Entry, key: str) -> Entry:
    return replace(entry, key=key, head=f"{scalar(key)}:")
