"""The images of trains and environments: what is asked for, and what is told where nobody can say."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.http import served_by
from helpers.workspaces.registries import Server, answering
from helpers.workspaces.small import publish
from shunter.adapters.helm.engine import EmbeddedEngine
from shunter.flows.workspace.context import Context

DIGEST = f"sha256:{'ab' * 32}"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: "{{ .Release.Name }}"}
spec:
  initContainers: [{name: i, image: docker.io/library/busybox}]
  containers: [{name: a, image: "{{ required "no image" .Values.image }}"}]
"""
Asked = list[tuple[str, str, str]]


@pytest.fixture
def registry(small: Context) -> Iterator[tuple[str, Asked]]:
    """The workspace's registry of images, which has tags that begin with 1, and what it was asked."""
    need_helm()

    def answer(server: Server, _: int) -> tuple[int, dict[str, str], bytes]:
        there = server.path.rpartition("/")[2].startswith(("1", "sha256:ab"))
        return (200, {"Docker-Content-Digest": DIGEST}, b"") if there else (404, {}, b"")

    kind = answering(answer)
    with served_by(kind) as url:
        host = url.removeprefix("http://")
        with (small.root / "shunter.yaml").open("a") as file:
            file.write(f"registries: {{images: '{host}/shop'}}\n")
        git(small.root, "commit", "-qam", "a registry")
        yield host, kind.asked


def release(small: Context, values: Mapping[str, Any]) -> None:
    """Publish orders 1.2.0, a chart with one pod."""
    extra = {"values.yaml": json.dumps(values)}
    publish(small, chart_files("orders", "1.2.0", template=POD, extra=extra), "third/orders")


def test_only_the_workspaces_own_images_are_asked_for(small: Context, registry: tuple[str, Asked]) -> None:
    host, asked = registry
    release(small, {"image": f"{host}/shop/orders:1.0.0"})
    ok("train", "cut", "1.0.0", cwd=small.root)
    assert {(method, path) for method, path, _ in asked} == {("HEAD", "/v2/shop/orders/manifests/1.0.0")}
    shown = ok("train", "images", "1.0.0", cwd=small.root).out.splitlines()
    assert [line.split() for line in shown] == [
        ["APP", "REPOSITORY", "TAG", "DIGEST", "EXISTS"],
        ["orders", "docker.io/library/busybox", "-", "-", "?"],
        ["orders", f"{host}/shop/orders", "1.0.0", "-", "yes"],
    ]
    before = len(asked)
    ok("train", "images", "1.0.0", "--offline", cwd=small.root)
    ok("promote", "1.0.0", "--to", "tst", "--no-images", cwd=small.root)
    assert len(asked) == before
    ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    assert len(asked) == before, "nothing moves"


def test_an_archive_is_rendered_once(
    small: Context, registry: tuple[str, Asked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    release(small, {"image": f"{registry[0]}/shop/orders:1"})
    ok("train", "cut", "1.0.0", cwd=small.root)
    first = ok("train", "images", "1.0.0", cwd=small.root).out
    monkeypatch.setattr(EmbeddedEngine, "render", lambda *_, **__: pytest.fail("rendered again"))
    assert ok("train", "images", "1.0.0", cwd=small.root).out == first
    assert "yes" in first


def test_a_promotion_of_two_asks_once(small: Context, registry: tuple[str, Asked]) -> None:
    host, asked = registry
    release(small, {"image": f"{host}/shop/orders@{DIGEST}"})
    ok("train", "cut", "1.0.0", "--no-images", cwd=small.root)
    assert asked == []
    ok("promote", "1.0.0", "--to", "tst,pre", "--force", "--why", "a test", cwd=small.root)
    assert [path for _, path, _ in asked] == [f"/v2/shop/orders/manifests/{DIGEST}"]


def test_what_is_missing_is_one_finding_for_each_image(small: Context, registry: tuple[str, Asked]) -> None:
    host, _ = registry
    release(small, {"image": f"{host}/shop/orders:2.0.0"})
    said = shunter("train", "cut", "1.0.0", "-o", "json", cwd=small.root)
    [finding] = (each for each in json.loads(said.out)["findings"] if each["rule"] == "image-missing")
    assert (said.code, finding["path"]) == (1, "trains/1.0.0.yaml")
    assert finding["message"] == f"orders: there is no image {host}/shop/orders:2.0.0 in its registry"


def test_a_chart_that_needs_an_environment_is_told(small: Context, registry: tuple[str, Asked]) -> None:
    host, asked = registry
    release(small, {})
    said = ok("train", "cut", "1.0.0", cwd=small.root)
    assert "orders does not render with its own values" in said.err
    assert "orders does not render" in ok("train", "images", "1.0.0", cwd=small.root).err
    said = ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    assert "tst: its images are not asked for, since it does not render here: Helm: no image" in said.err
    assert asked == []
    (small.root / "envs/pre/values.yaml").write_text(f"orders: {{image: '{host}/shop/orders:2'}}\n", "utf-8")
    said = shunter("promote", "--from", "tst", "--to", "pre", cwd=small.root)
    assert f"pre: orders: there is no image {host}/shop/orders:2" in said.err


def test_a_chart_that_helm_would_not_come_back_from_is_not_rendered(
    small: Context, registry: tuple[str, Asked]
) -> None:
    rules = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(34)} | {"d34": {"type": "array"}}
    schema = {"$defs": rules, "$ref": "#/$defs/d0"}
    extra = {"values.yaml": json.dumps({"image": f"{registry[0]}/shop/orders:1"})}
    publish(small, chart_files("orders", "1.2.0", template=POD, schema=schema, extra=extra), "third/orders")
    said = ok("train", "cut", "1.0.0", cwd=small.root)
    assert "orders does not render with its own values" in said.err
    assert registry[1] == []


def test_without_helm_it_is_an_error_with_a_way_on(
    small: Context, registry: tuple[str, Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    release(small, {"image": f"{registry[0]}/shop/orders:1"})
    monkeypatch.setitem(sys.modules, "helm_python", None)
    said = shunter("train", "cut", "1.0.0", cwd=small.root)
    assert said.code == 2
    assert "the embedded Helm is not installed" in said.err
    assert "--no-images" in said.err
    ok("train", "cut", "1.0.0", "--no-images", cwd=small.root)


def test_a_workspace_that_names_no_registry_asks_nobody(small: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    need_helm()
    release(small, {"image": "registry.example/shop/orders:1"})
    monkeypatch.setattr("shunter.adapters.oci.transport.Transport.send", lambda *_, **__: pytest.fail("asked"))
    ok("train", "cut", "1.0.0", cwd=small.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    rows = json.loads(ok("train", "images", "tst", "-o", "json", cwd=small.root).out)
    assert [(row["image"], row["exists"]) for row in rows] == [
        ("docker.io/library/busybox", None),
        ("registry.example/shop/orders:1", None),
    ]


def test_an_environment_that_stands_alone_lists_its_images(small: Context, tmp_path: Path) -> None:
    need_helm()
    release(small, {"image": "ghcr.io/acme/orders:1"})
    ok("train", "cut", "1.0.0", cwd=small.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    assert "runs no image" in ok("train", "images", "pre", cwd=small.root).err
    (small.root / "envs/tst").rename(tmp_path / "tst")
    assert "ghcr.io/acme/orders" in ok("train", "images", "tst", cwd=tmp_path / "tst").out
    said = shunter("train", "images", "9.9.9", cwd=small.root)
    assert (said.code, said.err.count("hint: ")) == (2, 1)
