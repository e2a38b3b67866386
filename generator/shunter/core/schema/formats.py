"""The formats that Helm knows up to draft 7, as its library judges them (santhosh-tekuri/jsonschema v6, format.go).

Every other format allows everything. Lengths count bytes of UTF-8, as in Go.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Final

from shunter.core.schema.url import Url, parse, unescaped

_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])*)*", re.DOTALL)
_RELATIVE: Final = re.compile(r"(?:0|[1-9][0-9]*)(.*)", re.DOTALL)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WEEKS: Final = re.compile(r"P[0-9]+W")
_DURATION: Final = re.compile(
    r"P(?=.)(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?=.)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?", re.DOTALL
)
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_LABEL: Final = re.compile(r"(?!-)[0-9a-zA-Z-]{1,63}(?<!-)")
_LOCAL: Final = re.compile(r"[0-9a-zA-Z.!#$%&'*+/=?^_`{|}~-]*")
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME: Final = re.compile(r"(.{2}):(.{2}):(.{2})(?:\.[0-9]+)?(?:[zZ]|([-+])(.{2}):(.{2}))", re.DOTALL)
_BRACES: Final = re.compile(r"[^{}]*(?:\{[^{}]*\}[^{}]*)*")
_IDENTIFIERS: Final = r"[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*"
_CORE: Final = r"(?:(?:0|[1-9][0-9]*)\.){2}(?:0|[1-9][0-9]*)"
_SEMVER: Final = re.compile(rf"{_CORE}(?:-({_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _json_pointer(text: str) -> bool:
    return _POINTER.fullmatch(text) is not None


def _relative_json_pointer(text: str) -> bool:
    found = _RELATIVE.fullmatch(text)
    return found is not None and (found[1] == "#" or _json_pointer(found[1]))


def _uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _duration(text: str) -> bool:
    return (_WEEKS if text.endswith("W") else _DURATION).fullmatch(text) is not None


def _ipv4(text: str) -> bool:
    groups = text.split(".")
    return len(groups) == 4 and all(map(_octet, groups))


def _octet(text: str) -> bool:
    number = _number(text)
    return number is not None and 0 <= number <= 255 and (len(text) == 1 or text[0] != "0")


def _number(text: str) -> int | None:
    """Go's strconv.Atoi."""
    return int(text) if _DECIMAL.fullmatch(text) and len(text) < 19 else None


def _ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


def _hostname(text: str) -> bool:
    text = text.removesuffix(".")
    return _bytes(text) <= 253 and all(map(_LABEL.fullmatch, text.split(".")))


def _email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    if not at or _bytes(text) > 254 or _bytes(local) > 64:
        return False
    if len(local) > 1 and local.startswith('"'):
        if "\\" in local[1:-1] or '"' in local[1:-1]:
            return False
    elif local.startswith(".") or local.endswith(".") or ".." in local or not _LOCAL.fullmatch(local):
        return False
    if domain.startswith("[") and domain.endswith("]"):
        domain = domain[1:-1]
        return _ipv6(domain[5:]) if domain.startswith("IPv6:") else _ipv4(domain)
    return _hostname(domain)


def _date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12:
        return False
    return 1 <= int(found[3]) <= calendar.monthrange(int(found[1]), int(found[2]))[1]


def _time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    numbers = [_number(found[group] or "0") for group in (1, 2, 3, 5, 6)]
    hour, minute, second, zone_hour, zone_minute = (-1 if number is None else number for number in numbers)
    limits = ((hour, 23), (minute, 59), (second, 60), (zone_hour, 23), (zone_minute, 59))
    if not all(0 <= number <= limit for number, limit in limits):
        return False
    minutes = hour * 60 + minute + (zone_hour * 60 + zone_minute) * (1 if found[4] == "-" else -1)
    return second < 60 or minutes % (24 * 60) == 24 * 60 - 1


def _date_time(text: str) -> bool:
    return len(text) > 10 and text[10] in "tT" and _date(text[:10]) and _time(text[11:])


def _url(text: str) -> Url | None:
    url = parse(text)
    if url is None or ":" not in url.hostname:
        return url
    return url if "[" in url.host and "]" in url.host and _ipv6(url.hostname) else None


def _uri(text: str) -> bool:
    url = _url(text)
    return url is not None and url.scheme != ""


def _uri_reference(text: str) -> bool:
    return "\\" not in text and _url(text) is not None


def _uri_template(text: str) -> bool:
    url = _url(text)
    return url is not None and all(map(_BRACES.fullmatch, map(unescaped, url.raw_path.split("/"))))


def _period(text: str) -> bool:
    start, slash, end = text.partition("/")
    if not slash:
        return False
    if start.startswith("P"):
        return _duration(start) and _date_time(end)
    return _date_time(start) and (_duration(end) if end.startswith("P") else _date_time(end))


def _semver(text: str) -> bool:
    found = _SEMVER.fullmatch(text)
    parts = (found[1] or "").split(".") if found else ()
    return found is not None and not any(part.isdigit() and len(part) > 1 and part[0] == "0" for part in parts)


def _regex(text: str) -> bool:
    from shunter.core.schema import regex

    return regex.problem(text) is None


FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "date": _date,
    "date-time": _date_time,
    "duration": _duration,
    "email": _email,
    "hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "iri": _uri,
    "iri-reference": _uri_reference,
    "json-pointer": _json_pointer,
    "period": _period,
    "regex": _regex,
    "relative-json-pointer": _relative_json_pointer,
    "semver": _semver,
    "time": _time,
    "uri": _uri,
    "uri-reference": _uri_reference,
    "uri-template": _uri_template,
    "uuid": _uuid,
}


def anything(_text: str) -> bool:
    """The judgement on a format that Helm does not know."""
    return True
