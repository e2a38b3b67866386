"""Which environments a promotion is for, and in which order."""

from __future__ import annotations

import pytest

from shunter.core.trains.waves import waves
from shunter.core.workspace.model import Environment
from shunter.model.errors import ShunterError

ENVIRONMENTS = [
    Environment("tst", "develop"),
    Environment("pre", "staging"),
    Environment("de", "production"),
    Environment("at", "production"),
    Environment("us", "production"),
]
GROUPS = {"eu": ["at", "de"], "empty": [], "wrong": ["nowhere"]}


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        (["tst"], (("tst",),)),
        (["at", "de", "at"], (("at", "de"),)),
        (["stage:production"], (("de",), ("at",), ("us",))),
        (["group:eu"], (("de",), ("at",))),
        (["us", "group:eu", "stage:production"], (("us",), ("de",), ("at",))),
    ],
)
def test_waves(targets: list[str], found: tuple[tuple[str, ...], ...]) -> None:
    assert waves(targets, ENVIRONMENTS, GROUPS) == found


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ([""], "--to names no environment"),
        ([], "promote needs an environment"),
        (["tsst"], "there is no environment `tsst`"),
        (["stage:"], "no environment is in `stage:`"),
        (["stage:prod"], "no environment is in `stage:prod`"),
        (["group:asia"], "no environment is in `group:asia`"),
        (["group:empty"], "no environment is in `group:empty`"),
        (["group:wrong"], "there is no environment `nowhere`"),
        (["team:eu"], "there is no environment `team:eu`"),
    ],
)
def test_what_nobody_knows_is_refused(targets: list[str], says: str) -> None:
    with pytest.raises(ShunterError, match=says) as caught:
        waves(targets, ENVIRONMENTS, GROUPS)
    assert caught.value.hint
