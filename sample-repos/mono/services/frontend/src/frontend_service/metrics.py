"""Metrics in Prometheus' text format, version 0.0.4."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metric:
    """One value per combination of label values. Counters only grow; gauges go up and down."""

    def __init__(self, kind: str, name: str, description: str, labels: Sequence[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.description = description
        self._labels = tuple(labels)
        self._values: dict[tuple[str, ...], float] = {} if labels else {(): 0.0}
        self._lock = threading.Lock()

    def add(self, *labels: str, by: float = 1.0) -> None:
        """Change the value for these label values."""
        with self._lock:
            self._values[labels] = self._values.get(labels, 0.0) + by

    def lines(self) -> Iterator[str]:
        """The samples, sorted."""
        with self._lock:
            values = sorted(self._values.items())
        for labels, value in values:
            yield sample(self.name, zip(self._labels, labels, strict=True), value)


class Histogram:
    """How many values there were, their sum, and how many were at most each of `BUCKETS`."""

    kind = "histogram"

    def __init__(self, name: str, description: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self.description = description
        self._labels = tuple(labels)
        self._series: dict[tuple[str, ...], list[float]] = {}
        self._lock = threading.Lock()

    def observe(self, value: float, *labels: str) -> None:
        """Count one value, in the unit that the name ends in."""
        with self._lock:
            series = self._series.setdefault(labels, [0.0] * (len(BUCKETS) + 2))
            for index, bound in enumerate(BUCKETS):
                series[index] += value <= bound
            series[-2] += 1
            series[-1] += value

    def lines(self) -> Iterator[str]:
        """The samples, sorted by labels."""
        with self._lock:
            snapshot = sorted((labels, list(series)) for labels, series in self._series.items())
        for values, series in snapshot:
            labels = tuple(zip(self._labels, values, strict=True))
            for bound, count in zip((*BUCKETS, "+Inf"), series, strict=False):
                yield sample(f"{self.name}_bucket", (*labels, ("le", str(bound))), count)
            yield sample(f"{self.name}_count", labels, series[-2])
            yield sample(f"{self.name}_sum", labels, series[-1])


class Registry:
    """All metrics of the process."""

    def __init__(self) -> None:
        self._metrics: list[Metric | Histogram] = []

    def counter(self, name: str, description: str, labels: Sequence[str] = ()) -> Metric:
        """A new counter; by convention its name ends in `_total`."""
        metric = Metric("counter", name, description, labels)
        self._metrics.append(metric)
        return metric

    def gauge(self, name: str, description: str, labels: Sequence[str] = ()) -> Metric:
        """A new gauge."""
        metric = Metric("gauge", name, description, labels)
        self._metrics.append(metric)
        return metric

    def histogram(self, name: str, description: str, labels: Sequence[str] = ()) -> Histogram:
        """A new histogram."""
        metric = Histogram(name, description, labels)
        self._metrics.append(metric)
        return metric

    def render(self) -> str:
        """Everything, as a scrape wants it."""
        lines = []
        for metric in self._metrics:
            lines.append(f"# HELP {metric.name} {metric.description}")
            lines.append(f"# TYPE {metric.name} {metric.kind}")
            lines.extend(metric.lines())
        return "\n".join(lines) + "\n"


def sample(name: str, labels: Iterable[tuple[str, str]], value: float) -> str:
    """One line of the text format."""
    pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    number = int(value) if value.is_integer() else value
    return f"{name}{{{pairs}}} {number}" if pairs else f"{name} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
