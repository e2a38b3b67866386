"""JSON within a text; what `--set-json` makes of it is compared with Helm in test_strvals."""

from __future__ import annotations

import pytest

from shunter.core.values.json_value import json_at


def test_a_value_ends_where_it_ends() -> None:
    assert json_at('a= {"b": [1, 2.5]}, c', 2) == ({"b": [1, 2.5]}, 18)
    assert json_at("7x", 0) == (7, 1)


def test_numbers_are_those_of_go() -> None:
    whole, _ = json_at("9007199254740991", 0)
    large, _ = json_at("12345678901234567890", 0)
    assert (whole, type(whole), large, type(large)) == (9007199254740991, int, 12345678901234567890.0, float)


def test_half_a_character_is_a_replacement() -> None:
    assert json_at('{"\\ud800": ["\\udc00", "\\ud83d\\ude00"]}', 0)[0] == {"\ufffd": ["\ufffd", "\U0001f600"]}


@pytest.mark.parametrize("text", ["", " ", "x", "NaN", "-Infinity", "1e400", "9" * 5000, '"a', "[1", "[" * 100_000])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        json_at(text, 0)
