"""Words for findings about values: key paths, types, nearest keys, snippets ready to paste."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_BARE: Final = re.compile(r"[A-Za-z0-9_/-]+")


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
