"""Seconds by phase."""

from __future__ import annotations

from shunter.flows.workspace.phases import Phases


def test_a_phase_ends_where_the_next_begins() -> None:
    times = iter((1.0, 2.0, 4.0, 7.0, 20.0, 21.5))
    phases = Phases(lambda: next(times))
    for name in ("plan", "render", "plan", "", "push", ""):
        phases.begin(name)
    assert phases.seconds == {"plan": 4.0, "render": 2.0, "push": 1.5}
