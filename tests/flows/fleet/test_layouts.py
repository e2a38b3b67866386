"""Every layout goes the whole way, and what it renders does not depend on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.tools import agree, need_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.workspaces import MONOLITHS, NINE, ONE_SERVICE, digest, make_example

KUBERNETES = ("1.33", "1.35", "1.37")


def mostly_slow(layouts: list[str]) -> list[Any]:
    """The two extremes, all in one and each alone; those between are for CI: they are put together from the same parts."""
    slow = [pytest.param(layout, marks=pytest.mark.slow) for layout in layouts[1:-1]]
    return [layouts[0], *slow, layouts[-1]]


def whole_way(root: Path) -> str:
    ok("package", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    ok("promote", "--from", "tst", "--to", "pre", cwd=root)
    ok("validate", "--strict", cwd=root)
    ok("lint", "--strict", cwd=root)
    return ok("render", "tst", cwd=root).out + ok("render", "pre", cwd=root).out


def assert_nothing_changes(root: Path) -> None:
    before = digest(root)
    for command in (["package"], ["train", "cut", "1.0.0"], ["promote", "1.0.0", "--to", "tst"], ["lock"], ["update"]):
        ok(*command, cwd=root)
    assert digest(root) == before
    ok("lock", "--check", cwd=root)
    ok("update", "--check", cwd=root)


@pytest.mark.slow  # a workspace for each layout; test_samples renders all of them
@pytest.mark.parametrize("layout", mostly_slow(NINE))
def test_the_example_renders_the_same_in_nine_layouts(layout: str, tmp_path: Path) -> None:
    need_helm()
    root = make_example(tmp_path, layout)
    manifests = whole_way(root)
    assert manifests.count("\nkind: ") > 10
    agree("nine.yaml", manifests)
    assert_nothing_changes(root)


@pytest.mark.slow  # a workspace for each layout; test_samples renders all of them
@pytest.mark.parametrize("layout", mostly_slow(MONOLITHS))
def test_one_service_renders_the_same_in_four_layouts(layout: str, tmp_path: Path) -> None:
    need_helm()
    values = tmp_path / "shunter.yaml"
    values.write_text(ONE_SERVICE.replace("LAYOUT", layout), "utf-8")
    ok("new", "shop", "--defaults", "--data-file", str(values), cwd=tmp_path)
    manifests = whole_way(tmp_path / "shop")
    agree("four.yaml", manifests)
    assert_nothing_changes(tmp_path / "shop")


def test_the_manifests_are_valid_for_kubernetes(example_on_rails: Path) -> None:
    need_helm()
    import kubernetes_validate

    text = ok("render", "tst", cwd=example_on_rails).out
    documents = [document for document in yaml.safe_load_all(text) if document]
    assert len(documents) > 10
    for version in KUBERNETES:
        for document in documents:
            kubernetes_validate.validate(document, version, strict=True)
