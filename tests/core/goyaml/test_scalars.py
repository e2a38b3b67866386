"""What an unquoted scalar is: Helm's words and numbers, and PyYAML's reading where the two YAMLs agree."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml

from helpers.oracles.embedded_helm import reading
from shunter.core.goyaml.scalars import EXACT, is_timestamp, key_text, number, resolve

SHARED = ("yes", "No", "ON", "off", "True", "FALSE", "~", "null", "NULL", "", "a-b", "v1", "1.2.3", "-a", "e3", "inf")


def shared(random: Random) -> str:
    """Text that PyYAML resolves as Go does: words, decimal, octal and hexadecimal integers, floats with a point."""
    digits = str(random.randrange(10 ** random.randint(1, 17)))
    sign = random.choice(("", "-", "+"))
    return random.choice(
        (
            random.choice(SHARED),
            sign + digits,
            f"{sign}0{random.randrange(10**6):o}",
            f"{sign}0x{random.randrange(10**6):x}",
            f"{sign}{digits}.{random.randrange(1000)}",
            f"{sign}{digits}.{random.randrange(10)}e{random.choice('+-')}{random.randrange(30)}",
            "".join(random.choice("abxz-") for _ in range(random.randint(1, 6))),
        )
    )


def test_what_both_yamls_have_is_read_alike() -> None:
    random = Random(101)
    for _ in range(1500):
        text = shared(random)
        theirs, ours = yaml.load(text, yaml.CSafeLoader) if text != "-" else "-", resolve(text)
        assert (type(ours), ours) == (type(theirs), theirs), f"seed 101: {text!r}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", True),
        ("N", False),
        ("nO", "nO"),
        ("0o17", 15),
        ("017", 15),
        ("08", 8.0),
        ("0b101", 5),
        ("0b-101", -5),
        ("1_000", 1000),
        ("_1", "_1"),
        ("1e3", 1000.0),
        (".5_0", 0.5),
        ("._5", "._5"),
        ("1e400", "1e400"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 1.8446744073709552e19),
        ("-9223372036854775809", -9.223372036854775808e18),
        ("+9223372036854775808", 9.223372036854775808e18),
        ("<<", "<<"),
        ("\u0661", "\u0661"),
    ],
)
def test_what_is_gos_own(text: str, value: Any) -> None:
    assert (type(resolve(text)), resolve(text)) == (type(value), value)


@pytest.mark.parametrize(
    ("written", "value"),
    [(EXACT, EXACT), (EXACT + 1, float(EXACT)), (-EXACT - 3, float(-EXACT - 4)), (2.0, 2), (-0.0, 0), (2.5, 2.5), (1e300, 1e300)],
)  # fmt: skip
def test_a_number_is_a_float64_and_an_integer_where_nobody_can_tell(written: float, value: float) -> None:
    assert (type(number(written)), number(written)) == (type(value), value)


def test_keys_are_spelt_as_helm_spells_them() -> None:
    random = Random(102)
    written = [
        "on",
        "0777",
        "9223372036854775807",
        "-0.0",
        "1.10",
        "1e400",
        "123456.789",
        "1e5",
        "1e6",
        "0.0001",
        "1e-5",
    ]
    written += [repr(random.choice((1, -1)) * random.random() * 10 ** random.randint(-9, 9)) for _ in range(150)]
    text = "".join(f"  {word}: a\n" for word in written)
    assert {key_text(resolve(word)) for word in written} == set(reading(f"x:\n{text}".encode())["x"]), "seed 102"


def test_keys_that_helm_refuses_have_no_text() -> None:
    assert (key_text(None), key_text(2**63), key_text(2**63 - 1)) == (None, None, str(2**63 - 1))
    assert [key_text(resolve(word)) for word in (".nan", "-.inf", "1e39")] == [".nan", "-.inf", ".inf"]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2024-02-29", True),
        ("2023-02-29", False),
        ("2024-1-1", True),
        ("2001-12-14t21:59:43.10-05:00", True),
        ("2001-12-14 21:59:43", True),
        ("2001-12-14T21:59", False),
        ("12", False),
    ],
)
def test_a_timestamp_is_a_day_that_there_was(text: str, fits: bool) -> None:
    assert is_timestamp(text) is fits
