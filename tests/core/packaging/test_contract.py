"""A library's contract in a published app: compressed apart, the same bytes each time, and read as it was."""

from __future__ import annotations

import gzip

import pytest

from helpers.charts.charts import LIBRARY, app_chart, library_chart
from shunter.core.charts.packed import PackedChart
from shunter.core.packaging.contract import CONTRACT, as_published, contract_text
from shunter.core.packaging.publish import published
from shunter.model.files import FileState

TEXT = library_chart()["schema/values.v1.yaml"].encode()


def test_a_published_app_has_the_contract_compressed() -> None:
    files = {path: FileState(text.encode()) for path, text in app_chart("rest-api", "orders").items()}
    made = published(PackedChart.of_files(files), LIBRARY)
    ((path, state),) = ((path, state) for path, state in made.files.items() if CONTRACT.fullmatch(path))
    assert path.endswith("/values.v1.yaml.gz")
    assert gzip.decompress(state.data) == contract_text(path, state.data) == TEXT
    assert len(state.data) < len(TEXT) / 3
    assert (state.data, path.rpartition("/")[2]) == as_published("values.v1.yaml", TEXT)[::-1]


def test_one_that_is_not_compressed_is_read_too() -> None:
    assert contract_text("schema/values.v1.yaml", TEXT) == TEXT
    assert as_published("values.v1.yaml.gz", b"x") == ("values.v1.yaml.gz", b"x")


@pytest.mark.parametrize(
    "data",
    [b"", b"no gzip", gzip.compress(TEXT)[:-9], gzip.compress(bytes(5_000_000))],
    ids=["empty", "text", "cut", "bomb"],
)
def test_what_is_damaged_or_too_large_is_none(data: bytes) -> None:
    assert contract_text("schema/values.v1.yaml.gz", data) == b""
