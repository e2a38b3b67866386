"""What is to say of the library that an app was published with: a fix in a newer one does not reach it by itself."""

from __future__ import annotations

from collections.abc import Iterable

from shunter.core.charts.versions import parse
from shunter.core.trains.order import compare_versions, newest


def library_note(library: str, published: Iterable[str]) -> str:
    """`old: 1.1.0 is published`, `yanked`, or empty. `library` is a pin's: name, version and hash, or empty.

    `published` are the versions of that library in the registry. Newer counts where it is a release; yanked is what the
    registry had to know, since it has others, and does not know any more.
    """
    known, (_, version, *_) = frozenset(published), (*library.split(" "), "", "")
    if not version or not known:
        return ""
    if version not in known:
        return "yanked"
    releases = (text for text in known if (found := parse(text)) and not found.prerelease)
    latest = newest(releases)
    return f"old: {latest} is published" if latest and compare_versions(version, latest) < 0 else ""
