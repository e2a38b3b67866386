"""What equals what in a schema: the embedded Helm says the same."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from helpers.oracles.agreement import schema_agrees
from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, RefusedError, archive, values_of
from helpers.tools import need_helm
from shunter.core.charts.load import load_archive
from shunter.core.schema.equality import equals, repeats, spelled, spellings

TEXTS = (
    "1", "01", "010", "1.0", ".5", "5.", "1e2", "1E2", "-1", "+1", "-0", "0x10", "0X1F", "0x1.8", "0x1p1", "0b1", "0o7", "1p1",
    "1_0", "0_1", "01_0", "1__0", "_1", "1_", "1/2", "2/4", "010/1", "0x10/2", "1/0", "-1/2", "1/-2", "1/2/3", "1 ", " 1", "",
    ".", "-", "0x", "0b2", "Inf", "NaN", "1e400", "1e-400", "1.2.3", "0.1", "1/10", "1/3", "e1", "0e", "1e", "0x_1", "08", "08/1",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 5, 7, 8, 10, 16, 31, 100, 0.5, 1.5, 0.1, -0.5, 4)
DRAFT7 = "http://json-schema.org/draft-07/schema#"


def chart(schema: dict[str, Any]) -> bytes:
    files: dict[str, bytes | str] = {
        "Chart.yaml": METADATA,
        "templates/show.yaml": SHOW_VALUES,
        "values.schema.json": json.dumps(schema),
    }
    return archive(files)


def equal_to_helm(pairs: list[tuple[Any, str]]) -> list[bool]:
    """Whether Helm's library takes each number where a text is the `const`."""
    schema = {"properties": {f"p{at}": {"const": text} for at, (_, text) in enumerate(pairs)}}
    try:
        values_of(chart(schema), {f"p{at}": number for at, (number, _) in enumerate(pairs)})
    except RefusedError as error:
        refused = set(map(int, re.findall(r"at '/p(\d+)'", str(error))))
    else:
        refused = set()
    return [at not in refused for at in range(len(pairs))]


def test_texts_spell_the_numbers_that_they_spell_in_go() -> None:
    need_helm()
    random = Random(1)
    texts = [*TEXTS, *("".join(random.choices("0112345678_.ex/", k=random.randint(1, 6))) for _ in range(400))]
    pairs: list[tuple[Any, str]] = []
    for text in texts:
        number = spelled(text)
        others = {} if number is None or abs(number) > 1e15 else {float(number): None}
        pairs += [(other, text) for other in dict.fromkeys((*others, *NUMBERS))]
    helms = equal_to_helm(pairs)
    assert [pair for pair, helm in zip(pairs, helms, strict=True) if equals(*pair) is not helm] == []
    assert sum(helms) > 100


CASES: list[tuple[Any, Any]] = [
    ({"enum": [["1"]]}, [1]),
    ({"enum": [["1"], 2]}, ["1"]),
    ({"enum": [[1]]}, ["1"]),
    ({"const": {"a": "1"}}, {"a": 1}),
    ({"const": {"a": ["1", "2"]}}, {"a": ["1", 2]}),
    ({"enum": [{"a": ["0x1"]}, 2]}, {"a": [1]}),
    ({"enum": ["1/2", 3]}, 0.5),
    ({"enum": ["1/2", "3"]}, 0.5),
    ({"const": "1"}, True),
    ({"uniqueItems": True}, ["1", 1]),
    ({"uniqueItems": True}, [1, "1"]),
    ({"uniqueItems": True}, [["1"], [1]]),
    ({"uniqueItems": True}, [{"a": 1}, {"a": "1"}]),
    ({"uniqueItems": True}, [{"a": "1"}, {"a": 1}]),
    ({"uniqueItems": True}, [["1", 2], [1, "2"]]),
    ({"uniqueItems": True}, [1, 1.0]),
    ({"uniqueItems": True}, [True, 1, "true"]),
    ({"uniqueItems": True}, [*(f"x{n}" for n in range(18)), "1", 1]),
    ({"uniqueItems": True}, [*(f"x{n}" for n in range(19)), "1", 1]),
    ({"uniqueItems": True}, [*(f"x{n}" for n in range(30)), "x3"]),
    ({"uniqueItems": False}, [1, 1]),
    ({"uniqueItems": True}, "no list"),
    ({"not": {"enum": [1, "1"]}}, 7),
    ({"not": {"enum": ["1", 1]}}, 7),
    ({"not": {"enum": [["1", 2], [1, "2"]]}}, 7),
    ({"not": {"enum": [*(f"x{n}" for n in range(18)), "1", 1]}}, 7),
    ({"not": {"enum": [*(f"x{n}" for n in range(19)), "1", 1]}}, 7),
]


@pytest.mark.parametrize(("schema", "value"), CASES)
def test_helm_says_the_same_of_options_and_lists(schema: dict[str, Any], value: Any) -> None:
    need_helm()
    data = chart({"$schema": DRAFT7, "properties": {"v": schema}})
    assert schema_agrees(data, load_archive(data, "c.tgz"), {"v": value})[0]


def test_what_a_list_repeats_depends_on_the_order() -> None:
    assert repeats(["1", 1])
    assert not repeats([1, "1"])
    assert not repeats([True, 1])


def test_spellings_are_as_many_as_are_needed_and_no_more_than_can_be() -> None:
    assert list(spellings({"a": ["1", "x"], "b": "0.5"})) == [
        {"a": ["1", "x"], "b": 0.5},
        {"a": [1, "x"], "b": "0.5"},
        {"a": [1, "x"], "b": 0.5},
    ]
    assert list(spellings("1/3")) == []
    assert len(list(spellings([str(number) for number in range(40)]))) == 255
    assert spelled("1e999999999") is None
    assert spelled("1/3") == Fraction(1, 3)
