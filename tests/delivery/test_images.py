"""From the digest of an image to the manifests that run it, and images that nobody has, against a real registry."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.charts.releases import substitute
from helpers.tools import need_helm, require
from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import PASSWORD, USER, Registry, dropping, push_image
from helpers.workspaces.workspaces import ONE_SERVICE, copy
from shunter.adapters.oci.credentials import Login
from shunter.core.charts.packed import REVISION, PackedChart

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("impatient")]

ABSENT = f"sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def made(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a service whose image is in the registry, and a broker whose images are elsewhere.

    Nothing is packaged. Not to be changed. The registry's port is put in last: what is rendered is kept between runs.
    """
    root = tmp_path_factory.mktemp("images")
    services = "  orders: {archetype: rest-api, team: alice}\n"
    text = ONE_SERVICE.replace("LAYOUT", "mono").replace(services, f"{services}  store: {{archetype: broker}}\n")
    (root / "values.yaml").write_text(text, "utf-8")
    ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=root)
    for name in ("shunter.yaml", "charts/orders/values.yaml"):
        substitute(root / "shop" / name, "registry.example", registry.host)
    git(root / "shop", "commit", "-qam", "where images are")
    return root / "shop"


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    need_helm()
    return copy(made, tmp_path / "shop")


@pytest.fixture
def image(registry: Registry) -> str:
    """The image of `orders` with its digest, which the tag of its chart leads to."""
    return f"{registry.host}/shop/orders@{push_image(registry.host, 'shop/orders', '0.1.0')}"


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def delete(host: str, repository: str, digest: str) -> None:
    headers = {"Authorization": Login(USER, PASSWORD).basic}
    url = f"http://{host}/v2/{repository}/manifests/{digest}"
    urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="DELETE")).close()


def images(root: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ok("train", "images", name, "-o", "json", cwd=root).out)
    return [row for row in found if row["app"] == "orders"]


def refused(said: Result, image: str) -> None:
    assert (said.code, said.err.count("error")) == (1, 1), said.err
    assert f"orders: there is no image {image} in its registry" in said.err
    assert "[image-missing]" in said.err
    assert "--no-images" in said.err


def test_a_train_pins_images(shop: Path, registry: Registry, image: str) -> None:
    digest = image.partition("@")[2]
    ok("package", "--image", image, cwd=shop)
    archive = shop / ".shunter/registry/orders-0.1.0.tgz"
    packed = archive.read_bytes()
    assert yaml.safe_load(PackedChart("", archive=packed).files["values.yaml"].data)["image"]["digest"] == digest
    for again in (["--image", image], []):
        assert "3 of 3: already in the registry" in ok("package", *again, cwd=shop).err
    assert archive.read_bytes() == packed
    assert "not-packaged" not in ok("train", "cut", "1.0.0", cwd=shop).err
    ok("promote", "1.0.0", "--to", "tst", cwd=shop)
    assert f'image: "{image}"' in ok("render", "tst", cwd=shop).out

    assert push_image(registry.host, "shop/orders", "0.1.0", "moved") != digest
    [row] = images(shop, "tst")
    repository = image.partition("@")[0]
    assert row == {
        "app": "orders",
        "image": image,
        "repository": repository,
        "tag": "",
        "digest": digest,
        "exists": True,
        "found": digest,
    }
    assert images(shop, "1.0.0") == [row]
    ok("promote", "--from", "tst", "--to", "pre", "--dry-run", cwd=shop)

    delete(registry.host, "shop/orders", digest)
    head = git(shop, "rev-parse", "HEAD")
    refused(shunter("promote", "--from", "tst", "--to", "pre", cwd=shop), image)
    assert git(shop, "rev-parse", "HEAD") == head
    assert git(shop, "status", "--porcelain") == ""
    assert images(shop, "tst")[0]["exists"] is False
    ok("promote", "--from", "tst", "--to", "pre", "--no-images", cwd=shop)
    assert f'image: "{image}"' in ok("render", "pre", cwd=shop).out
    assert history(shop, "pre")["evidence"]["images"] == "not asked"
    assert "images" not in history(shop, "tst")["evidence"]


def history(root: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ok("history", name, "-o", "json", cwd=root).out)[-1]
    return found


def test_a_rollback_to_an_image_that_is_gone(shop: Path, registry: Registry, image: str) -> None:
    """Refused, as a promotion is; but nobody has to reach a registry to go back, and --force passes over it."""
    ok("package", "--image", image, cwd=shop)
    ok("train", "cut", "1.0.0", cwd=shop)
    ok("promote", "1.0.0", "--to", "tst", cwd=shop)
    newer = push_image(registry.host, "shop/orders", "0.2.0", "newer")
    ok("bump", "orders", "--minor", cwd=shop)
    ok("package", "orders", "--image", f"{image.partition('@')[0]}@{newer}", cwd=shop)
    ok("train", "cut", "1.1.0", cwd=shop)
    ok("promote", "1.1.0", "--to", "tst", cwd=shop)
    delete(registry.host, "shop/orders", image.partition("@")[2])
    refused(shunter("rollback", "tst", "--dry-run", cwd=shop), image)
    ok("rollback", "tst", "--no-images", "--dry-run", cwd=shop)
    said = ok("rollback", "tst", "--force", "--why", "INC-77", cwd=shop)
    assert f"there is no image {image}" in said.err
    assert history(shop, "tst")["forced"] == ["image-missing"]
    ok("promote", "1.1.0", "--to", "tst", cwd=shop)
    with dropping(registry.host, lambda _: 0) as host:
        substitute(shop / "shunter.yaml", registry.host, host)
        values = shop / "envs/tst/values.yaml"
        values.write_text(f"orders: {{image: {{repository: {host}/shop/orders}}}}\n", "utf-8")
        git(shop, "commit", "-qam", "a registry that is down")
        assert "cannot be reached" in ok("rollback", "tst", cwd=shop).err
    assert history(shop, "tst")["evidence"]["images"] == "not asked"


def test_images_by_tag(shop: Path, registry: Registry) -> None:
    for name in ("shunter.yaml", "charts/orders/values.yaml"):
        substitute(shop / name, f"{registry.host}/shop", f"{registry.host}/tags")
    git(shop, "commit", "-qam", "another place")
    ok("package", cwd=shop)
    name = f"{registry.host}/tags/orders:0.1.0"
    refused(shunter("train", "cut", "1.0.0", cwd=shop), name)
    assert not (shop / "trains/1.0.0.yaml").exists()
    ok("train", "cut", "1.0.0", "--no-images", cwd=shop)
    for arguments in (["1.0.0", "--to", "tst"], ["1.0.0", "--to", "tst", "--dry-run"]):
        refused(shunter("promote", *arguments, cwd=shop), name)
    plan = json.loads(ok("promote", "1.0.0", "--to", "tst", "--dry-run", "--no-images", "-o", "json", cwd=shop).out)
    (shop.parent / "plan.json").write_text(json.dumps(plan), "utf-8")
    refused(shunter("promote", "--plan", "../plan.json", cwd=shop), name)
    digest = push_image(registry.host, "tags/orders", "0.1.0", index=True)
    ok("promote", "--plan", "../plan.json", cwd=shop)
    [row] = images(shop, "tst")
    assert (row["tag"], row["digest"], row["exists"], row["found"]) == ("0.1.0", "", True, digest)


def test_what_an_environment_says_is_what_is_asked_for(shop: Path, registry: Registry, image: str) -> None:
    ok("package", "--image", image, cwd=shop)
    ok("train", "cut", "1.0.0", cwd=shop)
    values = shop / "envs/tst/values.yaml"
    values.write_text(f"orders:\n  image:\n    digest: {ABSENT}\n", "utf-8")
    refused(shunter("promote", "1.0.0", "--to", "tst", cwd=shop), f"{image.partition('@')[0]}@{ABSENT}")
    append(shop / "shunter.yaml", "rules: {image-missing: warning}\n")
    git(shop, "commit", "-qam", "a level")
    said = ok("promote", "1.0.0", "--to", "tst", cwd=shop)
    assert "warning[image-missing]: tst: " in said.err


def test_a_registry_that_is_down_is_one_error(shop: Path, registry: Registry, image: str) -> None:
    ok("package", "--image", image, cwd=shop)
    with dropping(registry.host, lambda _: 0) as host:
        substitute(shop / "shunter.yaml", registry.host, host)
        values = shop / "envs/tst/values.yaml"
        values.write_text(f"orders:\n  image:\n    repository: {host}/shop/orders\n", "utf-8")
        git(shop, "commit", "-qam", "a registry that is down")
        ok("train", "cut", "1.0.0", cwd=shop)
        said = shunter("promote", "1.0.0", "--to", "tst", cwd=shop)
        assert (said.code, said.err.count("error: "), said.err.count("hint: ")) == (2, 1, 1), said.err
        assert f"registry {host} cannot be reached" in said.err
        assert "--no-images" in said.err
        ok("promote", "1.0.0", "--to", "tst", "--no-images", cwd=shop)
        shown = ok("train", "images", "tst", cwd=shop)
        assert "nobody can say whether the images exist" in shown.err
        assert shown.out.splitlines()[1].split()[-1] == "?"
        assert "nobody" not in ok("train", "images", "tst", "--offline", cwd=shop).err


def test_the_same_image_gives_the_same_bytes_at_every_later_commit(shop: Path, image: str, tmp_path: Path) -> None:
    later = copy(shop, tmp_path / "later")
    revision = git(shop, "rev-parse", "HEAD").strip()
    (later / "NOTES.md").write_text("nothing of a chart\n", "utf-8")
    git(later, "add", "NOTES.md")
    git(later, "commit", "-qm", "another commit")
    found = []
    for root in (shop, later):
        ok("package", "orders", "--version", "0.2.0-main.1.gabc", "--image", image, cwd=root)
        found.append((root / ".shunter/registry/orders-0.2.0-main.1.gabc.tgz").read_bytes())
    assert found[0] == found[1]
    assert PackedChart("", archive=found[0]).metadata["annotations"][REVISION] == revision


def test_another_image_is_another_chart(shop: Path, image: str) -> None:
    ok("package", "--image", image, cwd=shop)
    other = f"{image.partition('@')[0]}@{ABSENT}"
    said = shunter("package", "--image", other, cwd=shop)
    assert (said.code, "[version-taken]" in said.err) == (1, True)
    append(shop / "charts/orders/values.yaml", "replicaCount: 2\n")
    git(shop, "commit", "-qam", "another chart")
    assert "[version-taken]" in shunter("package", cwd=shop).err
    assert "[not-packaged]" in ok("train", "cut", "1.0.0", cwd=shop).err


def test_images_of_several_charts(shop: Path, image: str) -> None:
    values = yaml.safe_load((shop / "charts/store/values.yaml").read_text("utf-8"))
    store, backup = (values["image"]["repository"], values["backup"]["image"]["repository"])
    elsewhere = f"quay.io/acme/tools:1.0@{ABSENT}"
    said = shunter("package", "--image", image, "--image", f"backup.image={elsewhere}", cwd=shop)
    assert (said.code, said.err.count("hint: ")) == (2, 1)
    assert "is for one chart" in said.err
    said = shunter("package", "--image", image, "--image", f"quay.io/acme/cart@{ABSENT}", cwd=shop)
    assert (said.code, said.err.count("hint: ")) == (2, 1)
    assert "is in quay.io/acme/cart" in said.err
    assert f"store.backup.image ({backup}" in said.err
    assert not (shop / ".shunter/registry/orders-0.1.0.tgz").exists()
    ok("package", "store", "--image", f"{store}@{ABSENT}", "--image", f"backup.image={elsewhere}", cwd=shop)
    ok("package", "--image", image, cwd=shop)
    ok("train", "cut", "1.0.0", cwd=shop)
    ok("promote", "1.0.0", "--to", "tst", cwd=shop)
    names = {row["image"] for row in json.loads(ok("train", "images", "tst", "-o", "json", cwd=shop).out)}
    assert names >= {image, f"{store}@{ABSENT}", f"quay.io/acme/tools@{ABSENT}"}
    ok("validate", "--strict", cwd=shop)


def test_a_tag_is_asked_for_its_digest(shop: Path, registry: Registry, image: str) -> None:
    repository, _, digest = image.partition("@")
    said = shunter("package", "orders", "--image", f"{repository}:9.9.9", cwd=shop)
    assert (said.code, said.err.count("hint: "), "[image-missing]" in said.err) == (1, 1, True)
    assert not (shop / ".shunter/registry/orders-0.1.0.tgz").exists()
    ok("package", "orders", "--image", f"{repository}:0.1.0", cwd=shop)
    packed = PackedChart("", archive=(shop / ".shunter/registry/orders-0.1.0.tgz").read_bytes())
    assert packed.metadata["annotations"]["shunter/images"] == f"image={repository}:0.1.0@{digest}"
    ok("package", "orders", "--image", f"{repository}:0.1.0@{digest}", cwd=shop)


def test_skopeo_sees_what_the_tests_push(registry: Registry, image: str, login: Path) -> None:
    command = [require("skopeo"), "inspect", "--raw", "--tls-verify=false", "--authfile", str(login)]
    done = subprocess.run([*command, f"docker://{image}"], capture_output=True, check=True)
    assert json.loads(done.stdout)["schemaVersion"] == 2
