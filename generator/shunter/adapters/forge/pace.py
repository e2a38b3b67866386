"""How fast a forge is asked: a pause between changes, and a rest where it says that it was asked too often."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Final

from shunter.model.data import dataclass

PAUSE: Final = 1
"""Seconds between changes: GitHub wants at least that of who makes many."""
LONGEST: Final = 900
"""Seconds that a run waits for a forge at once; what needs longer is better resumed later."""
_TIMES: Final = 5
_AT_LEAST: Final = 60.0
"""Seconds where a forge does not say how long: what GitHub asks for."""
_REFUSALS: Final = (403, 429)
_READS: Final = ("GET", "HEAD")
_WORDS: Final = re.compile(r"rate limit|too many requests|abuse detection", re.IGNORECASE)


def _silent(line: str) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class Pace:
    """The pace of one run: `pause` seconds between changes; `tell` hears of each rest. The clock is for tests."""

    pause: float = 0.0
    tell: Callable[[str], None] = _silent
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _changed: float = 0.0

    def before(self, method: str) -> None:
        """Wait until the next request of that method may be sent."""
        if method in _READS:
            return
        wait = self._changed + self.pause - self.clock()
        if self._changed and wait > 0:
            self.sleep(wait)
        self._changed = self.clock()

    def again(self, times: int, refusal: float | None, host: str) -> bool:
        """Whether to ask once more, after that many times: a forge wants a rest of `refusal` seconds, which is over."""
        if refusal is None or times >= _TIMES or refusal > LONGEST:
            return False
        self.tell(f"{host} takes no requests for {refusal:.0f} s: waiting")
        self.sleep(refusal)
        return True


def rest(status: int, headers: Mapping[str, str], said: str, now: float) -> float | None:
    """Seconds of rest that an answer asks for; None where it is no refusal for being asked too often.

    `headers` have names in small letters, `now` is in seconds since the epoch.
    """
    if status not in _REFUSALS:
        return None
    wait = _seconds(headers.get("retry-after", ""), now)
    empty = next((n for n in ("x-ratelimit", "ratelimit") if headers.get(f"{n}-remaining") == "0"), "")
    reset = headers.get(f"{empty}-reset", "")
    if wait is None and empty and reset.isdecimal():
        wait = float(reset) - now if float(reset) > now / 2 else float(reset)
    if wait is None and (status == 429 or _WORDS.search(said)):
        wait = _AT_LEAST
    return None if wait is None else max(wait, 0.0) + 1


def _seconds(text: str, now: float) -> float | None:
    """`Retry-After`: seconds, or a date."""
    if text.isdecimal():
        return float(text)
    from email.utils import parsedate_to_datetime  # it loads sockets and more, for an answer that is rare

    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (TypeError, ValueError):
        return None
