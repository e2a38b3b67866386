"""The order of pins: SemVer says which way a car goes. Pure in versions and digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import parse


class Order(StrEnum):
    """Which way a car goes from one pin to another one.

    `changed` is another chart under the same precedence: other build metadata, or another digest. `replaced` is another
    chart under the same alias; its version has no order with the one before.
    """

    SAME = "same"
    UP = "up"
    DOWN = "down"
    CHANGED = "changed"
    REPLACED = "replaced"
    NEW = "new"
    REMOVED = "removed"


class Standing(StrEnum):
    """How an environment stands to where it promotes from; `diverged` is newer in some cars and older in others."""

    SAME = "same"
    BEHIND = "behind"
    AHEAD = "ahead"
    DIVERGED = "diverged"


_BEHIND: Final = {Order.UP, Order.NEW}
_AHEAD: Final = {Order.DOWN, Order.REMOVED}


def compare_versions(one: str, other: str) -> int:
    """-1, 0 or 1 where `one` is before, beside or behind `other`, by SemVer's precedence as Helm reads versions.

    `v1.2.0`, `1.2.0`, `1.2` and `1.2.0+b` stand beside each other. What Helm refuses as a version stands before all
    versions, in the order of the texts.
    """
    return _sign(_key(one), _key(other))


def compare(was: Pin | None, now: Pin | None) -> Order:
    """Which way a car goes from `was` to `now`; None is a car that is not there."""
    if was is None or now is None:
        return Order.SAME if was is now else Order.NEW if was is None else Order.REMOVED
    if was.name != now.name:
        return Order.REPLACED
    sign = compare_versions(was.version, now.version)
    if sign:
        return Order.UP if sign < 0 else Order.DOWN
    same = _build(was.version) == _build(now.version) and not other_digest(was, now)
    return Order.SAME if same else Order.CHANGED


def other_digest(one: Pin, other: Pin) -> bool:
    """Whether two pins are surely of different archives. A pin without a digest differs from none."""
    return bool(one.digest and other.digest and one.digest != other.digest)


def rewritten(was: Pin, now: Pin) -> bool:
    """Whether the same version of the same chart became another archive, which nobody may do."""
    return compare(was, now) is Order.CHANGED and _build(was.version) == _build(now.version)


def compare_cars(was: Mapping[str, Pin], now: Mapping[str, Pin]) -> dict[str, Order]:
    """Which way each car goes, by alias, in the order of aliases; cars that stay are in it."""
    return {alias: compare(was.get(alias), now.get(alias)) for alias in sorted({*was, *now})}


def standing(here: Mapping[str, Pin], there: Mapping[str, Pin]) -> Standing:
    """How the cars `here` stand to those `there`. What has no order (changed, replaced) makes them diverge."""
    found = set(compare_cars(here, there).values()) - {Order.SAME}
    if not found:
        return Standing.SAME
    if found <= _BEHIND:
        return Standing.BEHIND
    return Standing.AHEAD if found <= _AHEAD else Standing.DIVERGED


def newest(versions: Iterable[str]) -> str:
    """The version behind all others, or an empty text where there is none; of equal ones the one whose text is last."""
    return max(versions, key=lambda text: (_key(text), text), default="")


def _key(text: str) -> tuple[int, Any]:
    """Precedence of any text: what is no version comes first."""
    version = parse(text)
    return (0, text) if version is None else (1, version)


def _sign(one: tuple[int, Any], other: tuple[int, Any]) -> int:
    return (one > other) - (one < other)


def _build(text: str) -> str:
    version = parse(text)
    return text if version is None else version.build
