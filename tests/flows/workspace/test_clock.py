"""The time of a run, and of a build that must be the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shunter.flows.workspace.clock import generated_now


def test_a_build_can_fix_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert generated_now() == "1970-01-02T00:00:00Z"


def test_else_it_is_the_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    before = datetime.now(UTC).replace(microsecond=0)
    now = datetime.fromisoformat(generated_now())
    assert before <= now <= datetime.now(UTC)
