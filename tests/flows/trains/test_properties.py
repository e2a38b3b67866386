"""What holds whatever people do: random verbs in a small workspace, each with the seed in the message."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.trains.history import ordered
from shunter.core.trains.order import Order, compare
from shunter.core.trains.state import car_of_brief
from shunter.flows.validation.histories import unexplained
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.flows.workspace.trains import trains_of

TRAINS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
WORDLESS = {"rollback", "merge", "repin", "carried", "rename"}


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


def project(root: Path, name: str) -> ProjectFiles:
    context = open_context(root)
    return files_of(context, context.site("environment", name))


def derived(root: Path, name: str) -> dict[str, bytes]:
    """All files of an environment but its record and history."""
    tree = project(root, name).tree
    states = {path: tree.get(path) for path in tree.paths()}
    own = (".shunter/train.yaml", ".shunter/history/")
    return {path: state.data for path, state in states.items() if state and not path.startswith(own)}


def random_verb(rng: random.Random) -> list[str]:
    environment = rng.choice(["tst", "tst", "pre"])
    source = ["--from", "tst"] if environment == "pre" and rng.random() < 0.7 else [rng.choice(TRAINS)]
    part = rng.choice([[], [], ["--only", "orders"], ["--except", "web"]])
    words = rng.choice([[], ["--allow-downgrade", "all"], ["--allow-remove", "all"]])
    force = ["--force", "--why", "random"] if rng.random() < 0.2 else []
    return rng.choice(
        [
            ["promote", *source, "--to", environment, *part, *words, *force],
            ["promote", *source, "--to", environment, *part, *words, *force],
            ["promote", *source, "--to", environment],
            ["rollback", environment],
            ["rollback", environment, "--only", "orders"],
            ["hold", environment, "orders", "--why", "random"],
            ["unhold", environment, "orders"],
        ]
    )


def is_explained(root: Path) -> None:
    """No car goes down or away without a word that the history keeps, and the history explains every record."""
    context = open_context(root)
    for name in ("tst", "pre"):
        files = project(root, name)
        assert unexplained(files, trains_of(context)) == ()
        for entry in files.entries.values():
            for alias, (was, now) in entry.changed.items():
                pins = [car_of_brief(text).pin if text else None for text in (was, now)]
                if compare(*pins) in (Order.DOWN, Order.REMOVED, Order.REPLACED) and entry.why.verb not in WORDLESS:
                    assert entry.why.allowed.get(alias), (entry.why, alias)


@pytest.mark.parametrize("seed", range(3))
def test_random_verbs_keep_what_trains_promise(seed: int, root: Path) -> None:
    rng = random.Random(seed)
    values = {name: (root / f"envs/{name}/values.yaml").read_bytes() for name in ("tst", "pre")}
    done = 0
    for _ in range(12):
        verb = random_verb(rng)
        name = verb[verb.index("--to") + 1] if "--to" in verb else verb[1]
        before, entry = derived(root, name), project(root, name).record
        assert entry is not None
        result = shunter(*verb, cwd=root)
        assert result.code in (0, 1, 2), (seed, verb, result.err)
        assert git(root, "status", "--porcelain") == "", (seed, verb)
        moved = project(root, name).record != entry
        assert not moved or result.code == 0, (seed, verb)
        if not moved:
            assert derived(root, name) == before, (seed, verb)
            continue
        done += 1
        if verb[0] == "promote":
            head = git(root, "rev-parse", "HEAD")
            assert shunter(*verb, cwd=root).code in (0, 1), (seed, verb)
            assert git(root, "rev-parse", "HEAD") == head, f"twice is once: {seed} {verb}"
            if entry.entry and rng.random() < 0.5 and not any(car.hold for car in entry.cars.values()):
                ok("rollback", name, "--to", entry.entry, cwd=root)
                assert derived(root, name) == before, (seed, verb)
    assert done > 1, seed
    is_explained(root)
    assert values == {name: (root / f"envs/{name}/values.yaml").read_bytes() for name in values}
    for command in ("lint", "lock --check"):
        ok(*command.split(), cwd=root)


@pytest.mark.parametrize("seed", range(2))
def test_two_histories_merged_in_any_order_are_one(
    seed: int, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    others = {name: tmp_path / name / "shop" for name in ("one", "two")}
    for number, (name, folder) in enumerate(others.items()):
        git(tmp_path, "clone", "-q", str(root), str(folder))
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1767225600 + 60 * (number + 1)))
        for _ in range(2):
            shunter("promote", rng.choice(TRAINS[1:]), "--to", "tst", cwd=folder)
        assert len(project(folder, "tst").entries) > 1, (seed, name)
    heads = {name: git(folder, "rev-parse", "HEAD") for name, folder in others.items()}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767312000")
    found = []
    for (name, folder), other in zip(others.items(), ("two", "one"), strict=True):
        git(folder, "fetch", "-q", str(others[other]), heads[other])
        subprocess.run(["git", "merge", "-q", "--no-edit", "FETCH_HEAD"], cwd=folder, capture_output=True, check=False)
        result = shunter("lock", cwd=folder)
        if result.code:
            assert "both sides of the merge changed orders" in result.err, (seed, result.err)
            ok("lock", "tst", "--ours" if name == "one" else "--theirs", "orders", cwd=folder)
        git(folder, "commit", "-q", "--allow-empty", "--no-edit", "-m", "merged")
        is_explained(folder)
        files = project(folder, "tst")
        found.append((files.record, ordered(files.entries), derived(folder, "tst")))
    assert found[0] == found[1], seed
