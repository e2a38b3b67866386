"""From a commit to manifests through a registry: package, push, train, promotion, render, digests compared."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.charts.tiny_charts import chart, chart_files
from helpers.tools import HELM, HELM_3, need_helm, needs_helm, needs_helm_3, require
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import Registry, dropping
from helpers.workspaces.transcript import everything
from helpers.workspaces.workspaces import ONE_SERVICE, copy
from shunter.adapters.oci import charts
from shunter.adapters.oci.charts import OciCharts
from shunter.adapters.oci.client import Client
from shunter.core.charts.archive import digest
from shunter.core.charts.artifact import artifact_of
from shunter.core.charts.packed import PackedChart

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("impatient")]

FORMS = {
    "one": "registries: {charts: 'URL'}\n",
    "url": "registries: {charts: {url: 'URL/{repository}/{service}', push: 'URL/{repository}/{service}'}}\n",
}
PLACES = "{charts: {url: 'oci://HOST/group/{repository}/{service}', push: 'oci://HOST/group/{repository}/{service}'}}"


@pytest.fixture(scope="module")
def made(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A workspace of one service by each form of `registries`, its charts pushed. Not to be changed."""
    folder = tmp_path_factory.mktemp("shops")
    login = folder / "login.json"
    login.write_text(json.dumps(registry.login()), "utf-8")
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELM_REGISTRY_CONFIG", str(login))
        for form, text in FORMS.items():
            root = folder / form
            root.mkdir()
            url = f"oci://{registry.host}/{form}/charts"
            values = ONE_SERVICE.replace("LAYOUT", "mono") + text.replace("URL", url)
            (root / "values.yaml").write_text(values, "utf-8")
            ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=root)
            ok("package", cwd=root / "shop")
            ok("push", cwd=root / "shop")
            found[form] = root / "shop"
    charts._client_of.cache_clear()
    return found


@pytest.fixture(params=FORMS)
def shop(request: pytest.FixtureRequest, made: dict[str, Path], tmp_path: Path) -> Path:
    """A copy without archives, as a machine has it that never packaged."""
    root = copy(made[request.param], tmp_path / "shop")
    shutil.rmtree(root / ".shunter/registry")
    git(root, "commit", "-qam", "the registry is elsewhere")
    return root


def test_a_train_runs_what_was_pushed(shop: Path, made: dict[str, Path], registry: Registry) -> None:
    ok("train", "cut", "1.0.0", cwd=shop)
    ok("promote", "1.0.0", "--to", "tst", cwd=shop)
    ok("promote", "--from", "tst", "--to", "pre", cwd=shop)
    for command in ("validate --strict", "lock --check", "status"):
        ok(*command.split(), cwd=shop)
    form = yaml.safe_load((shop / "shunter.yaml").read_text("utf-8"))["registries"]["charts"]
    origin = made["one" if isinstance(form, str) else "url"]
    archive = (origin / ".shunter/registry/orders-0.1.0.tgz").read_bytes()
    train = yaml.safe_load((shop / "trains/1.0.0.yaml").read_text("utf-8"))
    car, manifest = train["cars"]["orders"], artifact_of(PackedChart("", archive=archive)).digest
    assert (car["digest"], car["manifest"]) == (digest(archive), manifest)
    for name in ("tst", "pre"):
        runs = yaml.safe_load((shop / f"envs/{name}/.shunter/train.yaml").read_text("utf-8"))["cars"]["orders"]
        assert (runs["digest"], runs["manifest"]) == (car["digest"], manifest)
    assert (
        json.loads(ok("train", "show", "1.0.0", "-o", "json", cwd=shop).out)["cars"]["orders"]["manifest"] == manifest
    )
    vendored = shop / "envs/tst/charts/orders-0.1.0.tgz"
    assert vendored.exists() != isinstance(form, str)
    found = yaml.safe_load((shop / "envs/tst/Chart.yaml").read_text("utf-8"))
    [item] = (each for each in found["dependencies"] if each["name"] == "orders")
    if vendored.exists():
        assert vendored.read_bytes() == archive
        assert item["repository"] == form["url"].replace("{repository}/{service}", "shop/orders")
    else:
        assert item["repository"] == ""


def test_manifests_are_those_of_the_folder(shop: Path, made: dict[str, Path], tmp_path: Path) -> None:
    need_helm()
    form = "one" if (shop / "shunter.yaml").read_text("utf-8").count("push") == 0 else "url"
    there = copy(made[form], tmp_path / "there")
    rendered = []
    for root in (shop, there):
        ok("train", "cut", "1.0.0", cwd=root)
        ok("promote", "1.0.0", "--to", "tst", cwd=root)
        rendered.append(ok("render", "tst", cwd=root).out)
    assert rendered[0] == rendered[1] != ""


@needs_helm
def test_helm_makes_the_same_charts_of_an_environment(made: dict[str, Path], tmp_path: Path) -> None:
    root = copy(made["url"], tmp_path / "shop")
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    folder = copy(root / "envs/tst", tmp_path / "tst")
    before = everything(folder)
    shutil.rmtree(folder / "charts")
    subprocess.run([HELM, "dependency", "build", str(folder), "--plain-http"], capture_output=True, check=True)
    assert everything(folder) == before


def test_what_was_fetched_is_not_asked_for_again(
    made: dict[str, Path], registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy(made["one"], tmp_path / "shop")
    shutil.rmtree(root / ".shunter/registry")
    git(root, "commit", "-qam", "the registry is elsewhere")
    ok("train", "cut", "1.0.0", cwd=root)
    charts._client_of.cache_clear()
    monkeypatch.setattr(Client, "_ask", lambda *_, **__: pytest.fail("the registry is asked"))
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    kept = [*(tmp_path / "cache/charts").iterdir()]
    assert len(kept) == 2, "orders, and the library, which the cut compares with its folder"
    monkeypatch.undo()


def elsewhere(made: dict[str, Path], name: str, tmp_path: Path) -> Path:
    """The workspace with another place in the registry, a train of what is pushed there, and no archives of its own."""
    root = copy(made["one"], tmp_path / "shop")
    text = (root / "shunter.yaml").read_text("utf-8").replace("/one/charts", f"/{name}/charts")
    (root / "shunter.yaml").write_text(text, "utf-8")
    git(root, "commit", "-qam", "another place")
    ok("push", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    shutil.rmtree(root / ".shunter/registry")
    git(root, "commit", "-qam", "the registry is elsewhere")
    return root


def test_a_pin_is_fetched_by_its_digest_whatever_its_tag_leads_to(
    made: dict[str, Path], registry: Registry, tmp_path: Path
) -> None:
    root = elsewhere(made, "moved", tmp_path)
    other = chart(chart_files("orders", "0.1.0"))
    OciCharts(lambda _: f"oci://{registry.host}/moved/charts").upload(other)
    Client(registry.host).put_manifest("moved/charts/orders", "0.1.0", artifact_of(other).manifest)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    shutil.rmtree(tmp_path / "cache")
    shutil.rmtree(registry.data / "docker/registry/v2/repositories/moved/charts/orders/_layers")
    said = shunter("promote", "--from", "tst", "--to", "pre", cwd=root)
    assert said.code == 1
    assert "the archive that was pinned of oci://" in said.err
    assert said.err.count("hint: ") == 1


def test_a_manifest_that_is_gone_is_told_and_comes_back_by_push(
    made: dict[str, Path], registry: Registry, tmp_path: Path
) -> None:
    root = elsewhere(made, "gone", tmp_path)
    shutil.rmtree(registry.data / "docker/registry/v2/repositories/gone/charts/orders/_manifests")
    for command in (("promote", "1.0.0", "--to", "tst"), ("promote", "1.0.0", "--to", "tst", "--dry-run")):
        said = shunter(*command, cwd=root)
        assert (said.code, said.err.count("error"), said.err.count("hint: ")) == (1, 1, 1)
        assert "error[digest-mismatch]: the manifest that was pinned of oci://" in said.err
        assert "shunter push" in said.err
    ok("status", cwd=root)
    ok("train", "show", "1.0.0", cwd=root)
    ok("push", str(made["one"] / ".shunter/registry/orders-0.1.0.tgz"), cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)


def test_the_same_train_is_cut_again_when_its_charts_are_pushed(made: dict[str, Path], tmp_path: Path) -> None:
    root = copy(made["one"], tmp_path / "shop")
    text = (root / "shunter.yaml").read_text("utf-8").replace("/one/charts", "/late/charts")
    (root / "shunter.yaml").write_text(text, "utf-8")
    git(root, "commit", "-qam", "another place")
    said = ok("train", "cut", "1.0.0", cwd=root)
    assert "not in the registry yet, and pinned by the archive alone: orders 0.1.0 (shunter push)" in said.err
    before = (root / "trains/1.0.0.yaml").read_bytes()
    assert b"manifest" not in before
    ok("push", cwd=root)
    assert "it is cut already" in ok("train", "cut", "1.0.0", cwd=root).err
    assert (root / "trains/1.0.0.yaml").read_bytes() == before
    ok("bump", "orders", "--patch", cwd=root)
    for command in (("package",), ("push",), ("train", "cut", "--bump")):
        ok(*command, cwd=root)
    assert b"manifest" in (root / "trains/1.0.1.yaml").read_bytes()


def test_an_archive_that_is_another_one_in_the_registry_is_in_no_train(
    made: dict[str, Path], registry: Registry, tmp_path: Path
) -> None:
    root = copy(made["one"], tmp_path / "shop")
    text = (root / "shunter.yaml").read_text("utf-8").replace("/one/charts", "/other/charts")
    (root / "shunter.yaml").write_text(text, "utf-8")
    git(root, "commit", "-qam", "another place")
    shelf = OciCharts(lambda _: f"oci://{registry.host}/other/charts")
    other = chart(chart_files("orders", "0.1.0"))
    shelf.upload(other)
    shelf.publish(other)
    said = shunter("train", "cut", "1.0.0", cwd=root)
    assert (said.code, said.err.count("error[version-rewritten]"), said.err.count("hint: ")) == (1, 1, 1)
    assert not (root / "trains").exists()


def test_the_newest_is_what_others_have_pushed(made: dict[str, Path], tmp_path: Path) -> None:
    mine, theirs = copy(made["one"], tmp_path / "mine"), copy(made["one"], tmp_path / "theirs")
    ok("bump", "orders", "--to", "0.2.0", cwd=theirs)
    ok("package", cwd=theirs)
    ok("push", cwd=theirs)
    ok("train", "cut", "1.0.0", cwd=mine)
    assert yaml.safe_load((mine / "trains/1.0.0.yaml").read_text("utf-8"))["cars"]["orders"]["version"] == "0.2.0"
    ok("promote", "1.0.0", "--to", "tst", cwd=mine)


def test_a_registry_that_is_down_stops_what_needs_it_only(
    made: dict[str, Path], registry: Registry, tmp_path: Path
) -> None:
    root = copy(made["one"], tmp_path / "shop")
    ok("train", "cut", "1.0.0", cwd=root)
    with dropping(registry.host, lambda _: 0) as host:
        text = (root / "shunter.yaml").read_text("utf-8").replace(registry.host, host)
        (root / "shunter.yaml").write_text(text, "utf-8")
        git(root, "commit", "-qam", "a registry that is down")
        for command in ("promote 1.0.0 --to tst", "validate", "lock --check", "status", "package"):
            ok(*command.split(), cwd=root)
        said = shunter("train", "cut", "1.1.0", cwd=root)
    assert (said.code, said.err.count("error: "), said.err.count("hint: ")) == (2, 1, 1)
    assert f"registry {host} cannot be reached" in said.err


@pytest.mark.slow  # 6 s: a workspace of several repositories is made for it
@needs_helm
def test_each_chart_has_a_place_of_its_own(registry: Registry, tmp_path: Path) -> None:
    """Where the repository of an environment stands alone, its record says where each chart is; Helm finds it there."""
    text = f"registries: {PLACES.replace('HOST', registry.host)}\n"
    (tmp_path / "values.yaml").write_text(ONE_SERVICE.replace("LAYOUT", "multi") + text, "utf-8")
    ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=tmp_path)
    root = tmp_path / "shop"
    ok("package", cwd=root)
    ok("push", cwd=root)
    assert registry.tags("group/orders/orders/orders") == ["0.1.0"]
    assert registry.tags("group/shop/shop-library/shop-library") == ["1.0.0"]
    shutil.rmtree(root / ".shunter/registry")
    git(root, "commit", "-qam", "the registry is elsewhere")
    [row] = json.loads(ok("pull", "orders", "-d", str(tmp_path), "-o", "json", cwd=root).out)["data"]
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    car = yaml.safe_load((root / "trains/1.0.0.yaml").read_text("utf-8"))["cars"]["orders"]
    assert (car["digest"], car["manifest"]) == (row["archive"], row["manifest"])
    place = f"oci://{registry.host}/group/orders/orders"
    found = {item["name"]: item["repository"] for item in chart_yaml(root / "shop-tst/envs/tst")["dependencies"]}
    assert (found, car["source"]) == ({"orders": place}, place)
    library = f"oci://{registry.host}/group/shop/shop-library"
    assert chart_yaml(root / "orders/charts/orders")["dependencies"][0]["repository"] == library
    alone = copy(root / "shop-tst", tmp_path / "alone")
    ok("lock", "--check", cwd=alone)
    ok("validate", cwd=alone)
    before = everything(alone)
    for folder in (alone / "envs/tst", copy(root / "orders/charts/orders", tmp_path / "orders")):
        shutil.rmtree(folder / "charts")
        subprocess.run([HELM, "dependency", "build", str(folder), "--plain-http"], capture_output=True, check=True)
    assert everything(alone) == before
    shutil.rmtree(alone / "envs/tst/charts")
    ok("lock", cwd=alone)
    assert everything(alone / "envs/tst") == everything(root / "shop-tst/envs/tst")
    record = alone / "envs/tst/.shunter/train.yaml"
    record.write_text(re.sub(r"(?m)^ *source: .*\n", "", record.read_text("utf-8")), "utf-8")
    ok("lock", "--check", cwd=alone)


def chart_yaml(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "Chart.yaml").read_text("utf-8"))
    return found


TRIED = [
    pytest.param(HELM, ["install", "x"], ["--dry-run=client"], marks=needs_helm, id="4"),
    # Helm 3 asks a cluster for its version even then.
    pytest.param(HELM_3, ["template", "x"], [], marks=needs_helm_3, id="3"),
]


@pytest.mark.parametrize(("helm", "words", "options"), TRIED)
def test_helm_installs_what_was_pushed(
    helm: str, words: list[str], options: list[str], made: dict[str, Path], registry: Registry
) -> None:
    place = f"oci://{registry.host}/one/charts/orders"
    command = [helm, *words, place, "--version", "0.1.0", "--plain-http", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "kind: Deployment" in done.stdout
    assert 'name: "x-orders"' in done.stdout


def test_helm_and_skopeo_would_see_the_same(made: dict[str, Path], registry: Registry) -> None:
    rows = json.loads(ok("push", "-o", "json", cwd=made["one"]).out)["data"]
    assert [row["state"] for row in rows] == ["already there"] * len(rows)
    command = [require("skopeo"), "inspect", "--raw", "--tls-verify=false", "--authfile"]
    file = made["one"].parent.parent / "login.json"
    for row in rows:
        place = row["reference"].replace("oci://", "docker://").partition("@")[0]
        done = subprocess.run([*command, str(file), place], capture_output=True, check=True)
        assert digest(done.stdout) == row["manifest"]
