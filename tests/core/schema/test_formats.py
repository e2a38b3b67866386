"""Formats are those of Helm's library, and `jsonschema` agrees where it has the same ones."""

from __future__ import annotations

from random import Random

import jsonschema
import pytest

from helpers.fuzz.schema_fuzz import DRAFTS, FORMATTED, formatted
from helpers.oracles.schemas import chart, faulty
from shunter.core.schema.formats import FORMATS, anything


@pytest.mark.parametrize("name", FORMATTED)
def test_formats_are_helms(name: str) -> None:
    random = Random(name)
    texts = [*FORMATTED[name], *(formatted(random, name) for _ in range(150))]
    refused = faulty(chart({"$schema": DRAFTS[7], "additionalProperties": {"format": name}}), texts)
    ours = {number for number, text in enumerate(texts) if not FORMATS.get(name, anything)(text)}
    assert [texts[number] for number in ours ^ refused] == []


@pytest.mark.parametrize("name", ["date", "ipv4", "ipv6"])
def test_jsonschema_agrees_on_what_python_can_tell(name: str) -> None:
    random = Random(f"109 {name}")
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    for _ in range(300):
        text = formatted(random, name)
        signed = name == "ipv4" and ("+" in text or "-" in text)  # Go's Atoi takes a sign
        if text.isascii() and not signed and "%" not in text and not text.startswith("0000"):
            assert FORMATS[name](text) == checker.conforms(text, name), f"seed 109: {text!r}"


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("email", "\u00e9" * 32 + "@b", False),  # 64 bytes are allowed, and no letter but ASCII
        ("email", "a" * 64 + "@b", True),
        ("email", "a" * 65 + "@b", False),
        ("hostname", "a" * 63 + ".b.", True),
        ("hostname", "a" * 64, False),
        ("date", "2000-02-29", True),
        ("date", "1900-02-29", False),
        ("time", "23:59:60Z", True),
        ("time", "22:59:60-01:00", True),
        ("time", "12:00:60Z", False),
        ("semver", "1.0.0-01", False),
        ("semver", "1.0.0-0a+01", True),
        ("relative-json-pointer", "0#", True),
        ("regex", "(?=a)", False),
    ],
)
def test_the_edges(name: str, text: str, fits: bool) -> None:
    assert FORMATS[name](text) is fits


def test_a_format_that_helm_does_not_know_allows_everything() -> None:
    assert "color" not in FORMATS
    assert anything("x")
