"""Images built and pushed by the machine's own program, to a docker-registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.tools import require
from helpers.workspaces.containers import containers
from helpers.workspaces.registries import PASSWORD, USER, Registry
from shunter.adapters.oci.building import Builder, Recipe, builder, tag_again
from shunter.adapters.oci.images import OciImages
from shunter.core.charts.image import Image
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

pytestmark = pytest.mark.registry


@pytest.fixture
def buildah(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    """buildah, with images of its own, and a login that shunter is told."""
    require("buildah")
    variables = {"SHUNTER_REGISTRY_USER": USER, "SHUNTER_REGISTRY_PASSWORD": PASSWORD}
    for name, value in {**containers(tmp_path / "containers"), **variables}.items():
        monkeypatch.setenv(name, value)
    return builder(["buildah"])


def recipe(text: str) -> Recipe:
    files = {"Dockerfile": FileState(text.encode()), "deep/file": FileState(b"here\n")}
    return Recipe(MemoryTree(files), {"VERSION": "1.5.0"}, {"org.opencontainers.image.version": "1.5.0"})


def test_what_is_built_is_pushed_with_the_digest_that_the_registry_has(registry: Registry, buildah: Builder) -> None:
    image = Image(f"{registry.host}/built/orders", "1.5.0")
    buildah.build(image, recipe("FROM scratch\nARG VERSION\nENV VERSION=$VERSION\nCOPY deep /\n"))
    found = buildah.push(image)
    assert found.startswith("sha256:")
    asked = OciImages(own=True)
    assert asked.digests([image])[image] == found
    tag_again(image, found, ["latest", "1.5"])
    others = [Image(image.repository, "latest"), Image(image.repository, "1.5")]
    assert set(asked.digests(others).values()) == {found}
    with pytest.raises(ShunterError, match="is gone from its registry"):
        tag_again(image, f"sha256:{'0' * 64}", ["latest"])


def test_what_fails_is_told_with_the_end_of_what_was_printed(buildah: Builder) -> None:
    with pytest.raises(ShunterError, match="could not build") as caught:
        buildah.build(Image("localhost/x", "1"), recipe("FROM scratch\nCOPY nothing /\n"))
    assert any("nothing" in note for note in caught.value.notes)
    with pytest.raises(ShunterError, match="could not push"):
        buildah.push(Image("127.0.0.1:1/x", "1"))


def test_without_a_program_nothing_is_built() -> None:
    with pytest.raises(ShunterError, match="no program that builds images"):
        builder(["no-such-builder"])
