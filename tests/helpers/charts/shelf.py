"""A registry in memory, for flows that ask one: what it was asked, and charts of which it gives no answer."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import UNKNOWN, Digests
from shunter.model.errors import ShunterError

MANIFEST = f"sha256:{'0' * 64}"


class Shelf:
    """Charts that others publish to as well. `fetched` are names, versions and digests, `listed` names of charts."""

    shared = True

    def __init__(self, *charts: PackedChart, down: Mapping[str, str] | None = None) -> None:
        self.charts = {chart.key: chart for chart in charts}
        self.down = down or {}
        self.fetched: list[tuple[str, str, str]] = []
        self.listed: list[str] = []

    def has(self, name: str, version: str) -> bool:
        return self.digests(name, version) is not None

    def versions(self, name: str) -> list[str]:
        self.listed.append(name)
        self._answer(name)
        return [version for chart, version in self.charts if chart == name]

    def digests(self, name: str, version: str) -> Digests | None:
        self._answer(name)
        found = self.charts.get((name, version))
        return Digests(found.digest, MANIFEST) if found else None

    def fetch(self, name: str, version: str, wanted: Digests = UNKNOWN) -> PackedChart:
        self.fetched.append((name, version, wanted.archive))
        self._answer(name)
        if (name, version) not in self.charts:
            raise ShunterError(f"no {name} {version}")
        return self.charts[name, version]

    def _answer(self, name: str) -> None:
        if name in self.down:
            raise ShunterError(self.down[name])
