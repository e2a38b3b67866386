"""Generated CI runs, twice for the same commit, and by hand: what was published first is what there is at the end."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.tools import needs_helm, require
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.pipelines import FORGE, Machine, require_folder
from helpers.workspaces.registries import PASSWORD, USER, Registry
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login
from shunter.core.charts.packed import PackedChart

pytestmark = [pytest.mark.registry, needs_helm, pytest.mark.slow]  # a workspace, its tests, and images built for real

WORKSPACE = """\
name: shop
layout: {layout}
ci: {ci}
pipelines: {pipelines}
deployment: {deployment}
repositories: {{url: "{origins}/{{name}}.git"}}
registries: {{images: "{host}/{place}", charts: "oci://{host}/{place}/charts"}}
services:
  orders: {{archetype: rest-api}}
  store: {{archetype: database}}
environments:
  tst: {{stage: develop}}
  pre: {{promotes-from: tst}}
promotions: {{direct: []}}
"""
COMMAND = "shunter deploy"
_NUMBERS = itertools.count(1)
PAIRS = [("github", "mono", "inline"), ("gitlab", "multi", "inline")]
if os.environ.get("SHUNTER_TEST_PAIRS") == "all":
    PAIRS = [*itertools.product(("github", "gitlab"), ("mono", "multi"), ("inline", "reusable"))]
"""Each provider and each layout once; `make delivery` takes all, and the pipelines that the workspace's repository holds."""


class Talk:
    """A workspace with its remotes, a registry, and a machine that runs the pipelines of one provider."""

    def __init__(self, ci: str, layout: str, pipelines: str, registry: Registry, folder: Path) -> None:
        require("buildah")
        self.ci, self.pipelines, self.registry, self.folder = ci, pipelines, registry, folder
        self.place = f"talk-{next(_NUMBERS)}"
        self.origins, self.root = folder / "origins", folder / "shop"
        origins = FORGE if pipelines == "reusable" else f"file://{self.origins}"
        deployment = "gitops" if ci == "gitlab" else "helm"  # a push to a branch, which a pipeline can do here
        where = {"origins": origins, "host": registry.host, "place": self.place, "deployment": deployment}
        text = WORKSPACE.format(layout=layout, ci=ci, pipelines=pipelines, **where)
        (folder / "values.yaml").write_text(text, "utf-8")
        ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=folder)
        self.machine = Machine(
            folder / "machine", Path(require_folder("SHUNTER_TEST_BASE", "make delivery")), self.origins
        )
        self.machine.folder.mkdir()
        self.code = self.root / "orders" if layout == "multi" else self.root
        repositories = [self.root, *(path.parent for path in self.root.glob("*/.git"))]
        for repository in repositories:
            origin = self.origins / f"{repository.name}.git"
            origin.mkdir(parents=True)
            git(origin, "init", "-q", "--bare", "-b", "main")
            git(repository, "push", "-q", str(origin), "main")

    @property
    def origin(self) -> Path:
        """The remote of the service's code."""
        return self.origins / f"{self.code.name}.git"

    def commit(self, path: str) -> str:
        """Change a file of the service's repository, and push; the commit before."""
        before = git(self.code, "rev-parse", "HEAD")
        commit_all(self.code, {path: "more\n"})
        git(self.code, "push", "-q", str(self.origin), "main")
        return before

    def pipeline(self, before: str) -> str:
        """The pipeline of the newest commit, as far as its chart; what it printed."""
        if self.ci == "github":
            done = self.machine.github(
                self.origin, "ci", "build" if self.pipelines == "reusable" else "chart", before=before
            )
        else:
            done = self.machine.gitlab(self.origin)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout + done.stderr

    def trains(self) -> str:
        """The workspace's pipeline of trains, as its schedule starts it; what it printed."""
        origin = self.origins / "shop.git"
        if self.ci == "github":
            done = self.machine.github(origin, "trains", event="schedule")
        else:
            done = self.machine.gitlab(origin, "trains", CI_PIPELINE_SOURCE="schedule")
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout + done.stderr

    def merged(self, repository: str, branch: str) -> str:
        """Merge a branch of a remote into main, as a person does on a forge's page; the commit of main before."""
        clone = self.machine.cloned(self.origins / f"{repository}.git")
        before = git(clone, "rev-parse", "HEAD")
        git(clone, "merge", "-q", "--squash", f"origin/{branch}")
        git(clone, "commit", "-q", "-m", f"Merge {branch}")
        git(clone, "push", "-q", str(self.origins / f"{repository}.git"), "main")
        return before

    def moved(self, repository: str, path: str) -> None:
        """Somebody commits a file to main."""
        clone = self.machine.cloned(self.origins / f"{repository}.git")
        commit_all(clone, {path: "# more\n"})
        git(clone, "push", "-q", str(self.origins / f"{repository}.git"), "main")

    def rendered(self, repository: str, before: str) -> str:
        """The pipeline of an environment's repository, as far as what Helm would apply, or all; what it printed."""
        origin = self.origins / f"{repository}.git"
        if self.ci == "github":
            job = "build" if self.pipelines == "reusable" else "render"
            done = self.machine.github(origin, "ci", job, before=before)
        else:
            done = self.machine.gitlab(origin)
            assert git(origin, "rev-parse", "deploy/tst") == git(origin, "rev-parse", "main")
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout + done.stderr

    def tips(self) -> dict[str, str]:
        """Each branch of each remote, with its commit."""
        shown = {
            origin.stem: git(origin, "for-each-ref", "--format=%(refname:short) %(objectname)")
            for origin in self.origins.iterdir()
        }
        return {
            f"{name}/{line.split()[0]}": line.split()[1] for name, lines in shown.items() for line in lines.splitlines()
        }

    def published(self) -> dict[str, str]:
        """Each tag of the images and charts that are in the registry, with its digest."""
        client = Client(self.registry.host, login=Login(USER, PASSWORD))
        places = [f"{self.place}/{name}" for name in ("orders", "charts/orders", "charts/store", "charts/shop-library")]
        return {
            f"{place}:{tag}": client.head(place, tag) or "" for place in places for tag in self.registry.tags(place)
        }

    def archive(self, found: dict[str, str]) -> PackedChart:
        """The chart of orders that was pushed, fetched by its digest."""
        client = Client(self.registry.host, login=Login(USER, PASSWORD))
        [digest] = [digest for name, digest in found.items() if "charts/orders" in name]
        manifest = client.manifest(f"{self.place}/charts/orders", digest)
        assert manifest is not None
        layer = json.loads(manifest.data)["layers"][0]["digest"]
        return PackedChart("orders", archive=client.blob(f"{self.place}/charts/orders", layer, 1_000_000))


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
    environments = "shop-tst" if layout == "multi" else "shop"
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
    following = "shop-pre" if layout == "multi" else "shop"
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
    assert "error: KUBECONFIG_CONTENT is empty, and KUBECONFIG names no file" in preview("synchronize", before)
