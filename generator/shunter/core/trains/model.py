"""A train, and the yank of one, as data."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.core.charts.pins import Pin
from shunter.model.data import dataclass, field


@dataclass(frozen=True, slots=True)
class Train:
    """A Software Release Train: a version and the exact chart of every car, keyed by alias.

    `line` groups trains that follow each other, such as those of one client; `base` is the train that this one was cut
    from. `drops`, `lower` (alias to the version that it goes down from) and `replaces` (old alias to new one) are the
    cars of the base that go away, down or over to another chart, said once for all environments.
    """

    version: str
    cars: Mapping[str, Pin]
    cut: str = ""
    line: str = ""
    base: str = ""
    drops: tuple[str, ...] = ()
    lower: Mapping[str, str] = field(default_factory=dict)
    replaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Yank:
    """A train that nobody is to promote any more, why, who said so, and when (RFC 3339, UTC)."""

    version: str
    why: str
    at: str = ""
    by: str = ""
