"""Where the time of a run goes, phase by phase."""

from __future__ import annotations

import time
from collections.abc import Callable

from shunter.model.data import dataclass, field


@dataclass(slots=True)
class Phases:
    """Seconds by phase; one phase ends where the next begins."""

    clock: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)
    _now: str = ""
    _since: float = 0.0

    def begin(self, name: str) -> None:
        """The phase of that name begins; empty: none does."""
        at = self.clock()
        if self._now:
            self.seconds[self._now] = self.seconds.get(self._now, 0.0) + at - self._since
        self._now, self._since = name, at
