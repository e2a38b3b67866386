"""What the tests of charts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.charts.orders import Train


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Train]:
    made = Train(tmp_path_factory.mktemp("orders"))
    yield made
    made.close()
