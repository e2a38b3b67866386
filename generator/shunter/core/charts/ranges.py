"""Version ranges as Helm reads them in Chart.yaml: the constraints of Masterminds/semver 3.5.

A prerelease satisfies a range only where the same comma group names a prerelease.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from shunter.core.charts.versions import Version, parse
from shunter.model.data import dataclass

_LONGEST: Final = 512
_MOST_GROUPS: Final = 32
_OPERATOR: Final = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_NUMBER: Final = r"[0-9|xX*]+"
_PARTS: Final = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_SPELLING: Final = rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-{_PARTS})?(?:\+{_PARTS})?"
_ONE: Final = re.compile(
    rf"\s*({_OPERATOR})\s*v?({_NUMBER})(?:\.({_NUMBER}))?(?:\.({_NUMBER}))?(-{_PARTS})?(?:\+{_PARTS})?\s*"
)
_EACH: Final = re.compile(rf"(?:=>|=<|>=|<=|!=|~>|[=<>~^])?\s*{_SPELLING}")
_GROUP: Final = re.compile(rf"\s*(?:{_OPERATOR})\s*{_SPELLING}\s*(?:(?:\s+|,\s*)(?:{_OPERATOR})\s*{_SPELLING}\s*)*")
_HYPHEN: Final = re.compile(rf"\s*({_SPELLING})\s+-\s+({_SPELLING})\s*")


@dataclass(frozen=True, slots=True)
class _Constraint:
    """One comparison. `known` counts the numbers that are no wildcard: 3 for `1.2.3`, 1 for `1.x`."""

    operator: str
    version: Version
    known: int

    def allows(self, version: Version) -> bool:
        if self.operator in ("=", "") and self.known == 3:
            return version == self.version
        return _CHECKS[self.operator](self, version)

    def not_equal(self, version: Version) -> bool:
        if self.known in (0, 3) or version.major != self.version.major:
            return version != self.version
        if self.known == 1 or version.minor != self.version.minor:
            return self.known == 2
        return version.prerelease != self.version.prerelease

    def greater(self, version: Version) -> bool:
        if self.known in (0, 3):
            return version > self.version
        if version.major != self.version.major:
            return version.major > self.version.major
        return self.known == 2 and version.minor > self.version.minor

    def at_most(self, version: Version) -> bool:
        if self.known == 3:
            return version <= self.version
        if version.major != self.version.major:
            return version.major < self.version.major
        return version.minor <= self.version.minor or self.known == 1

    def tilde(self, version: Version) -> bool:
        if version < self.version:
            return False
        low = self.version
        if (low.major, low.minor, low.patch) == (0, 0, 0) and self.known in (0, 3):
            return True
        return version.major == low.major and (self.known == 1 or version.minor == low.minor)

    def caret(self, version: Version) -> bool:
        if version < self.version:
            return False
        low = self.version
        if low.major > 0 or self.known == 1:
            return version.major == low.major
        if version.major > 0:
            return False
        if low.minor > 0 or self.known == 2:
            return version.minor == low.minor
        return version.minor == 0 and version.patch == low.patch


_CHECKS: Final[dict[str, Callable[[_Constraint, Version], bool]]] = {
    "": _Constraint.tilde,
    "=": _Constraint.tilde,
    "!=": _Constraint.not_equal,
    ">": _Constraint.greater,
    "<": lambda constraint, version: version < constraint.version,
    ">=": lambda constraint, version: version >= constraint.version,
    "=>": lambda constraint, version: version >= constraint.version,
    "<=": _Constraint.at_most,
    "=<": _Constraint.at_most,
    "~": _Constraint.tilde,
    "~>": _Constraint.tilde,
    "^": _Constraint.caret,
}


@lru_cache(4096)
def satisfies(version: str, constraint: str) -> bool:
    """Whether Helm takes a chart of `version` for a dependency on `constraint`; False where either is malformed."""
    parsed = parse(version)
    groups = _parse(constraint)
    if parsed is None or groups is None:
        return False
    return any(_all_allow(group, parsed) for group in groups)


def _all_allow(group: list[_Constraint], version: Version) -> bool:
    if version.prerelease and not any(constraint.version.prerelease for constraint in group):
        return False
    return all(constraint.allows(version) for constraint in group)


def _parse(text: str) -> list[list[_Constraint]] | None:
    if len(text) > _LONGEST:
        return None
    text = _HYPHEN.sub(lambda match: f">= {match[1]}, <= {match[2]} ", text)
    parts = text.split("||")
    groups = [_parse_group(part) for part in parts]
    if len(parts) > _MOST_GROUPS or any(group is None for group in groups):
        return None
    return [group for group in groups if group is not None]


def _parse_group(text: str) -> list[_Constraint] | None:
    if not _GROUP.fullmatch(text):
        return None
    constraints = [_parse_one(spelling) for spelling in _EACH.findall(text)]
    if any(constraint is None for constraint in constraints):
        return None
    return [constraint for constraint in constraints if constraint is not None]


def _parse_one(text: str) -> _Constraint | None:
    match = _ONE.fullmatch(text)
    if match is None:
        return None
    numbers = match.group(2, 3, 4)
    known = next((index for index, number in enumerate(numbers) if number in (None, "x", "X", "*")), 3)
    spelled = ".".join([*(number or "0" for number in numbers[:known]), *["0"] * (3 - known)])
    version = parse(spelled + (match[5] or ""))
    return None if version is None else _Constraint(match[1], version, known)
