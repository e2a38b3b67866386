"""Links of a template stay in the repository that they are written to."""

from __future__ import annotations

import pytest

from shunter.core.trees.links import leading_out
from shunter.model.files import SYMLINK, FileState


@pytest.mark.parametrize(
    ("folder", "path", "target", "out"),
    [
        (".", "a", "b", False),
        (".", "deep/a", "../b", False),
        (".", "a", "../b", True),
        ("envs/tst", "a", "../../library", False),
        ("envs/tst", "a", "../../../other", True),
        (".", "a", "/etc/passwd", True),
        (".", "a", ".git/hooks", True),
        ("x", "a", "../.GIT", True),
        (".", "a", "b/../../c", True),
        (".", "a", "gitlab", False),
    ],
)
def test_a_link_leads_out_or_not(folder: str, path: str, target: str, out: bool) -> None:
    assert list(leading_out({path: FileState(target.encode(), SYMLINK)}, folder)) == [path] * out


def test_a_file_is_no_link() -> None:
    assert not list(leading_out({"a": FileState(b"/etc/passwd")}, "."))
