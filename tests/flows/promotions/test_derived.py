"""The workspace as its remotes have it: every repository of its environments, wherever the checkouts stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git
from helpers.workspaces.promoted import Promoted
from helpers.workspaces.remotes import Remotes
from shunter.flows.promotions.derived import TRIES, derived, until_taken
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError


def test_each_repository_of_an_environment_is_there_as_its_remote_has_it(tmp_path: Path) -> None:
    remotes = Remotes(tmp_path.resolve())
    ours = remotes.cloned("many", without=("shop-pre", "orders"))
    remotes.moved("shop-tst", {"README.md": "newer\n"})
    with derived(open_context(ours)) as there:
        sites = {site.name: site for site in there.context.sites("environment", missing_ok=True)}
        root = sites["tst"].root
        assert ((root / "README.md").read_text(), there.tips[root].commit) == ("newer\n", remotes.head("shop-tst"))
        assert not sites["pre"].root.exists()
        assert not (there.context.root / "shop-charts").exists()
        assert there.made_in(root) == ""
        git(root, "commit", "-q", "--allow-empty", "-m", "made")
        assert there.made_in(root) == git(root, "rev-parse", "HEAD")
    assert (ours / "shop-tst/README.md").read_text() == "shop-tst\n"


def test_it_is_derived_again_five_times_at_most(promoted: Promoted) -> None:
    tried: list[Path] = []
    with pytest.raises(ShunterError, match=f"trains: the remote has moved {TRIES} times"):
        until_taken(open_context(promoted.ours), "trains", lambda there: tried.append(there.context.root))
    assert len({*tried}) == TRIES == 5
