"""Chart versions as Helm reads them, and names that Kubernetes accepts.

The grammar is that of Masterminds/semver 3 `NewVersion`, which Helm uses for a chart's `version` (lenient: `1.2`,
`v1.2.3` and `01.2.3` pass); the order is that of SemVer 2.0.0, section 11.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import total_ordering

from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

_NUMBER = r"([0-9]+)"
_PART = r"(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_BUILD = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-({_PART}(?:\.{_PART})*))?(?:\+({_BUILD}))?")
_LEADING_ZERO = re.compile(r"v?(?:[0-9]+\.)*0[0-9]")
_RANGE = re.compile(r"[\^~<>=!*|, ]|(?:^|\.)[xX](?:\.|$)")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LARGEST = 2**64 - 1
_LONGEST = 256
_DIRTY = "dirty"


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version. Equality and order ignore build metadata, as SemVer's precedence does."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...]
    build: str
    text: str

    def _key(self) -> tuple[object, ...]:
        parts = tuple(_precedence(part) for part in self.prerelease)
        return (self.major, self.minor, self.patch, not self.prerelease, parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())


def _precedence(part: str) -> tuple[int, int, str]:
    number = int(part) if part.isdigit() else _LARGEST + 1
    return (0, number, "") if number <= _LARGEST else (1, 0, part)


def parse(text: str) -> Version | None:
    """The version that `text` spells, or None where Helm would refuse it as a chart's version."""
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    major, minor, patch = (int(found[group] or 0) for group in (1, 2, 3))
    prerelease = tuple(found[4].split(".")) if found[4] else ()
    if max(major, minor, patch) > _LARGEST:
        return None
    return Version(major, minor, patch, prerelease, found[5] or "", text)


def is_exact(text: str) -> bool:
    """Whether `text` names one version: all three numbers are there, and it is the only way to write it (but for `v`).

    `1.2` is a chart's version to Helm, but as a dependency it means every 1.2.x; `01.2.0` is another 1.2.0.
    """
    found = _VERSION.fullmatch(text)
    complete = found is not None and found[3] is not None and not _LEADING_ZERO.match(text)
    return complete and parse(text) is not None


def require_exact(text: str, what: str) -> Version:
    """The version that `text` spells; `what` names its owner in the error, such as `chart orders`.

    Raises ShunterError for a range and for what Helm refuses.
    """
    version = parse(text)
    if version is not None and is_exact(text):
        return version
    if _RANGE.search(text) or (version is not None and not _LEADING_ZERO.match(text)):
        raise ShunterError(
            f"{what} is pinned to `{text}`, which is a range and not one version",
            hint="write all three numbers, such as 1.2.0: what a range finds changes, and prereleases never match it",
        )
    raise ShunterError(f"{what} has the version `{text}`, which is no SemVer version", hint=_advice(text))


def _advice(text: str) -> str:
    core = text.split("+", 1)[0]
    if any(part.isdigit() and len(part) > 1 and part[0] == "0" for part in re.split(r"[.-]", core)):
        return "no number may start with 0; put a letter before a commit's id, such as 1.0.0-g0012345"
    return "write X.Y.Z, with letters, digits and hyphens after it only, such as 1.3.0-main.42.g1a2b3c4"


def newest_first(texts: Iterable[str]) -> list[str]:
    """`texts` in the order of a repository's index: newest first, what is no version last."""
    texts = sorted(texts)
    known = [text for text in texts if parse(text)]
    return sorted(known, key=_parsed, reverse=True) + [text for text in texts if not parse(text)]


def newest_release(texts: Iterable[str]) -> str:
    """The newest of `texts`: a prerelease only where there is no release; empty where there is no version."""
    known = [text for text in newest_first(texts) if parse(text)]
    releases = (text for text in known if (found := parse(text)) and not found.prerelease)
    return next(releases, known[0] if known else "")


def release_before(texts: Iterable[str], version: str) -> str:
    """The newest release of `texts` before `version`, which may be a prerelease; empty where there is none.

    What no commit holds is no release.
    """
    limit = parse(version)
    known = ((found, text) for text in newest_first(texts) if (found := parse(text)) and not is_dirty(text))
    return next((text for found, text in known if not found.prerelease and (limit is None or found < limit)), "")


def is_prerelease_of(text: str, release: str) -> bool:
    """Whether `text` is a pre-release of the version `release`: `1.3.0-main.42.g1a2b3c4` of `1.3.0`."""
    one, other = parse(text), parse(release)
    if one is None or other is None or not one.prerelease or other.prerelease:
        return False
    return (one.major, one.minor, one.patch) == (other.major, other.minor, other.patch)


def _parsed(text: str) -> tuple[Version, str]:
    version = parse(text)
    assert version is not None
    return version, text


def is_label(text: str) -> bool:
    """Whether `text` is a DNS label of RFC 1123: what Kubernetes accepts as most names, 1 to 63 characters."""
    return _LABEL.fullmatch(text) is not None


def marked_dirty(text: str) -> str:
    """The version with the build metadata that says that no commit holds what it is made of."""
    return f"{text}{'.' if '+' in text else '+'}{_DIRTY}"


def is_dirty(text: str) -> bool:
    """Whether a version is marked so."""
    return _DIRTY in text.partition("+")[2].split(".")
