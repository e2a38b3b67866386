"""What is missing and what is obsolete in values files, ready to paste."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shunter.core.goyaml.plain import scalar_text
from shunter.model.findings import Finding
from shunter.model.wording import dotted

REQUIRED_HERE: Final = "is required here, and nothing sets it"
"""How the note of a misspelt key ends that was required."""


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
