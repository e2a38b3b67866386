"""Which files are written once: gitignore patterns."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from shunter.adapters.templates.written_once import matcher


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (("/values.yaml",), ["values.yaml"]),
        (("values.yaml",), ["values.yaml", "deep/values.yaml"]),
        (("/deep/",), ["deep/values.yaml"]),
        (("*.yaml",), ["values.yaml", "deep/values.yaml"]),
        (("*.yaml", "!/deep/*"), ["values.yaml"]),
        ((), []),
        (("",), []),
    ],
)
def test_a_pattern_is_gits(patterns: tuple[str, ...], found: list[str]) -> None:
    is_once = matcher(patterns)
    assert [path for path in ("values.yaml", "deep/values.yaml", "shop.txt") if is_once(path)] == found


def test_a_pattern_is_normalised_as_copier_does() -> None:
    assert matcher((normalize("NFC", "\u00e9.txt"),))(normalize("NFD", "\u00e9.txt"))
