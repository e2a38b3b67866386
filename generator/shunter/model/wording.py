"""Words for findings about values: key paths, types, nearest keys, snippets ready to paste."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

BARE: Final = re.compile(r"[A-Za-z0-9_/-]+")
_TYPES: Final[dict[type, str]] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "list",
    dict: "map",
}
MOST_KNOWN: Final = 1_000
_LONGEST_WORD: Final = 100
"""Guessing compares a word with every known one, and nobody mistypes one of this length beyond recognition."""
_SHORTEST_SLIP: Final = 4
_NAMES: Final = {"array": "list", "object": "map"}


def dotted(path: Sequence[str | int]) -> str:
    """A key path as people write it: `service.ports[0].name`; odd keys are quoted."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif BARE.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text or "the values"


def type_of(value: Any) -> str:
    """The name of a value's type, as values files call it."""
    return "null" if value is None else _TYPES.get(value.__class__, "value")


def with_article(name: str) -> str:
    """`a string`, `an integer`, `null`."""
    if name == "null":
        return name
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def wanted_types(types: Iterable[str]) -> str:
    """`a string or null`: what a schema's `type` asks for."""
    names = sorted((_NAMES.get(name, name) for name in types), key=lambda name: (name == "null", name))
    return " or ".join(with_article(name) for name in names)


def nearest(word: str, known: Iterable[str], alike: float = 0.7) -> str | None:
    """The known word that `word` most likely stands for, or None: the same letters, or `alike` by difflib's measure."""
    known = sorted(known)
    if len(known) > MOST_KNOWN or len(word) > _LONGEST_WORD:
        return None
    same = [candidate for candidate in known if same_letters(candidate, word)]
    if same:
        return same[0]
    from difflib import get_close_matches

    found = get_close_matches(word, known, n=1, cutoff=alike)
    return found[0] if found else None


def same_letters(one: str, other: str) -> bool:
    """Whether two words consist of the same letters: `pullPolicy` and `pull_policy`, or two that are swapped."""
    return sorted(_letters(one)) == sorted(_letters(other))


def is_slip(written: str, meant: str) -> bool:
    """Whether a word can only be another one misspelt: but for upper case and dashes, one letter apart, no digit.

    `minReplicas` is near to `maxReplicas` and means the opposite, so a fix must not replace one by the other.
    """
    one, other = _letters(written), _letters(meant)
    if min(len(one), len(other)) < _SHORTEST_SLIP:
        return one == other
    for _ in range(2):  # what is common in front is cut off, and then, read backwards, what is common behind
        shorter = min(len(one), len(other))
        common = next((index for index in range(shorter) if one[index] != other[index]), shorter)
        one, other = one[common:][::-1], other[common:][::-1]
    if any(letter.isdigit() for letter in one + other):
        return False
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])


def _letters(word: str) -> str:
    return re.sub(r"[-_.]", "", word).lower()


def counted(number: int, name: str) -> str:
    """So many of something: `1 car`, `2 cars`, `1,200 cars`."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def shown(value: Any) -> str:
    """A value as a message quotes it: JSON, cut after 40 characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."


def quoted(text: str) -> str:
    """A string as a YAML scalar in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def in_a_list(options: Sequence[str]) -> str:
    """All options after each other; of more than twelve, the first ten and how many more there are."""
    if len(options) <= 12:
        return ", ".join(options)
    return f"{', '.join(options[:10])}, and {len(options) - 10} more"
