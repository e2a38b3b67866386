"""`shunter image`: what is built of a commit, when it is pushed, and what `package --build` takes up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.tools import require
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.containers import containers
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.registries import PASSWORD, USER, Registry, running
from shunter.flows.delivery.image import handed_on
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError

pytestmark = pytest.mark.registry
DOCKERFILE = "FROM scratch\nARG VERSION\nENV VERSION=$VERSION\nCOPY main.py /\n"


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A docker-registry that wants a password."""
    with running(tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture
def shop(mono: Path, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose images go to the registry, and buildah."""
    require("buildah")
    login = {"SHUNTER_REGISTRY_USER": USER, "SHUNTER_REGISTRY_PASSWORD": PASSWORD}
    for name, value in {**containers(tmp_path / "containers"), **login}.items():
        monkeypatch.setenv(name, value)
    text = (mono / "shunter.yaml").read_text("utf-8") + f"registries: {{images: {registry.host}/{tmp_path.name}}}\n"
    dockerfiles = {f"services/{name}/Dockerfile": DOCKERFILE for name in ("orders", "web")}
    commit_all(
        mono, {"shunter.yaml": text, "services/orders/main.py": "print()\n", "services/web/main.py": "", **dockerfiles}
    )
    return mono


def built(root: Path, *arguments: str) -> dict[str, str]:
    """The row of one image."""
    [row] = json.loads(ok("image", *arguments, "-o", "json", cwd=root).out)["data"]
    return dict(row)


def test_a_commit_is_built_pushed_and_noted_once(shop: Path) -> None:
    found = built(shop, "orders", "--push", "--to", "dist")
    assert found["digest"].startswith("sha256:")
    named = f"{found['image']}:{found['tag']}@{found['digest']}"
    assert (shop / "dist/orders.image").read_text("utf-8") == f"{named}\n"
    (shop / "services/orders/main.py").write_text("print('not committed')\n", "utf-8")
    again = shunter("image", "orders", "--push", "--to", "elsewhere", cwd=shop)
    assert (again.out, "already there" in again.err) == (f"{named}\n", True)
    context = open_context(shop)
    version, app, image = handed_on(context, "orders", shop / "dist", os.environ)
    assert (app, image) == (found["tag"], named)
    assert version.startswith("1.3.0-main.")
    assert handed_on(context, "orders", shop / "nowhere", os.environ)[2] == named.partition("@")[0]
    assert handed_on(context, "store", shop / "dist", os.environ)[1:] == ("", "")
    (shop / "dist/orders.image").write_text("host/x:1\n", "utf-8")
    with pytest.raises(ShunterError, match="names another image"):
        handed_on(context, "orders", shop / "dist", os.environ)


def test_what_the_map_does_not_publish_is_built_and_stays_here(shop: Path, registry: Registry) -> None:
    git(shop, "checkout", "-q", "-b", "wip/x")
    done = shunter("image", "orders", "--push", "--to", "dist", cwd=shop)
    assert "not pushed: branch wip/x is not published" in done.err
    assert not (shop / "dist").exists()
    assert handed_on(open_context(shop), "orders", shop / "dist", os.environ)[2] == ""


def test_what_has_no_code_here_has_no_image(shop: Path) -> None:
    refused = shunter("image", "store", cwd=shop)
    assert refused.code == 2
    assert "there is no code of `store` here" in refused.err
    assert "there is no service and no chart `nobody`" in shunter("image", "nobody", cwd=shop).err
