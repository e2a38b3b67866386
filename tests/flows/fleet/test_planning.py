"""Which repositories an update is asked for, and which file it would write."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces import own_files
from helpers.workspaces.drafting import FILES, SHOP, SPECS
from helpers.workspaces.gitrepo import write
from shunter.flows.fleet.planning import refuse_swapped, release_text, repositories_of
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve()
    write(root, FILES)
    return root


def test_a_path_stands_for_the_innermost_repository(root: Path) -> None:
    def named(*paths: str) -> set[str]:
        return set(repositories_of([root / path for path in paths], root, SPECS))

    assert named("orders/charts/orders/Chart.yaml", "orders") == {"orders"}
    assert named(".", "shop-tst/envs") == {"shop", "shop-tst"}
    assert named("shunter.yaml") == {"shop"}
    assert named() == set()


@pytest.mark.parametrize("path", ["gone", "orders/gone", "../elsewhere"])
def test_a_path_that_is_in_none_is_refused(path: str, root: Path) -> None:
    with pytest.raises(ShunterError, match="is in no repository of this workspace"):
        repositories_of([(root / path).resolve()], root, SPECS)


def test_a_checkout_that_went_may_still_be_named(root: Path) -> None:
    (root / "orders/charts/orders/Chart.yaml").unlink()
    for folder in ("orders/charts/orders", "orders/charts", "orders"):
        (root / folder).rmdir()
    assert repositories_of([root / "orders"], root, SPECS) == {"orders"}


def test_the_release_alone_changes_in_the_workspaces_file(root: Path) -> None:
    text = b"# ours\nname: shop\ntemplates:\n  release: 1.0.0  # theirs\n"
    context = Context(root, root, SHOP, text=text)
    assert release_text(context, SHOP, SHOP.templates_release) == text
    assert release_text(context, SHOP, "2.0.0") == text.replace(b"1.0.0", b"2.0.0")


def test_a_name_that_went_while_another_came_is_refused() -> None:
    renamed = own_files.workspace("name: shop\nservices: {carts: {archetype: database}}\nenvironments: {tst: {}}\n")
    with pytest.raises(ShunterError, match="service `orders` is gone") as refused:
        refuse_swapped(renamed, SHOP)
    assert "shunter rename service orders carts" in refused.value.hint
    refuse_swapped(renamed, None)
    refuse_swapped(SHOP, SHOP)
