"""A JSON value within a text, as Go's encoding/json decodes it into an interface."""

from __future__ import annotations

import json
import math
from typing import Any

_BLANKS = " \t\r\n"


def json_at(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at a place of a text, blanks before it passed over, and the place behind it.

    Numbers are float64, written as integers where that is exact; half of a surrogate pair is U+FFFD. Raises ValueError
    where there is no JSON, or a number that is too large.
    """
    start = len(text) - len(text[at:].lstrip(_BLANKS))
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    return _encodable(value), end


def _encodable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if value.__class__ is str else value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _whole(text: str) -> float:
    return number if len(text) < 18 and abs(number := int(text)) < 2**53 else _number(text)


def _number(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError(f"{text} is too large a number")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=_whole, parse_float=_number)
