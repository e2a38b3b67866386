"""What Helm takes an unquoted YAML scalar for: the resolver of go.yaml.in/yaml/v2, then of sigs.k8s.io/yaml.

Numbers end as Go's float64: an integer stays a Python int while float64 holds it exactly, and an integral float
becomes an int, since Helm cannot tell `1.0` from `1` either.
"""

from __future__ import annotations

import re
import struct
from typing import Any, Final

EXACT: Final = 2**53
"""Up to here float64, and therefore Helm, holds every integer."""

SPECIAL: Final = frozenset("+-0123456789yYnNtTfFoO~.")
"""First characters that may start something other than a string."""

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_INTEGER: Final = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_POINT_FLOAT: Final = r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?"
_ODD_BINARY: Final = r"0b([-+][01]+)"
_TIMESTAMP: Final = (
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?"
)


def resolve(text: str) -> Any:
    """The value of the plain scalar `text`: None, bool, int, float or str.

    Integers are exact here (a key needs that); `number` makes them what a value becomes.
    """
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first == ".":
        return _finite(text.replace("_", ""), text) if re.fullmatch(_POINT_FLOAT, text) else text
    if first not in "+-0123456789":
        return text
    plain = text.replace("_", "")
    integer = _integer(plain)
    if integer is not None:
        return integer
    return _finite(plain, text) if _FLOAT.fullmatch(plain) else text


def _integer(plain: str) -> int | None:
    match = _INTEGER.fullmatch(plain)
    if match:
        sign, hexadecimal, binary, octal, decimal = match.groups()
        digits, base = next(
            pair for pair in ((hexadecimal, 16), (binary, 2), (octal, 8), (decimal, 10)) if pair[0] is not None
        )
        if len(digits) > 80:
            return None
        size = int(digits, base)
        value = -size if sign == "-" else size
        highest = 2**63 if sign else 2**64
        return value if -(2**63) <= value < highest else None
    match = re.fullmatch(_ODD_BINARY, plain)
    if match:
        value = int(match[1], 2)
        return value if -(2**63) <= value < 2**63 else None
    return None


def _finite(plain: str, text: str) -> float | str:
    value = float(plain)
    return text if value in (float("inf"), float("-inf")) else value


def number(value: int | float) -> int | float:
    """What a number in a values file is to Helm: a float64, given as an int where it is integral and below 2^53."""
    if value.__class__ is int:
        return value if -EXACT <= value <= EXACT else float(value)
    return int(value) if -EXACT <= value <= EXACT and value == int(value) else value


def is_timestamp(text: str) -> bool:
    """Whether Go parses `text` as one of the timestamps that an explicit `!!timestamp` tag allows (a string anyway)."""
    from datetime import datetime

    if not re.fullmatch(_TIMESTAMP, text):
        return False
    date = text.replace("t", "T").replace(" ", "T").split("T")[0]
    try:
        datetime.strptime(date, "%Y-%m-%d")
    except ValueError:
        return False
    return True


def key_text(value: Any) -> str | None:
    """The JSON key that sigs.k8s.io/yaml makes of a resolved key; None where Helm refuses it (null, from 2^63 on)."""
    if value.__class__ is str:
        return str(value)
    if value is True or value is False:
        return "true" if value else "false"
    if value.__class__ is int:
        return str(value) if value < 2**63 else None
    if value.__class__ is float:
        return _float32(value)
    return None


def _float32(value: float) -> str:
    """Go's strconv.FormatFloat(value, 'g', -1, 32): the shortest decimal that gives the same float32."""
    if value != value:
        return ".nan"
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    single = struct.unpack("<f", packed)[0]
    if single in (float("inf"), float("-inf")):
        return ".inf" if single > 0 else "-.inf"
    shortest = next(
        text for text in (f"{single:.{digits}e}" for digits in range(9)) if struct.pack("<f", float(text)) == packed
    )
    mantissa, exponent = shortest.split("e")
    if int(exponent) < -4 or int(exponent) >= 6:
        return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{exponent}"
    return _positional(mantissa, int(exponent))


def _positional(mantissa: str, exponent: int) -> str:
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "")
    point = exponent + 1
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"
