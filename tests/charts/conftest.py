"""What the tests of charts share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from helpers.charts.orders import Train


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Train]:
    from helpers.charts.orders import Train  # it needs the embedded Helm, and a conftest cannot be skipped

    made = Train(tmp_path_factory.mktemp("orders"))
    yield made
    made.close()
