"""A checkout in which git converts line ends is the same tree: what is asked of it, and what is made of it, are too."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.releases import substitute
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.transcript import untouched

ASKED = (
    ("lock", "--check"),
    ("update", "--check"),
    ("update", "--plan"),
    ("validate",),
    ("lint",),
    ("package", "--dry-run"),
    ("promote", "1.0.0", "--to", "tst", "--dry-run"),
)
MADE = (
    ("promote", "1.0.0", "--to", "tst"),
    ("bump", "frontend", "--patch"),
    ("package",),
    ("train", "cut", "1.1.0"),
    ("rename", "service", "orders", "sales"),
    ("lock",),
)


@pytest.mark.slow  # each command twice, in a workspace each
def test_a_checkout_with_crlf_is_the_tree_that_git_holds(
    mono: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    substitute(mono / ".gitattributes", " eol=lf", "")
    git(mono, "commit", "-q", "-a", "-m", "attributes of ours")
    ok("package", cwd=mono)
    ok("train", "cut", "1.0.0", cwd=mono)
    lf, crlf = tmp_path / "lf/shop", tmp_path / "crlf/shop"
    git(tmp_path, "clone", "-q", str(mono), str(lf))
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", str(mono), str(crlf))
    for name in ("shunter.yaml", "library/Chart.yaml", "charts/orders/values.schema.json", ".shunter/applied.yaml"):
        assert b"\r\n" in (crlf / name).read_bytes(), name
    for asked in ASKED:
        said, wanted = untouched(crlf, *asked), untouched(lf, *asked)
        assert (said.code, said.err) == (wanted.code, wanted.err), asked
    for asked in MADE:
        assert shunter(*asked, cwd=crlf).code == shunter(*asked, cwd=lf).code == 0, asked
        assert git(crlf, "ls-tree", "-r", "HEAD") == git(lf, "ls-tree", "-r", "HEAD"), asked
        assert git(crlf, "status", "--porcelain") == "", asked
    assert b"\r\n" in (crlf / "services/sales/README.md").read_bytes(), "as git checks it out"
