"""Entries of three versions of a YAML file merged: what is taken from whom, and what they exclude each other in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from shunter.core.trees.yaml_lists import Entries, Stretch, named, stretches
from shunter.core.trees.yaml_read import CannotMergeError
from shunter.core.trees.yaml_tree import (
    NOTHING,
    Block,
    Document,
    Entry,
    Fork,
    Leaf,
    Value,
    entry_lines,
    plain_lines,
    shifted,
    value_of,
)
from shunter.model.data import dataclass, replace

Path = tuple[str, ...]
Found = Entry | Fork | None
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class KeyConflict:
    """A key that both sides changed: its path (an item is its name, or its number), and the three texts.

    `kind` is `changed` (by both), `added` (by both), `deleted by us` or `deleted by them`; the text of a side that has
    no such key is None.
    """

    path: Path
    kind: str
    base: str | None
    ours: str | None
    theirs: str | None


class Merger:
    """Merges documents, and remembers the conflicts."""

    def __init__(self) -> None:
        self.conflicts: list[KeyConflict] = []

    def document(self, base: Document, ours: Document, theirs: Document) -> Document:
        """The merged document. Raises CannotMergeError."""
        if not base.anchors == ours.anchors == theirs.anchors:
            raise CannotMergeError("its anchors changed")
        return Document(
            _either(base.separator, ours.separator, theirs.separator),
            _comments(base.head, ours.head, theirs.head),
            self._root(base.root, ours.root, theirs.root),
            _comments(base.foot, ours.foot, theirs.foot),
        )

    def _root(self, base: Block | None, ours: Block | None, theirs: Block | None) -> Block | None:
        if base is None and (ours is None or theirs is None):
            return ours or theirs
        if ours is None or theirs is None or len({root.kind for root in (base, ours, theirs) if root}) > 1:
            raise CannotMergeError("a version is empty, or of another kind")
        return self._block((), base or Block(ours.kind, ours.column, ()), ours, theirs)

    def _block(self, path: Path, base: Block, ours: Block, theirs: Block) -> Block:
        column = ours.column
        sides = [[shifted(entry, column - block.column) for entry in _only(block)] for block in (base, ours, theirs)]
        keyed = [{entry.key: entry for entry in side} for side in sides] if ours.kind == "map" else named(*sides)
        entries = self._keyed(path, *keyed) if keyed else self._items(path, *sides)
        return Block(ours.kind, column, tuple(entries))

    def _keyed(
        self, path: Path, base: Mapping[str, Entry], ours: Mapping[str, Entry], theirs: Mapping[str, Entry]
    ) -> Iterable[Entry | Fork]:
        order, merged = list[str](), dict[str, Entry | Fork]()
        for key in (*ours, *(key for key in theirs if key not in ours)):
            found = self._entry((*path, key), base.get(key), ours.get(key), theirs.get(key))
            if found is not None:
                merged[key] = found
                order.insert(len(order) if key in ours else _place(order, [*theirs], key), key)
        return [merged[key] for key in order]

    def _items(self, path: Path, base: Entries, ours: Entries, theirs: Entries) -> list[Entry | Fork]:
        sides = [[each for each in side if isinstance(each, Entry)] for side in (base, ours, theirs)]
        merged = list[Entry | Fork]()
        for each in stretches(*([value_of(entry.body) for entry in side] for side in sides)):
            if each.stable or each.is_parallel:
                for b, o, t in zip(each.base, each.ours, each.theirs, strict=True):
                    found = self._entry((*path, str(o)), sides[0][b], sides[1][o], sides[2][t])
                    merged += [found] if found else []
            else:
                merged += self._stretch(path, each, *sides)
        return merged

    def _stretch(
        self, path: Path, each: Stretch, base: Sequence[Entry], ours: Sequence[Entry], theirs: Sequence[Entry]
    ) -> Iterable[Entry | Fork]:
        """Items that were added and removed: ours without those that they removed, and theirs' behind ours."""
        gone = [at for at in each.base if at not in each.theirs_of and at in each.ours_of]
        new = [
            _new(side, found, each.base) for side, found in ((each.ours, each.ours_of), (each.theirs, each.theirs_of))
        ]
        values = [value_of(ours[at].body) for at in new[0]], [value_of(theirs[at].body) for at in new[1]]
        replaced = any(at not in each.ours_of and at not in each.theirs_of for at in each.base)
        touched = any(not _alike(base[at], ours[each.ours_of[at]]) for at in gone)
        if (replaced and values[0] != values[1]) or touched:
            mine = ours[each.ours.start : each.ours.stop]
            other = theirs[each.theirs.start : each.theirs.stop]
            return [self._fork((*path, str(each.ours.start)), base[each.base.start : each.base.stop], mine, other)]
        left = {each.ours_of[at] for at in gone}
        order = [(at, ours[at]) for at in each.ours if at not in left]
        for number, at in enumerate(new[1]):
            if values[1][number] not in values[0]:
                order.insert(_behind(order, each, at, set(new[0])), (-1, theirs[at]))
        return [entry for _, entry in order]

    def _entry(self, path: Path, base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Found:
        if ours is None or theirs is None:
            return self._one_sided(path, base, ours, theirs)
        plain = Entry("", "", "", Leaf("", NOTHING)) if base is None else base
        merged = replace(
            ours,
            head=_either(plain.head, ours.head, theirs.head),
            tail=_either(plain.tail, ours.tail, theirs.tail),
            lead=_comments(plain.lead, ours.lead, theirs.lead),
            foot=_comments(plain.foot, ours.foot, theirs.foot),
        )
        below = _blocks(plain, ours, theirs)
        if below is not None:
            return replace(merged, body=self._block(path, *below))
        taken = _taken(merged, base, ours, theirs)
        if taken is not None:
            return taken
        was = [replace(base, lead=merged.lead, foot=merged.foot)] if base else []
        mine, other = (replace(each, lead=merged.lead, foot=merged.foot) for each in (ours, theirs))
        return self._fork(path, was, [mine], [other])

    def _one_sided(self, path: Path, base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Found:
        """An entry that one side does not have: the other one has added it, or this one has deleted it."""
        if base is None:
            return ours or theirs
        if theirs is not None and value_of(theirs.body) != value_of(base.body):
            return self._fork(path, (base,), (), (theirs,))
        if ours is not None and not _alike(base, ours):
            return self._fork(path, (base,), (ours,), ())
        return None

    def _fork(self, path: Path, base: Sequence[Entry], ours: Sequence[Entry], theirs: Sequence[Entry]) -> Fork:
        kind = "changed" if base else "added"
        kind = "deleted by us" if not ours else "deleted by them" if not theirs else kind
        self.conflicts.append(KeyConflict(path, kind, _text(base), _text(ours), _text(theirs)))
        return Fork((tuple(base), tuple(ours), tuple(theirs)))


def _only(block: Block) -> list[Entry]:
    return [entry for entry in block.entries if isinstance(entry, Entry)]


def _place(order: Sequence[str], theirs: Sequence[str], key: str) -> int:
    """Where a key of theirs belongs in ours: behind the one that it follows there, or else before the next one."""
    at = theirs.index(key)
    for other in reversed(theirs[:at]):
        if other in order:
            return order.index(other) + 1
    return next((order.index(other) for other in theirs[at + 1 :] if other in order), len(order))


def _new(side: range, found: Mapping[int, int], base: range) -> list[int]:
    known = {found[at] for at in base if at in found}
    return [at for at in side if at not in known]


def _behind(order: Sequence[tuple[int, Entry]], each: Stretch, at: int, added: set[int]) -> int:
    """Where an item that theirs has at `at` belongs: behind the one before it, and what ours added there."""
    before = [each.ours_of[b] for b in each.base if b in each.ours_of and each.theirs_of.get(b, at) < at]
    places = [number for number, (mine, _) in enumerate(order) if mine in before]
    place = places[-1] + 1 if places else 0
    while place < len(order) and (order[place][0] in added or order[place][0] < 0):
        place += 1
    return place


def _blocks(base: Entry, ours: Entry, theirs: Entry) -> tuple[Block, Block, Block] | None:
    """The three blocks of an entry that is one on all sides; base may be empty."""
    if not (isinstance(ours.body, Block) and isinstance(theirs.body, Block) and ours.body.kind == theirs.body.kind):
        return None
    kind = ours.body.kind
    if isinstance(base.body, Block):
        return (base.body, ours.body, theirs.body) if base.body.kind == kind else None
    empty = base.body.value in (NOTHING, {} if kind == "map" else [])
    return (Block(kind, ours.body.column, ()), ours.body, theirs.body) if empty else None


def _taken(merged: Entry, base: Entry | None, ours: Entry, theirs: Entry) -> Entry | None:
    """The entry with the value of the side that changed it, or that both have; None where they exclude each other."""
    values = [value_of(each.body) if each else None for each in (base, ours, theirs)]
    if values[1] == values[2] or values[2] == values[0]:
        # A value that theirs only wrote in another way is taken where ours left it alone.
        left = base is not None and base.body == ours.body and _alike(base, ours)
        restyled = left and isinstance(theirs.body, Leaf) and values[1] == values[2]
        return _with(merged, base, theirs) if restyled else merged
    if base is not None and values[1] == values[0] and (_is_bare(base, ours) or _alike(base, ours)):
        return _with(merged, base, theirs)
    return _spliced(merged, base, ours, theirs)


def _is_bare(base: Entry, ours: Entry) -> bool:
    """Whether ours' text is a value and nothing else: inside of it there is no comment that base does not have."""
    if not isinstance(ours.body, Leaf):
        return False
    was = base.body.text if isinstance(base.body, Leaf) else ""
    return "#" not in ours.body.text or plain_lines(ours.body.text.split("\n")) == plain_lines(was.split("\n"))


def _with(merged: Entry, base: Entry | None, theirs: Entry) -> Entry | None:
    """Ours' entry with theirs' value; None where a comment of ours would have no place behind it."""
    body = theirs.body
    if merged.tail and (theirs.inline or (isinstance(body, Leaf) and body.text.startswith(("|", ">")))):
        return None
    own = isinstance(body, Leaf) and body.text and merged.gap and base is not None and base.gap != merged.gap
    return replace(merged, body=body, gap=merged.gap if own else theirs.gap, inline=theirs.inline)


def _spliced(merged: Entry, base: Entry | None, ours: Entry, theirs: Entry) -> Entry | None:
    """Flow collections with the same places on all sides, scalar by scalar; None where they are not, or in conflict."""
    leaves = [each.body for each in (base, ours, theirs) if each is not None and isinstance(each.body, Leaf)]
    if len(leaves) < 3 or len({tuple(part.path for part in leaf.parts) for leaf in leaves}) > 1 or not leaves[1].parts:
        return None
    text = leaves[1].text
    for b, o, t in reversed([*zip(*(leaf.parts for leaf in leaves), strict=True)]):
        new = leaves[2].text[t.start : t.end]
        if o.value == b.value != t.value:
            text = text[: o.start] + new + text[o.end :]
        elif t.value not in (b.value, o.value):
            return None
    return replace(merged, body=Leaf(text, _merged_value(*(leaf.value for leaf in leaves))))


def _merged_value(base: Value, ours: Value, theirs: Value) -> Value:
    """The value of flow collections with the same places."""
    if isinstance(ours, dict):
        return {key: _merged_value(base[key], ours[key], theirs[key]) for key in ours}
    if isinstance(ours, list):
        return [_merged_value(*three) for three in zip(base, ours, theirs, strict=True)]
    return _either(base, ours, theirs)


def _alike(one: Entry, other: Entry) -> bool:
    """Whether entries have the same text, but for indentation and blank lines that no value has in it."""
    same = value_of(one.body) == value_of(other.body)
    return same and plain_lines(entry_lines(one, 0)) == plain_lines(entry_lines(other, 0))


def _either(base: _T, ours: _T, theirs: _T) -> _T:
    return theirs if ours == base else ours


def _comments(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    """Comments of ours, or theirs where ours left them as they were, but for blank lines."""
    follows = ours == base or plain_lines(ours) == plain_lines(base) != plain_lines(theirs)
    return tuple(theirs if follows else ours)


def _text(entries: Sequence[Entry]) -> str | None:
    """What a side has at a conflict, as written."""
    if not entries:
        return None
    if len(entries) == 1 and isinstance(entries[0].body, Leaf):
        return entries[0].body.text
    return "\n".join(line for entry in entries for line in entry_lines(replace(entry, lead=(), foot=()), 0))
