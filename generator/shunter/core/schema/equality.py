"""What is equal to Helm's library (santhosh-tekuri/jsonschema 6, `equals` and `duplicates`).

A number equals a text that spells it, where the number is asked: `const: "1"` takes 1, `const: 1` does not take "1". Of
a list, later items are asked about earlier ones. What spells a number is Go's `big.Rat.SetString`: `0x10`, `1/2`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fractions import Fraction

_DIGITS: Final = "[0-9](?:_?[0-9])*"
_DECIMAL: Final = rf"(?P<whole>{_DIGITS}\.?|)(?P<part>(?<=\.){_DIGITS}|\.{_DIGITS}|)(?P<power>[eEpP][-+]?{_DIGITS}|)"
"""The patterns are compiled where one is asked for: the hook rarely does, and every schema passes here."""
_PREFIXED: Final = (
    r"0(?P<base>[xXbBoO])(?P<whole>(?:_?[0-9a-fA-F]+)*)\.?(?P<part>[0-9a-fA-F_]*)(?P<power>[pP][-+]?[0-9]+|)"
)
_INTEGER: Final = r"0(?:[xX](?:_?[0-9a-fA-F])+|[bB](?:_?[01])+|[oO]?(?:_?[0-7])+)|[1-9](?:_?[0-9])*|0"
_OCTAL: Final = r"0_?[0-7].*"
_BASES: Final = {"x": 16, "b": 2, "o": 8}
_FAR: Final = 400
"""Powers beyond which nothing in a values file is equal."""
_FEW: Final = 20
"""Lists of more are compared by hashes, to which a number is never a text."""
_MOST: Final = 256
"""How many spellings of one option are tried."""
_EXACT: Final = 2**53


def spelled(text: str) -> Fraction | None:
    """The number that a text spells, if it does."""
    sign, digits = (-1 if text[:1] == "-" else 1), text[1:] if text[:1] in ("-", "+") else text
    if "/" in digits:
        return _ratio(sign, *digits.split("/", 1))
    found = re.fullmatch(_PREFIXED, digits) or re.fullmatch(_DECIMAL, digits)
    if not found or not (found["whole"].strip("._") or found["part"].strip("._")):
        return None
    from fractions import Fraction

    base = _BASES[found["base"].lower()] if "base" in found.groupdict() else 10
    whole, part = (found[name].replace("_", "").strip(".") for name in ("whole", "part"))
    kind, power = found["power"][:1].lower(), int(found["power"][1:].replace("_", "") or 0)
    if len(digits) > _FAR:
        return None
    try:
        mantissa = Fraction(sign * int(whole + part, base), base ** len(part))
    except ValueError:
        return None
    if abs(power) > _FAR:
        return None if mantissa else mantissa
    return mantissa * Fraction(10 if kind == "e" else 2) ** power


def _ratio(sign: int, above: str, below: str) -> Fraction | None:
    if not (re.fullmatch(_INTEGER, above) and re.fullmatch(_INTEGER, below)) or len(above) + len(below) > _FAR:
        return None
    from fractions import Fraction

    divided, divisor = map(_integer, (above, below))
    return Fraction(sign * divided, divisor) if divisor else None


def _integer(text: str) -> int:
    return int(text.replace("_", ""), 8 if re.fullmatch(_OCTAL, text) else 0)


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number; a boolean is none."""
    return value.__class__ in (int, float)


def equals(value: Any, other: Any) -> bool:
    """Whether `value` equals `other`, if `value` is asked."""
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(equals(value[key], other[key]) for key in value)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(equals, value, other))
    if is_number(value) and isinstance(other, str):
        found = spelled(other)
        return found is not None and found == _exactly(value)
    return bool(value == other) and isinstance(value, bool) is isinstance(other, bool)


def repeats(items: list[Any]) -> bool:
    """Whether an item of a list equals one before it; whole numbers are integers in it."""
    texts = [json.dumps(item, sort_keys=True) for item in items]
    if len(set(texts)) < len(texts):
        return True
    if len(items) > _FEW or not any(map(_has_number, items)):
        return False
    return any(equals(item, other) for at, item in enumerate(items) for other in items[:at])


def _has_number(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_number, value.values() if isinstance(value, dict) else value))
    return is_number(value)


def spellings(option: Any) -> Iterator[Any]:
    """The other values that equal `option`, if they are asked; the first of very many."""
    return islice(_spellings(option), 1, _MOST)


def _spellings(option: Any) -> Iterator[Any]:
    yield option
    if isinstance(option, str):
        number = spelled(option)
        written = None if number is None else _written(number)
        if written is not None:
            yield written
    elif isinstance(option, list):
        yield from (list(items) for items in islice(product(*map(_all, option)), 1, None))
    elif isinstance(option, dict):
        yield from (
            dict(zip(option, items, strict=True)) for items in islice(product(*map(_all, option.values())), 1, None)
        )


def _all(option: Any) -> list[Any]:
    return list(islice(_spellings(option), _MOST))


def _written(number: Fraction) -> int | float | None:
    """A number of JSON, if one is exactly this."""
    if number.denominator == 1:
        return int(number)
    try:
        near = float(number)
    except OverflowError:
        return None
    return near if _exactly(near) == number else None


def _exactly(number: float) -> Fraction:
    """What its digits say, not the nearest number that a computer has."""
    from fractions import Fraction

    return Fraction(repr(number))


class UniqueItems:
    """The keyword `uniqueItems` for jsonschema-rs."""

    def __init__(self, _schema: Any, asked: Any, _path: Any) -> None:
        self._asked = asked is True

    def validate(self, instance: Any) -> None:
        """Raises ValueError where the items of a list are not unique."""
        if self._asked and isinstance(instance, list) and repeats(plain(instance)):
            raise ValueError(
                f"{json.dumps(instance, ensure_ascii=False, separators=(',', ':'))} has non-unique elements"
            )


def plain(value: Any) -> Any:
    """A copy in which whole numbers are integers."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if value.__class__ is float and -_EXACT <= value <= _EXACT and value == int(value) else value
