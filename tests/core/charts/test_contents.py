"""Equal bytes are read once, each reader has a document of its own, and what is kept stays small."""

from __future__ import annotations

import pytest

from helpers.charts.tiny_charts import chart_files, packed
from helpers.reads import counted
from shunter.core.charts import contents
from shunter.model.errors import ShunterError


def test_equal_bytes_are_parsed_once_and_every_place_is_named() -> None:
    with counted() as reads:
        first = contents.read_once(b"a: {b: 1}\n", "x/values.yaml")
        again = contents.read_once(b"a: {b: 1}\n", "y/values.yaml")
        assert first is not again
        assert [document.span(("a", "b")).path for document in (first, again)] == ["x/values.yaml", "y/values.yaml"]
        contents.read_once(b"a: {b: 1}\n", "z/values.yaml", "3")
    assert list(reads.yaml.values()) == [2]


def test_what_is_broken_is_said_of_each_place() -> None:
    found = [contents.read_once(b"a: [\n", name).findings[0].span.path for name in ("x.yaml", "y.yaml")]
    assert found == ["x.yaml", "y.yaml"]


def test_what_was_not_asked_for_longest_goes_first() -> None:
    texts = [b"a: %d\n" % number + b"#" * (contents.MOST_TEXT // 8) for number in range(12)]
    with counted() as reads:
        for text in texts:
            contents.read_once(texts[0], "used.yaml")
            contents.read_once(text, "new.yaml")
        contents.read_once(texts[1], "old.yaml")
    counts = dict(reads.yaml)
    assert sorted(counts.values()) == [1] * 11 + [2]


def test_an_archive_is_unpacked_once_and_its_limit_holds_each_time() -> None:
    data = packed(chart_files("app"))
    with counted() as reads:
        assert contents.unpack_once(data, "a.tgz", 1 << 20) is contents.unpack_once(bytes(data), "b.tgz", 1 << 20)
        assert list(reads.unpacked.values()) == [1]
        with pytest.raises(ShunterError, match=r"c\.tgz"):
            contents.unpack_once(data, "c.tgz", 10)
