"""Which repositories a command looks at, and what it knows of each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.core.delivery.touched import CHART, CODE, ENVIRONMENT, Place
from shunter.flows.delivery.checkouts import Checkout, checkouts
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError


def seen(folder: Path) -> dict[str, Checkout]:
    return {checkout.name: checkout for checkout in checkouts(open_context(folder))}


def test_one_repository_has_everything(mono: Path) -> None:
    [(name, found)] = seen(mono / "charts/orders").items()
    assert (name, found.root) == ("shop", mono)
    assert [place.name for place in found.all(CODE)] == ["orders", "web"]
    assert [place.name for place in found.all(CHART)] == ["shop-library", "orders", "web", "store"]
    assert found.all(ENVIRONMENT)[0].files == ("envs/common.yaml", "envs/tst/values.yaml")
    assert found.chart(Place(CHART, "orders", "charts/orders")).version == "1.3.0"


def test_the_workspace_sees_what_is_checked_out_and_a_repository_itself(multi: Path) -> None:
    assert [*seen(multi)] == ["shop", "orders", "web", "store", "shop-tst", "shop-pre"]
    assert [*seen(multi / "orders/charts")] == ["orders"]
    shutil.rmtree(multi / "web")
    assert "web" not in seen(multi)


def test_a_clone_that_stands_alone_knows_the_same(multi: Path, mono: Path, tmp_path: Path) -> None:
    for origin, name in ((multi / "orders", "orders"), (mono, "shop")):
        clone = tmp_path / f"clone-{name}"
        git(tmp_path, "clone", "-q", str(origin), str(clone))
        [below], [alone] = seen(origin).values(), seen(clone).values()
        assert (below.name, below.places, below.answers) == (alone.name, alone.places, alone.answers)


def test_a_chart_is_read_as_committed(mono: Path) -> None:
    (mono / "charts/orders/Chart.yaml").write_text("name: [", "utf-8")
    [found] = seen(mono).values()
    place = Place(CHART, "orders", "charts/orders")
    assert found.chart(place).version == "1.3.0"
    commit_all(mono, {})
    [found] = seen(mono).values()
    with pytest.raises(ShunterError) as caught:
        _ = found.chart(place).version
    assert caught.value.span is not None
    assert caught.value.span.path == "charts/orders/Chart.yaml"


def test_an_existing_chart_of_the_workspace_is_a_chart(mono: Path) -> None:
    text = (mono / "shunter.yaml").read_text("utf-8")
    changed = text.replace("environments:", "  third: {chart: {path: ./third/chart}}\nenvironments:")
    commit_all(mono, {"shunter.yaml": changed})
    [found] = seen(mono).values()
    assert found.places[-1] == Place(CHART, "third", "third/chart")
    assert not found.has(found.places[-1])


def test_what_is_no_repository_of_a_workspace_is_refused(tmp_path: Path) -> None:
    make_repo(tmp_path / "other", {"a": "1"})
    with pytest.raises(ShunterError, match="is no repository of a workspace"):
        seen(tmp_path / "other")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ShunterError, match="is in no git repository"):
        seen(tmp_path / "folder")


def test_a_repository_without_a_commit_is_refused(mono: Path) -> None:
    git(mono, "update-ref", "-d", "HEAD")
    [found] = seen(mono).values()
    with pytest.raises(ShunterError, match="has no commit yet"):
        _ = found.commit
