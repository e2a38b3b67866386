"""`shunter package` on a machine that has no archives, where the registry has the version already."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import shunter as shunter_package
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.registries import Registry
from helpers.workspaces.workspaces import ONE_SERVICE, copy
from shunter.adapters.oci import charts

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("impatient")]


@pytest.fixture(scope="module")
def made(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A workspace whose charts are pushed, and their archives, which it does not have. Not to be changed."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "login.json").write_text(json.dumps(registry.login()), "utf-8")
    url = f"registries: {{charts: 'oci://{registry.host}/package/charts'}}\n"
    (folder / "values.yaml").write_text(ONE_SERVICE.replace("LAYOUT", "mono") + url, "utf-8")
    root = folder / "shop"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELM_REGISTRY_CONFIG", str(folder / "login.json"))
        ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=folder)
        git(root, "remote", "add", "origin", "git@git.example:acme/shop.git")
        # `new` publishes the library before there is a commit that it could name.
        shutil.rmtree(root / ".shunter/registry")
        git(root, "commit", "-qam", "nothing is published")
        ok("package", cwd=root)
        ok("push", cwd=root)
    charts._client_of.cache_clear()
    archives = {path.name: path.read_bytes() for path in (root / ".shunter/registry").glob("*.tgz")}
    shutil.rmtree(root / ".shunter/registry")
    git(root, "commit", "-qam", "the registry is elsewhere")
    return root, archives


@pytest.fixture
def shop(made: tuple[Path, dict[str, bytes]], tmp_path: Path) -> Path:
    """A copy of that workspace."""
    return copy(made[0], tmp_path / "shop")


def without_registry(root: Path) -> None:
    """Nobody is asked what is published."""
    text = (root / "shunter.yaml").read_text("utf-8")
    (root / "shunter.yaml").write_text(re.sub(r"(?m)^registries:.*\n(  .*\n)*", "", text), "utf-8")
    git(root, "commit", "-qam", "no registry")


def packaged(root: Path) -> dict[str, bytes]:
    ok("package", cwd=root)
    return {path.name: path.read_bytes() for path in (root / ".shunter/registry").glob("*.tgz")}


def test_a_later_commit_gives_the_same_bytes(shop: Path, made: tuple[Path, dict[str, bytes]]) -> None:
    """No registry is asked: the commit that an archive names is the last one that touched what it is made of."""
    without_registry(shop)
    commit_all(shop, {"README.md": "later", "services/orders/README.md": "later"})
    assert packaged(shop) == made[1]


OTHER_ZLIB = """
import zlib
made = zlib.compressobj
def compressobj(level=-1, *arguments, **named):
    return made(1, *arguments, **named)
zlib.compressobj = compressobj
zlib.compress = lambda data, *_, **named: data
"""


@pytest.mark.parametrize(("zone", "mask"), [("Pacific/Kiritimati", "077"), ("America/New_York", "000")])
def test_another_machine_gives_the_same_bytes(
    zone: str, mask: str, shop: Path, made: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """A process of its own, in which zlib compresses in another way; no registry is asked."""
    without_registry(shop)
    (tmp_path / "sitecustomize.py").write_text(OTHER_ZLIB, "utf-8")
    path = f"{tmp_path}{os.pathsep}{Path(shunter_package.__file__).parents[1]}"
    env = os.environ | {"PYTHONPATH": path, "TZ": zone, "SHUNTER_CACHE_DIR": str(tmp_path / "other")}
    command = f"umask {mask} && exec '{sys.executable}' -c 'import zlib; print(zlib.compress(b\"same\"))'"
    told = subprocess.run(["sh", "-c", command], env=env, capture_output=True, check=True)
    assert told.stdout == b"b'same'\n", "the other zlib is in use"
    command = f"umask {mask} && exec '{sys.executable}' -m shunter package"
    subprocess.run(["sh", "-c", command], cwd=shop, env=env, capture_output=True, check=True)
    assert {path.name: path.read_bytes() for path in (shop / ".shunter/registry").glob("*.tgz")} == made[1]


@pytest.mark.parametrize("how", ["another remote", "shallow", "squashed"])
def test_equal_content_is_what_is_published(how: str, shop: Path, made: tuple[Path, dict[str, bytes]]) -> None:
    """These clones name another origin, or none; what is published under that version is taken, and push is done."""
    root = shop
    if how == "another remote":
        git(shop, "remote", "set-url", "origin", "https://git.example/acme/shop.git")
    elif how == "shallow":
        root = shop.parent / "clone"
        git(shop.parent, "clone", "-q", "--depth=1", f"file://{shop}", "clone")
    else:
        git(shop, "checkout", "-q", "--orphan", "squashed")
        git(shop, "commit", "-qm", "all in one")
    assert packaged(root) == made[1]
    rows = json.loads(ok("push", "-o", "json", cwd=root).out)["data"]
    assert {row["state"] for row in rows} == {"already there"}


def test_other_content_is_refused_when_it_is_packaged(shop: Path) -> None:
    commit_all(shop, {"charts/orders/templates/notes.txt": "another chart"})
    said = shunter("package", cwd=shop)
    assert (said.code, said.err.count("error[version-taken]"), said.err.count("hint: ")) == (1, 1, 1)
    assert "--> charts/orders/Chart.yaml" in said.err
    assert "oci://" in said.err
    assert not (shop / ".shunter/registry").exists()
    ok("bump", "orders", "--patch", cwd=shop)
    assert "orders-0.1.1.tgz" in packaged(shop)


def test_who_may_not_ask_packages_all_the_same(shop: Path, login: Path) -> None:
    login.unlink()
    said = ok("package", cwd=shop)
    assert "wants a login" in said.err
    assert "is asked by `shunter push`" in said.err


def test_a_new_version_keeps_the_image_of_the_release_in_the_registry(shop: Path) -> None:
    """The library or the chart changed, and no image was built; what is published last says which one runs."""
    pin = f"registry.example/shop/orders:0.2.0@sha256:{'1' * 64}"
    ok("bump", "orders", "--minor", cwd=shop)
    ok("package", "orders", "--app-version", "0.2.0", "--image", pin, "--to", "../dist", cwd=shop)
    ok("push", "../dist/orders-0.2.0.tgz", cwd=shop)
    assert "already in the registry" in ok("package", "orders", cwd=shop).err + ok("package", "orders", cwd=shop).err
    assert "not-packaged" not in ok("train", "cut", "1.0.0", "--no-images", cwd=shop).err
    shutil.rmtree(shop / ".shunter/registry")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "the registry is elsewhere")
    ok("bump", "orders", "--patch", cwd=shop)
    assert f"orders 0.2.1 keeps the image of orders 0.2.0, as no --image was said: {pin}" in ok("package", cwd=shop).err
