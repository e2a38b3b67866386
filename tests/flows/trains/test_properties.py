"""What holds whatever people do: random verbs and merges, each with the seed in the message.

`bench/promotions.py` does the same in as many random workspaces as one likes.
"""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.fuzz.promotions import Shop, is_explained, one_run
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.trains.history import ordered

TRAINS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")


def _made(folder: Path) -> None:
    context = small_workspace(folder / "shop")
    attributes = "envs/*/.shunter/** -merge\nenvs/*/Chart.yaml -merge\nenvs/*/Chart.lock -merge\n"
    attributes += "envs/*/values.schema.json -merge\nenvs/*/charts/** -text -merge\n"
    commit_all(context.root, {".gitattributes": attributes})
    ok("lock", cwd=context.root)
    ok("train", "cut", "1.0.0", cwd=context.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=context.root)
    ok("promote", "--from", "tst", "--to", "pre", cwd=context.root)
    charts = (orders("1.1.0"), "orders"), (chart_files("web", "1.1.0"), "web"), (orders("1.2.0"), "orders")
    for version, (files, name) in zip(TRAINS[1:], charts, strict=True):
        publish(context, files, f"third/{name}")
        ok("train", "cut", version, cwd=context.root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy(shared("small-random", _made) / "shop", tmp_path.resolve() / "shop")


@pytest.mark.parametrize("seed", [0, 2])
def test_random_verbs_in_a_random_workspace_keep_what_trains_promise(seed: int, tmp_path: Path) -> None:
    need_helm()
    done = one_run(seed, tmp_path.resolve() / "shop", verbs=12)
    assert done["promote and rollback"] > 1, (seed, done)


@pytest.mark.parametrize("seed", range(2))
def test_two_histories_merged_in_any_order_are_one(
    seed: int, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    shops = {name: Shop(tmp_path / name / "shop", {}, {"tst": [], "pre": ["tst"]}) for name in ("one", "two")}
    for number, (name, shop) in enumerate(shops.items()):
        git(tmp_path, "clone", "-q", str(root), str(shop.root))
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1767225600 + 60 * (number + 1)))
        for _ in range(2):
            shunter("promote", rng.choice(TRAINS[1:]), "--to", "tst", cwd=shop.root)
        assert len(shop.project("tst").entries) > 1, (seed, name)
    heads = {name: git(shop.root, "rev-parse", "HEAD") for name, shop in shops.items()}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767312000")
    found = []
    for (name, shop), other in zip(shops.items(), ("two", "one"), strict=True):
        folder = shop.root
        git(folder, "fetch", "-q", str(shops[other].root), heads[other])
        subprocess.run(["git", "merge", "-q", "--no-edit", "FETCH_HEAD"], cwd=folder, capture_output=True, check=False)
        result = shunter("lock", cwd=folder)
        if result.code:
            assert "both sides of the merge changed orders" in result.err, (seed, result.err)
            ok("lock", "tst", "--ours" if name == "one" else "--theirs", "orders", cwd=folder)
        git(folder, "commit", "-q", "--allow-empty", "--no-edit", "-m", "merged")
        is_explained(shop)
        found.append((shop.record("tst"), ordered(shop.project("tst").entries), shop.derived("tst")))
    assert found[0] == found[1], seed
