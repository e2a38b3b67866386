"""What is deployed, in which order: no cluster is asked for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import make_environment
from helpers.workspaces.small import small_workspace
from shunter.flows.deploying.apart import Apart
from shunter.flows.deploying.targets import targets_of
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError


def test_a_repository_that_stands_alone_says_it_itself(tmp_path: Path) -> None:
    for name, stage in (("tst", "develop"), ("de", "production"), ("us", "production")):
        make_environment(tmp_path, Cluster(tmp_path), f"shop-{name}", name, stage)
    context = open_context(tmp_path)
    found = targets_of(context, ("tst", "stage:production"), "there")
    assert [(each.name, each.cluster, each.apps) for each in found] == [
        (name, "there", ("web",)) for name in ("tst", "de", "us")
    ]
    assert (found[1].release.name, found[1].release.namespace, found[1].helm) == ("shop", "shop-de", "4")
    assert [each.name for each in targets_of(open_context(tmp_path / "envs/de"), ())] == ["de"]
    with pytest.raises(ShunterError, match="no environment is in `stage:staging`"):
        targets_of(context, ("stage:staging",))
    with pytest.raises(ShunterError, match="there is no environment `pro`"):
        targets_of(context, ("pro",))


def test_a_workspace_has_its_order(tmp_path: Path) -> None:
    context = small_workspace(tmp_path / "shop")
    assert [each.name for each in targets_of(context, ("pre", "stage:develop"))] == ["pre", "tst"]


def test_what_is_not_as_pinned_is_not_deployed(tmp_path: Path) -> None:
    make_environment(tmp_path, Cluster(tmp_path), "shop-tst")
    (tmp_path / "envs/tst/charts/web/templates/all.yaml").write_text("kind: Other\n", "utf-8")
    with pytest.raises(ShunterError):
        targets_of(open_context(tmp_path), ("tst",))


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (Apart(release="s" * 54), "no release can be called `sss"),
        (Apart(release="Shop_1"), "no release can be called `Shop_1`"),
        (Apart(namespace="shop/../kube-system"), "no namespace can be called `shop/../kube-system`"),
    ],
)
def test_a_name_that_no_cluster_takes_is_told_at_once(tmp_path: Path, apart: Apart, said: str) -> None:
    make_environment(tmp_path, Cluster(tmp_path), "shop-tst")
    with pytest.raises(ShunterError, match=said) as caught:
        targets_of(open_context(tmp_path), ("tst",), "", apart)
    assert "at most" in caught.value.hint
