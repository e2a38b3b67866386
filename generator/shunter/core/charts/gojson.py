"""JSON as Go's encoding/json writes it, where a digest is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def dumps(value: Any) -> str:
    """Compact JSON in the order of the value's keys, with Go's escapes."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).translate(_ESCAPES)


def in_order(value: Any) -> Any:
    """The value with the keys of its maps sorted, as Go writes those of a map."""
    if isinstance(value, Mapping):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list | tuple) else value
