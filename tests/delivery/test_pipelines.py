"""Generated CI runs, twice for the same commit, and by hand: what was published first is what there is at the end."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.tools import needs_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import PASSWORD, USER, Registry
from helpers.workspaces.talks import Talk

pytestmark = [pytest.mark.registry, needs_helm, pytest.mark.slow]  # a workspace, its tests, and images built for real

COMMAND = "shunter deploy"
PAIRS = [("github", "mono", "inline"), ("gitlab", "multi", "inline")]
if os.environ.get("SHUNTER_TEST_PAIRS") == "all":
    PAIRS = [*itertools.product(("github", "gitlab"), ("mono", "multi"), ("inline", "reusable"))]
"""Each provider and each layout once; `make delivery` takes all, and the pipelines that the workspace's repository holds."""


@pytest.fixture
def talk(registry: Registry, tmp_path: Path) -> Callable[[str, str, str], Talk]:
    """Begin: `talk(ci, layout, pipelines)`."""
    return lambda ci, layout, pipelines: Talk(ci, layout, pipelines, registry, tmp_path)


@pytest.mark.parametrize(("ci", "layout", "pipelines"), PAIRS)
def test_a_commit_in_a_service_is_published_once(
    ci: str, layout: str, pipelines: str, talk: Callable[[str, str, str], Talk]
) -> None:
    """Slow: two pipelines with an image that is built, and the same by hand."""
    said = talk(ci, layout, pipelines)
    before = said.commit("services/orders/notes.txt")
    said.pipeline(before)
    first = said.published()
    versions = json.loads(ok("version", "orders", "-o", "json", cwd=said.code).out)["orders"]
    image, chart = (
        f"{said.place}/orders:{versions['image']['tag']}",
        f"{said.place}/charts/orders:{versions['chart']['version']}",
    )
    assert set(first) == {image, chart}, "a commit in a service builds that service alone"
    values = said.archive(first).files["values.yaml"].data.decode()
    assert first[image] in values, "the chart pins the image of its commit"
    again = said.pipeline(before)
    assert again.count("already there") == 2
    assert said.published() == first

    # By hand, the same commands in a clone of one's own.
    clone = said.machine.cloned(said.origin)
    login = {"SHUNTER_REGISTRY_USER": USER, "SHUNTER_REGISTRY_PASSWORD": PASSWORD}
    commands = (
        "shunter image orders --push --to dist",
        "shunter package orders --build --to dist",
        "shunter push dist/*.tgz --published",
    )
    for command in commands:
        done = subprocess.run(
            ["bash", "-ec", command],
            cwd=clone,
            env=said.machine.environment | login,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout + done.stderr)
    assert (clone / "dist/orders.image").read_text("utf-8").strip().endswith(first[image])
    assert said.published() == first

    # What is new becomes a train, and the train a promotion: once, and then the loop has ended.
    said.trains()
    tips = said.tips()
    environments, following = said.at("tst"), said.at("pre")
    assert f"{environments}/promote/tst" in tips
    listed = git(said.origins / "shop.git", "ls-tree", "-r", "--name-only", "main", "trains/").split()
    assert len(listed) == 1
    assert first[chart] in git(said.origins / "shop.git", "show", f"main:{listed[0]}"), "the train pins what was pushed"
    record = git(said.origins / f"{environments}.git", "show", "promote/tst:envs/tst/.shunter/train.yaml")
    assert first[chart] in record
    said.trains()
    assert said.tips() == tips

    # Somebody merges it: what the environment runs is the image of the commit, and the same train goes on to the next.
    before = said.merged(environments, "promote/tst")
    assert f"@{first[image]}" in said.rendered(environments, before)
    said.trains()
    tips = said.tips()
    assert f"{environments}/promote/tst" not in tips
    record = git(said.origins / f"{following}.git", "show", "promote/pre:envs/pre/.shunter/train.yaml")
    assert first[chart] in record

    # Its base moves while it waits: what that changes for it is derived again, and nothing else happens.
    said.moved(following, "notes.md")
    tips = said.tips()
    said.trains()
    assert said.tips() == tips
    said.moved(following, "envs/pre/values.yaml")
    before_it = said.tips()
    said.trains()
    after_it = said.tips()
    assert {name for name in after_it if after_it[name] != before_it.get(name)} == {f"{following}/promote/pre"}
    assert git(said.origins / f"{following}.git", "rev-parse", "promote/pre^") == after_it[f"{following}/main"]
    assert first[chart] in git(said.origins / f"{following}.git", "show", "promote/pre:envs/pre/.shunter/train.yaml")


def test_a_commit_to_trains_alone_builds_nothing(talk: Callable[[str, str, str], Talk]) -> None:
    """Slow: a workspace, and the checks of its pipeline."""
    said = talk("github", "mono", "inline")
    before = said.commit("trains/notes.txt")
    printed = said.pipeline(before)
    assert "shunter image" not in printed
    assert "shunter package" not in printed
    assert said.published() == {}


def test_a_preview_is_of_what_a_request_changes_and_at_its_end_of_all(talk: Callable[[str, str, str], Talk]) -> None:
    """Slow: a workspace, and three pipelines. No cluster is here: what ends says that there is none."""
    said = talk("github", "mono", "inline")
    said.commit("envs/tst/preview.yaml")

    def preview(action: str, before: str) -> str:
        done = said.machine.github(said.origin, "preview", event="pull_request", action=action, before=before)
        assert done.returncode == (action != "closed" and COMMAND in done.stdout), done.stdout[-6000:] + done.stderr
        return done.stdout

    before = said.commit("envs/pre/notes.txt")
    assert COMMAND not in preview("synchronize", before), "pre has no preview"
    assert "KUBECONFIG_CONTENT is empty, so nothing was deployed from here" in preview("closed", before)
    before = said.commit("envs/tst/notes.txt")
    assert "KUBECONFIG_CONTENT is empty, and KUBECONFIG names no file" in preview("synchronize", before)
