"""What stands behind the end of a document is neither read nor a reason to refuse it."""

from __future__ import annotations

from random import Random

import pytest

from helpers.oracles.agreement import reading_agrees
from shunter.core.goyaml.document import read
from shunter.core.goyaml.ends import read_before, rest
from shunter.core.goyaml.nodes import compose

HEADS = (
    "  a: 1\n",
    "    p: 80\n  host: x\n",
    "{a: 1}\n",
    "a: 1\n...\n",
    "a: 1\n",
    "  a: 'x'\nb: |\n  t\n",
    "  a:\n  - 1\n",
)
FILLERS = ("x: 1\n", "# comment\n", "\n", "key: some text\n", "  b: [1, 2]\n", "plain words\n", "- 1\n")
BAD = ("n: \x01\n", "n: \x7f a\n", "\x02", "ok: 1\n")


def test_helm_agrees_on_characters_that_it_may_not_get_to() -> None:
    random, refusals = Random(3), 0
    for _ in range(300):
        fillers = "".join(random.choice(FILLERS) for _ in range(random.randint(0, 200)))
        text = (random.choice(HEADS) + fillers + random.choice(BAD) + "tail: 1\n" * random.randint(0, 3)).encode()
        text = text.replace(b"tail", b"\xff") if random.random() < 0.3 else text
        agrees, refused = reading_agrees(text)
        assert agrees, text
        refusals += refused
    assert 50 < refusals < 250


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("  a: 1\nb: 2\n", 7),
        ("    a: 1\n  b: 2\nc: 3\n", 11),
        ("  a: 1\n# b\n\nc: 2\n", 12),
        ("{a: 1}\nb: 2\n", 7),
        ("{a: 1} # b\n", None),
        ("{a: 1} b\n", 7),
        ("  a: 1\n  b: 2\n# c\n", None),
        ("  a:\n    b: |\n      c\n", None),
        ("a: 1\nb: 2\n", None),
        ("  a: 1\n...\n", 7),
    ],
)
def test_where_reading_ends(text: str, index: int | None) -> None:
    assert rest(compose(text.encode()), text) == index


def test_only_what_helm_has_read_is_looked_at() -> None:
    far = b"  a: 1\n" + b"b: 1\n" * 200 + b"\x01"
    assert read_before(far, len(far) - 1) == far[:512]
    near = b"  a: 1\nb: \x01\n"
    assert read_before(near, near.index(b"\x01")) is None
    whole = b"a: 1\n" * 300 + b"\x01"
    assert read_before(whole, len(whole) - 1) is None


def test_a_short_file_is_refused_as_helm_refuses_it() -> None:
    text = b"    port: 80\n  host: x\nname: \x01a\n"
    assert reading_agrees(text) == (True, True)
    assert [finding.rule for finding in read(text, "v.yaml").findings] == ["yaml-encoding"]
