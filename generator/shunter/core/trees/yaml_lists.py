"""Which items of three versions of a list belong together: by name, or else by what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from shunter.core.trees.yaml_tree import Block, Entry, Fork, Leaf, Value
from shunter.model.data import dataclass

_NAMES: Final = ("id", "name")
Entries = Sequence[Entry | Fork]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Items of base, ours and theirs that stand between others; of a `stable` one there is the same one in each.

    `ours_of` and `theirs_of` say where an item of base stands in ours and theirs, if it is there.
    """

    base: range
    ours: range
    theirs: range
    ours_of: Mapping[int, int]
    theirs_of: Mapping[int, int]
    stable: bool = False

    @property
    def is_parallel(self) -> bool:
        """Whether each has as many items as the others, and none has moved: they can be taken one by one."""
        sizes = {len(self.base), len(self.ours), len(self.theirs)}
        pairs = [(self.ours, self.ours_of), (self.theirs, self.theirs_of)]
        return len(sizes) == 1 and all(
            at - self.base.start == found[at] - side.start for side, found in pairs for at in self.base if at in found
        )


def named(base: Entries, ours: Entries, theirs: Entries) -> list[dict[str, Entry]] | None:
    """Three lists by the `id` or `name` of their items.

    None where some have none, share one, or stand in another order.
    """
    for key in _NAMES:
        found = [_by_name(side, key) for side in (base, ours, theirs)]
        sides = [each for each in found if each is not None]
        if len(sides) == 3 and any(sides) and all(_same_order(*pair) for pair in combinations(sides, 2)):
            return sides
    return None


def _same_order(one: Mapping[str, Entry], other: Mapping[str, Entry]) -> bool:
    return [name for name in one if name in other] == [name for name in other if name in one]


def _by_name(entries: Entries, key: str) -> dict[str, Entry] | None:
    found: dict[str, Entry] = {}
    for entry in entries:
        if isinstance(entry, Fork) or not (name := _name(entry, key)) or name in found:
            return None
        found[name] = entry
    return found


def _name(entry: Entry, key: str) -> str:
    if not isinstance(entry.body, Block) or entry.body.kind != "map":
        return ""
    bodies = [each.body for each in entry.body.entries if isinstance(each, Entry) and each.key == key]
    value = bodies[0].value if bodies and isinstance(bodies[0], Leaf) else None
    return str(value[1]) if isinstance(value, tuple) and value[0] != "raw" else ""


def stretches(base: Iterable[Value], ours: Iterable[Value], theirs: Iterable[Value]) -> Iterator[Stretch]:
    """Three lists of values, put side by side: what stands in all three parts them."""
    keys = [[_key(value) for value in side] for side in (base, ours, theirs)]
    ours_of, theirs_of = _matches(keys[0], keys[1]), _matches(keys[0], keys[2])
    starts = (0, 0, 0)
    for at in range(len(keys[0])):
        if at in ours_of and at in theirs_of:
            here = (at, ours_of[at], theirs_of[at])
            yield from _between(starts, here, ours_of, theirs_of)
            each = [range(place, place + 1) for place in here]
            yield Stretch(each[0], each[1], each[2], ours_of, theirs_of, stable=True)
            starts = (here[0] + 1, here[1] + 1, here[2] + 1)
    ends = (len(keys[0]), len(keys[1]), len(keys[2]))
    yield from _between(starts, ends, ours_of, theirs_of)


def _between(
    starts: tuple[int, int, int], ends: tuple[int, int, int], ours_of: Mapping[int, int], theirs_of: Mapping[int, int]
) -> Iterator[Stretch]:
    ranges = [range(start, end) for start, end in zip(starts, ends, strict=True)]
    if any(ranges):
        yield Stretch(ranges[0], ranges[1], ranges[2], ours_of, theirs_of)


def _matches(one: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _key(value: Value) -> str:
    """A value as text, the same for maps with the same keys in another order."""
    if isinstance(value, dict):
        return f"{{{','.join(sorted(f'{key!r}:{_key(item)}' for key, item in value.items()))}}}"
    return f"[{','.join(map(_key, value))}]" if isinstance(value, list) else repr(value)
