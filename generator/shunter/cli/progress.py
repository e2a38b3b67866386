"""Progress at a terminal: one line of stderr that says what, how far, and how long; drawn anew, and gone at the end.

The one way in which a run shows that it is alive. It is not shown in a pipe, to programs, or where nobody wants words.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from threading import Lock, Timer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from shunter.cli.parse import Arguments

PATIENCE = 1.0
"""Seconds before anything is shown: most runs are over by then."""
_OFTEN = 0.1
_NARROW = 20
_AS_TEXT = ("", "text", "table")


class Line:
    """A line of progress on a terminal: a function that flows call, from any thread, see `model.progress`.

    The time that is left is what each took so far, for as many as are left.
    """

    def __init__(self, terminal: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal, self._clock, self._lock = terminal, clock, Lock()
        self._start = self._since = clock()
        self._total = self._first = 0
        self._drawn = float("-inf")
        self._shown = self._over = False
        self._late: Timer | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done, and `what` is being done."""
        now = self._clock()
        with self._lock:
            if total != self._total or done < self._first:
                self._total, self._first, self._since = total, done, now
            if self._over or now - self._start < PATIENCE:
                return
            self._forget()
            text = _text(what, done, total, now - self._start, self._left(done, now))
            if now - self._drawn >= _OFTEN:
                self._drawn = now
                self._draw(text)
            else:
                self._draw_later(text)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the line away, and let no thread draw it in here: something else is written."""
        with self._lock:
            self._clear()
            yield

    def end(self) -> None:
        """Take the line away for good: threads that still work draw nothing behind the last word of the run."""
        with self._lock:
            self._over = True
            self._clear()

    def _clear(self) -> None:
        self._forget()
        if self._shown:
            self._put("\r\x1b[K")
            self._shown = False

    def _draw_later(self, text: str) -> None:
        """What comes too soon after another may be what takes long, and is shown if nothing comes after it."""

        def draw() -> None:
            with self._lock:
                if self._late is timer:
                    self._late = None
                    self._draw(text)

        timer = self._late = Timer(_OFTEN, draw)
        timer.daemon = True
        timer.start()

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _left(self, done: int, now: float) -> float:
        made = done - self._first
        return (now - self._since) / made * (self._total - done) if made else 0.0

    def _draw(self, text: str) -> None:
        width = max(_width(self._terminal) - 1, _NARROW)
        self._shown = True  # a Ctrl-C may come once the first letter is out
        self._put("\r\x1b[K" + (text if len(text) <= width else f"{text[: width - 3]}..."))

    def _put(self, text: str) -> None:
        try:
            self._terminal.write(text)
            self._terminal.flush()
        except (OSError, ValueError):
            self._drawn = float("inf")  # nobody is left to see it


def _text(what: str, done: int, total: int, seconds: float, left: float) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in what)
    far = f", {done} of {total}" if total > 1 else ""
    rest = f", about {_time(left)} left" if left >= 1 else ""
    return f"{shown}{far} ({_time(seconds)}{rest})"


def _time(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _width(terminal: TextIO) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def line_for(arguments: Arguments) -> Line | None:
    """The line of a run with these arguments; None where nobody watches: pipes, `--quiet`, `-o json` and the like."""
    watched = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if not watched or arguments.quiet or getattr(arguments, "output", "") not in _AS_TEXT:
        return None
    global _line
    _line = _line or Line(sys.stderr)
    return _line


_line: Line | None = None


@contextmanager
def away() -> Iterator[None]:
    """Take the line away, if there is one, while something else is written in here."""
    if _line is None:
        yield
        return
    with _line.away():
        yield


def end() -> None:
    """Take the line away for good: the run is over."""
    global _line
    if _line is not None:
        _line.end()
    _line = None
