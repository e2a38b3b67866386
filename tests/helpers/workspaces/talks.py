"""The talk from a commit of a service to where it runs, by the generated pipelines of one provider, with all that it needs."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from pathlib import Path

from helpers.charts.releases import substitute
from helpers.tools import require
from helpers.workspaces.cli import ok
from helpers.workspaces.containers import base_image
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.pipelines import FORGE, Machine, require_folder
from helpers.workspaces.registries import PASSWORD, USER, Registry
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login
from shunter.core.charts.packed import PackedChart

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
  tst: {{stage: develop, namespace: "{place}-tst"}}
  pre: {{promotes-from: tst}}
promotions: {{direct: []}}
"""
_NUMBERS = itertools.count(1)


class Talk:
    """A workspace with its remotes, a registry, and a machine that runs the pipelines of one provider.

    Its jobs deploy by the `kubeconfig` of a cluster. Without one those of GitLab push the branch that a controller follows,
    since a pipeline there is run whole.
    """

    def __init__(
        self, ci: str, layout: str, pipelines: str, registry: Registry, folder: Path, kubeconfig: Path | None = None
    ) -> None:
        require("buildah")
        self.ci, self.pipelines, self.registry, self.folder = ci, pipelines, registry, folder
        self.layout, self.place = layout, f"talk-{os.getpid()}-{next(_NUMBERS)}"
        self.origins, self.root = folder / "origins", folder / "shop"
        origins = FORGE if pipelines == "reusable" else f"file://{self.origins}"
        deployment = "gitops" if ci == "gitlab" and not kubeconfig else "helm"
        where = {"origins": origins, "host": registry.host, "place": self.place, "deployment": deployment}
        text = WORKSPACE.format(layout=layout, ci=ci, pipelines=pipelines, **where)
        (folder / "values.yaml").write_text(text, "utf-8")
        ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=folder)
        self.machine = Machine(
            folder / "machine", Path(require_folder("SHUNTER_TEST_BASE", "make delivery")), self.origins, kubeconfig
        )
        self.machine.folder.mkdir()
        self.code = self.root / "orders" if layout == "multi" else self.root
        repositories = [self.root, *(path.parent for path in self.root.glob("*/.git"))]
        for dockerfile in self.code.glob("services/*/Dockerfile"):  # this machine has another image under that tag
            _, digest = base_image(dockerfile.read_text("utf-8"))
            substitute(dockerfile, digest, "")
            git(self.code, "commit", "-q", "-m", "build: the machine's own image", str(dockerfile))
        for repository in repositories:
            origin = self.origins / f"{repository.name}.git"
            origin.mkdir(parents=True)
            git(origin, "init", "-q", "--bare", "-b", "main")
            git(repository, "push", "-q", str(origin), "main")

    @property
    def origin(self) -> Path:
        """The remote of the service's code."""
        return self.origins / f"{self.code.name}.git"

    def at(self, environment: str) -> str:
        """The repository of an environment."""
        return f"shop-{environment}" if self.layout == "multi" else "shop"

    def commit(self, path: str, text: str = "more\n") -> str:
        """Change a file of the service's repository, and push; the commit before."""
        if self.layout == "mono":  # trains are committed there
            git(self.code, "pull", "-q", "--ff-only", str(self.origin), "main")
        before = git(self.code, "rev-parse", "HEAD")
        commit_all(self.code, {path: text})
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

    def deployed(self, repository: str, before: str) -> subprocess.CompletedProcess[str]:
        """The pipeline of an environment's repository with the job that deploys, which may fail."""
        origin = self.origins / f"{repository}.git"
        if self.ci == "gitlab":
            return self.machine.gitlab(origin)
        return self.machine.github(origin, "ci", "deploy", before=before)

    def by_hand(self, *words: str) -> str:
        """What a person's command prints, in a clone of the workspace with all that is checked out in it."""
        root = self.machine.cloned(self.origins / "shop.git")
        for command in (("clone",), words) if self.layout == "multi" else (words,):
            done = subprocess.run(
                ["shunter", *command],
                cwd=root,
                env=self.machine.environment | {"SHUNTER_REGISTRY_USER": USER, "SHUNTER_REGISTRY_PASSWORD": PASSWORD},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, (command, done.stdout + done.stderr)
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
