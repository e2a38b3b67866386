"""Old and yanked libraries of apps."""

from __future__ import annotations

import pytest

from shunter.core.trains.libraries import library_note

LIBRARY = "commons 1.1.0 34b3a632272c"


@pytest.mark.parametrize(
    ("library", "published", "said"),
    [
        (LIBRARY, ["1.0.0", "1.1.0"], ""),
        (LIBRARY, ["1.1.0", "1.9.0", "1.10.0"], "old: 1.10.0 is published"),
        (LIBRARY, ["1.1.0", "2.0.0-rc.1"], ""),
        (LIBRARY, ["1.0.0", "1.2.0"], "yanked"),
        (LIBRARY, [], ""),
        ("", ["1.0.0"], ""),
        ("commons 1.1.0-rc.1 34b3a632272c", ["1.1.0-rc.1", "1.1.0"], "old: 1.1.0 is published"),
        ("commons 1.1.0", ["1.1.0"], ""),
    ],
)
def test_a_library_is_old_or_yanked_by_what_the_registry_has(library: str, published: list[str], said: str) -> None:
    assert library_note(library, published) == said
