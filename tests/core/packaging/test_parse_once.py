"""The managed lines of `.helmignore`."""

from __future__ import annotations

from shunter.core.packaging.parse_once import managed


def test_lines_follow_the_pinned_library_and_leave_the_rest() -> None:
    mine = "# mine\nREADME.md\n"
    first = managed(mine, "lib", ["Chart.yaml", "templates/_lib.v1.tpl"])
    assert first.endswith(mine)
    assert "charts/*/charts/lib/templates/_lib.v1.tpl\n" in first
    assert managed(first, "lib", ["templates/_lib.v1.tpl"]) == first
    second = managed(first, "lib", ["templates/_lib.v2.tpl"])
    assert "_lib.v1.tpl" not in second
    assert second.count("charts/*/charts/lib/") == 1
    assert second.endswith(mine)
