"""What a train is cut from: of which train somebody said that it is to be released, and what an environment runs."""

from __future__ import annotations

import pytest

from helpers.workspaces.gitrepo import commit_all
from helpers.workspaces.small import WORKSPACE, orders, publish
from shunter.flows.trains.bases import automatic_of, label_of, newest_of, of_environment
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError


def test_the_newest_train_of_a_line_is_one_of_a_person_unless_a_pipeline_asks(shop: Context) -> None:
    publish(shop, orders("1.2.0"))
    cut(open_context(shop.root), Cut(automatic=True), dry_run=False, diff=False)
    trains = trains_of(open_context(shop.root))
    assert newest_of(trains, "", label="main", automatic=True) == "1.2.0-main.1"
    assert newest_of(trains, "", label="main", automatic=False) == "1.1.0"
    assert newest_of(trains, "", label="main", automatic=True, below="1.1.0") == "1.0.0"
    assert newest_of(trains, "acme", label="main", automatic=True) == ""
    assert [*automatic_of(trains, "", "main")] == ["1.2.0-main.1"]


@pytest.mark.parametrize(
    ("development", "label"),
    [
        ("", "main"),
        ("development: git-flow\n", "develop"),
        ("development: custom\nversions: {branches: [{match: trunk, label: edge}]}\n", "edge"),
        ("development: custom\nversions: {branches: [{match: '*', label: wip, version: none}]}\n", "main"),
    ],
)
def test_the_label_is_that_of_the_main_branch_s_builds(small: Context, development: str, label: str) -> None:
    commit_all(small.root, {"shunter.yaml": WORKSPACE + development})
    assert label_of(open_context(small.root)) == label


def test_an_environment_that_runs_nothing_is_no_base(shop: Context) -> None:
    found = shop.require_workspace().environment("tst")
    assert found is not None
    with pytest.raises(ShunterError, match="tst runs nothing yet"):
        of_environment(shop, found)
