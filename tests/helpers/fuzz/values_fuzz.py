"""One mistake in a values file's text, and the lines where people would look for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from helpers.fuzz.yaml_fuzz import scalar
from shunter.model.findings import Finding

_ENTRY = re.compile(r"(?P<lead> *(?:- )*)(?P<key>\"[^\"]*\"|[^\s\"'{\[|>#-][^:#]*?):(?: +(?P<value>.*))?$")
_ITEM = re.compile(r"(?P<lead> *(?:- )+)(?P<value>\S.*)$")
_NULLS = ("null", "~", "")
_YAML_1_1 = (
    *("yes", "on", "off", "y", "NO", "0777", "0o17", "1e3", "1_000", "0x1F", "0b11", "1.0", "1.10", ".5", "08", "+1"),
    *("2024-01-01", "12:30", "1e-3", "1e400", "!!str 5", "!!int '7'"),
)
_WRONG = (
    "[1]",
    "[x, x]",
    "{a: 1}",
    '"x"',
    "text",
    "-1",
    '""',
    "[]",
    "{}",
    "70000",
    "true",
    "1.5",
    '"1.5"',
    "*no",
    "!!int x",
)
_MOVING = ("drop", "rename", "nest", "indent", "dedent")


@dataclass(frozen=True, slots=True)
class Mutation:
    """The `text` after a mistake of one `kind` on the lines `first` to `last` (counted from 1), below the lines `parents` (before and
    after)."""

    text: str
    kind: str
    first: int
    last: int
    parents: tuple[int, ...]

    def explains(self, finding: Finding) -> bool:
        """Whether the finding stands on a line of the mistake or on its parent's; YAML notices on the line after it."""
        line, last = finding.span.line, self.last + (finding.rule == "yaml-syntax")
        return self.first <= line <= last or line in self.parents


def mutated(random: Random, text: str) -> Mutation:
    """The `text` of a valid values file in block style with one mistake at a random key or item."""
    lines = text.rstrip("\n").split("\n")
    at = random.choice([index for index, line in enumerate(lines) if _parts(line)])
    kind = random.choice(list(_KINDS))
    end = _end(lines, at)
    block = _KINDS[kind](random, lines[at:end], lines)
    parent = _parent(lines, at)
    result = [*lines[:at], *block, *lines[end:]]
    first, last = at + 1, at + max(1, len(block))
    if kind in _MOVING:  # what misses the key may stand anywhere below the parent
        first, last = (
            parent + 1,
            max(last, _end(lines, parent - 1) + len(block) - (end - at) if parent else len(result)),
        )
    return Mutation("\n".join(result) + "\n", kind, first, last, (parent or 1, _parent(result, at) or 1))


def _parts(line: str) -> re.Match[str] | None:
    return _ENTRY.match(line) or _ITEM.match(line)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _end(lines: Sequence[str], at: int) -> int:
    """The index after the block that begins at `at`."""
    own = _parts(lines[at])
    depth, is_item = _depth(lines[at]), lines[at].lstrip().startswith("- ")
    inner = len(own["lead"]) if own else depth
    at += 1
    while at < len(lines):
        here = _depth(lines[at])
        if here < inner and not (here == depth and lines[at].lstrip().startswith("- ") and not is_item):
            break
        if here == inner and (is_item or not lines[at].lstrip().startswith("- ")):
            break
        at += 1
    return at


def _parent(lines: Sequence[str], at: int) -> int:
    """The line (counted from 1) of the key that holds the entry at `at`; 0 for the document."""
    if at >= len(lines):
        return 0
    depth, is_item = _depth(lines[at]), lines[at].lstrip().startswith("- ")
    for index in range(at - 1, -1, -1):
        above = lines[index]
        if _depth(above) < depth or (is_item and _depth(above) == depth and not above.lstrip().startswith("- ")):
            return index + 1
    return 0


def _with_value(block: Sequence[str], value: str) -> list[str]:
    parts = _parts(block[0])
    assert parts
    key = parts.groupdict().get("key")
    return [f"{parts['lead']}{key}: {value}" if key else f"{parts['lead']}{value}"]


def _drop(_: Random, __: Sequence[str], ___: Sequence[str]) -> list[str]:
    return []


def _rename(random: Random, block: Sequence[str], lines: Sequence[str]) -> list[str]:
    parts = _ENTRY.match(block[0])
    if parts is None:
        return _with_value(block, random.choice(_WRONG))
    name = parts["key"]
    others = [other["key"] for line in lines if (other := _ENTRY.match(line))]
    new = random.choice((name[:-1] or "x", f"{name}s", name.upper(), "yes", "0777", random.choice(others)))
    return [block[0].replace(name, new, 1), *block[1:]]


def _retype(random: Random, block: Sequence[str], _: Sequence[str]) -> list[str]:
    return _with_value(block, random.choice(_WRONG))


def _null(random: Random, block: Sequence[str], _: Sequence[str]) -> list[str]:
    return _with_value(block, random.choice(_NULLS))


def _spelling(random: Random, block: Sequence[str], _: Sequence[str]) -> list[str]:
    return _with_value(block, random.choice((random.choice(_YAML_1_1), scalar(random))))


def _near_miss(random: Random, block: Sequence[str], _: Sequence[str]) -> list[str]:
    parts = _parts(block[0])
    value = (parts and parts["value"]) or "text"
    unquoted = value.strip("\"'")
    quoted = value if value.startswith(("[", "{", '"')) else f'"{value}"'
    return _with_value(block, random.choice((value.swapcase(), f"{value}x", unquoted, unquoted, quoted, quoted)))


def _nest(random: Random, block: Sequence[str], _: Sequence[str]) -> list[str]:
    lead = block[0][: len(block[0]) - len(block[0].lstrip(" -"))]
    inner = " " * (len(lead) + 2)
    wrapper = random.choice(("wrap", "config", "image"))
    return [f"{lead}{wrapper}:", inner + block[0][len(lead) :], *(f"  {line}" for line in block[1:])]


def _indent(_: Random, block: Sequence[str], __: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in block]


def _dedent(_: Random, block: Sequence[str], __: Sequence[str]) -> list[str]:
    return [line.removeprefix("  ") for line in block]


def _duplicate(random: Random, block: Sequence[str], _: Sequence[str]) -> list[str]:
    other = _with_value(block, random.choice((random.choice(_WRONG), scalar(random))))
    if other[0].lstrip().startswith("- ") and _ENTRY.match(other[0]):
        other = [other[0].replace("- ", "  ")]
    return [*block, *other] if random.random() < 0.7 else [*other, *block]


def _unknown(random: Random, block: Sequence[str], _: Sequence[str]) -> list[str]:
    pad = " " * _depth(block[0])
    return [*block, f"{pad}{random.choice(('extra', 'on', '8080', 'global', 'enabled'))}: {random.choice(_WRONG)}"]


_KINDS: dict[str, Callable[[Random, Sequence[str], Sequence[str]], list[str]]] = {
    "drop": _drop,
    "rename": _rename,
    "retype": _retype,
    "null": _null,
    "spelling": _spelling,
    "near miss": _near_miss,
    "nest": _nest,
    "indent": _indent,
    "dedent": _dedent,
    "duplicate": _duplicate,
    "unknown": _unknown,
}
