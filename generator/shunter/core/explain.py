"""Words for findings about values: key paths, types, nearest keys, snippets ready to paste."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shunter.model.findings import Finding

_BARE: Final = re.compile(r"[A-Za-z0-9_/-]+")
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
REQUIRED_HERE: Final = "is required here, and nothing sets it"
"""How the note of a misspelt key ends that was required."""
_NAMES: Final = {"array": "list", "object": "map"}


def dotted(path: Sequence[str | int]) -> str:
    """A key path as people write it: `service.ports[0].name`; odd keys are quoted."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _BARE.fullmatch(step):
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


def shown(value: Any) -> str:
    """A value as a message quotes it: JSON, cut after 40 characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."


def quoted(text: str) -> str:
    """A string as a YAML scalar in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def scalar_text(value: Any) -> str:
    """A value in YAML's flow style, such as a template puts into a snippet; a string is bare where Helm allows it."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    from shunter.core.scalars import resolve

    bare = _BARE.fullmatch(value) and isinstance(resolve(value), str)
    return value if bare else quoted(value)


def paste_ready(findings: Iterable[Finding]) -> str:
    """What is missing and what is obsolete, ready to paste: a YAML snippet, and the keys to delete.

    Reads findings of the rules `missing-key` and `unknown-key`, file by file; empty if there is none.
    """
    files: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for finding in findings:
        missing, obsolete = files.setdefault(finding.span.path, ({}, []))
        if finding.rule == "missing-key" and finding.key:
            _put(missing, finding.key, _example(finding))
        elif finding.rule == "unknown-key":
            for note in finding.notes:
                if note.endswith(REQUIRED_HERE):
                    _put(missing, (*finding.key[:-1], note.split("`")[1]), _example(finding))
            place = f"  # line {finding.span.line}" if finding.span.line else ""
            obsolete.append(f"{dotted(finding.key)}{place}")
    blocks = [_block(path, missing, obsolete) for path, (missing, obsolete) in files.items() if missing or obsolete]
    return "\n".join(blocks)


def _example(finding: Finding) -> str:
    prefix = "wanted: "
    return next((note.removeprefix(prefix) for note in finding.notes if note.startswith(prefix)), "a value")


def _put(tree: dict[str, Any], path: Sequence[str | int], comment: str) -> None:
    *parents, key = path
    for step in parents:
        below = tree.setdefault(step, {})  # type: ignore[arg-type]
        if not isinstance(below, dict):
            return
        tree = below
    tree.setdefault(key, comment)  # type: ignore[arg-type]


def _block(path: str, missing: Mapping[str, Any], obsolete: Sequence[str]) -> str:
    lines = []
    if missing:
        lines += [f"# add to {path}:", *_yaml(missing, 0)]
    if obsolete:
        lines += [f"# obsolete in {path}:", *(f"#   {key}" for key in obsolete)]
    return "\n".join(lines) + "\n"


def _yaml(tree: Mapping[Any, Any], indent: int) -> list[str]:
    lines = []
    for key, value in tree.items():
        name = f"{' ' * indent}{'-' if isinstance(key, int) else scalar_text(key) + ':'}"
        if isinstance(value, dict):
            lines += [name, *_yaml(value, indent + 2)]
        else:
            lines.append(f"{name}  # {value}")
    return lines
