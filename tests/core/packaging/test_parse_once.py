"""The managed lines of `.helmignore`."""

from __future__ import annotations

from shunter.core.packaging.parse_once import managed


def test_lines_follow_the_pinned_library_and_leave_the_rest() -> None:
    mine = "# mine\nREADME.md\n"
    first = managed(mine, "lib", ["Chart.yaml", "templates/_names.v1.tpl", "templates/_app.v1.tpl"])
    assert first.splitlines(keepends=True)[1:] == [
        "charts/*/templates/lib/_lib.v1.tpl\n", "charts/*/charts/lib/templates/_*.v1.tpl\n", "# mine\n", "README.md\n",
    ]  # fmt: skip
    assert managed(first, "lib", ["templates/_other.v1.tpl"]) == first
    second = managed(first, "lib", ["templates/_names.v2.tpl", "templates/_mine.tpl"])
    assert second.splitlines(keepends=True)[1:] == [
        "charts/*/templates/lib/_lib.v2.tpl\n", "charts/*/templates/lib/_mine.tpl\n",
        "charts/*/charts/lib/templates/_*.v2.tpl\n", "charts/*/charts/lib/templates/_mine.tpl\n",
        "# mine\n", "README.md\n",
    ]  # fmt: skip
