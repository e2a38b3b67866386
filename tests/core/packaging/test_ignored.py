"""Lines of `.helmignore` that are no longer written."""

from __future__ import annotations

from shunter.core.packaging.ignored import unmanaged

OURS = """\
# By shunter: the library that this chart pins renders every app, so its copies in the apps are not parsed.
charts/*/templates/lib/_lib.v1.tpl
charts/*/charts/lib/templates/_*.v1.tpl
"""


def test_the_lines_that_were_managed_go_and_the_rest_stays() -> None:
    mine = "# mine\nREADME.md\ncharts/*/templates/other/x.tpl\nno end"
    assert unmanaged(OURS + mine, "lib") == mine
    assert unmanaged(mine, "lib") == mine
