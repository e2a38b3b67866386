"""SIGTERM ends what is under way as Ctrl-C does."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from shunter.adapters.system.ending import ended_in_order


def test_sigterm_is_an_interrupt_for_as_long_as_it_lasts() -> None:
    before = signal.getsignal(signal.SIGTERM)

    def told() -> None:
        with ended_in_order():
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()

    with pytest.raises(KeyboardInterrupt):
        told()
    assert signal.getsignal(signal.SIGTERM) == before


def test_in_another_thread_nothing_is_done() -> None:
    seen = []

    def run() -> None:
        with ended_in_order():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]
