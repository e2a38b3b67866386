"""A train as data."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.core.charts.pins import Pin
from shunter.model.data import dataclass


@dataclass(frozen=True, slots=True)
class Train:
    """A Software Release Train: a version and the exact chart of every car, keyed by alias, and the library."""

    version: str
    library: Pin
    cars: Mapping[str, Pin]
    cut: str = ""
