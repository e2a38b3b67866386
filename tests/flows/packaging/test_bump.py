"""`shunter bump`: versions of charts and of their library, with what follows from them, one commit per repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from helpers.charts.releases import substitute
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.transcript import error, refusals, untouched

LIBRARY = "shop-library"
APPS = ("api-gateway", "frontend", "catalog", "orders", "orders-db")
CHART = "charts/orders/Chart.yaml"


def heads(root: Path) -> dict[str, str]:
    """Each repository's commit, by the repository's name."""
    return {folder.parent.name: git(folder.parent, "rev-parse", "HEAD") for folder in root.rglob(".git")}


def moved(root: Path, before: dict[str, str]) -> set[str]:
    """The repositories that got exactly one commit since, with nothing left over."""
    now = heads(root)
    changed = {name for name in now if now[name] != before[name]}
    for name in changed:
        folder = root if name == root.name else root / name
        assert git(folder, "rev-parse", "HEAD^") == before[name]
        assert git(folder, "status", "--porcelain") == ""
    return changed


def new_library(root: Path, version: str = "1.1.0") -> None:
    """The library gets a key in its contract and a label, and is committed, not packaged."""
    library = root / "library"
    substitute(library / "Chart.yaml", "version: 1.0.0", f"version: {version}")
    substitute(library / "schema/values.v1.yaml", "\nproperties:\n", "\nproperties:\n  era: {type: string}\n")
    git(library, "commit", "-qam", f"library {version}")


def chart(root: Path, app: str = "orders") -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((root / app / f"charts/{app}/Chart.yaml").read_text("utf-8"))
    return found


def test_one_chart_gets_its_next_version(railed: Path) -> None:
    before, text = heads(railed), (railed / "orders" / CHART).read_text("utf-8")
    result = ok("bump", "orders", "--minor", cwd=railed)
    assert result.out.splitlines() == [
        "SERVICE  VERSION         LIBRARY  REPOSITORY",
        "orders   0.1.0 -> 0.2.0  1.0.0    orders",
    ]
    assert "next: shunter package" in result.err
    assert moved(railed, before) == {"orders"}
    assert (railed / "orders" / CHART).read_text("utf-8") == text.replace("version: 0.1.0", "version: 0.2.0", 1)
    assert git(railed / "orders", "show", "--name-only", "--format=%s%n%b").split("\n") == [
        "Bump orders to 0.2.0",
        "orders: 0.1.0 → 0.2.0",
        "",
        "",
        CHART,
    ]
    ok("validate", "--strict", cwd=railed)
    ok("lock", "--check", cwd=railed)


@pytest.mark.slow  # every app is packaged twice
def test_a_library_is_rolled_out_to_every_app_and_a_train_takes_it(railed: Path) -> None:
    need_helm()
    new_library(railed)
    before = heads(railed)
    result = ok("bump", "--all", "--library", "1.1.0", cwd=railed)
    rows = [line.split() for line in result.out.splitlines()[1:]]
    assert [row[:-1] for row in rows] == [[name, "0.1.0", "->", "0.1.1", "1.0.0", "->", "1.1.0"] for name in APPS]
    assert moved(railed, before) == {row[-1] for row in rows}
    assert "era" in (railed / "orders/charts/orders/values.schema.json").read_text("utf-8")
    assert "1.1.0" in (railed / "orders/charts/orders/Chart.lock").read_text("utf-8")
    ok("validate", "--strict", cwd=railed)
    ok("lint", "--strict", cwd=railed)
    ok("lock", "--check", cwd=railed)

    again = untouched(railed, "bump", "--all", "--library", "1.1.0")
    assert again.code == 0
    assert f"left alone, with {LIBRARY} 1.1.0 already: api-gateway" in again.err

    between = heads(railed)
    ok("package", cwd=railed)
    assert moved(railed, between) == {"shop"}  # what was vendored is what is published
    ok("train", "cut", "1.1.0", cwd=railed)
    train = yaml.safe_load(ok("train", "show", "1.1.0", "-o", "yaml", cwd=railed).out)
    assert {train["cars"][app]["version"] for app in APPS} == {"0.1.1"}


def test_in_one_repository_it_is_one_commit(mono: Path) -> None:
    new_library(mono)
    before = heads(mono)
    ok("bump", "catalog", "orders", "--library", "1.1.0", "--minor", cwd=mono)
    assert moved(mono, before) == {"shop"}
    message = git(mono, "show", "-s", "--format=%B").strip()
    assert message.splitlines() == [
        "Bump 2 charts",
        "",
        "catalog: 0.1.0 → 0.2.0, library 1.0.0 → 1.1.0",
        "orders: 0.1.0 → 0.2.0, library 1.0.0 → 1.1.0",
    ]
    assert not [line for line in git(mono, "show", "--name-only", "--format=").splitlines() if line.startswith("envs/")]
    rest = ok("bump", "--all", "--library", "1.1.0", cwd=mono)
    assert f"left alone, with {LIBRARY} 1.1.0 already: catalog, orders" in rest.err
    assert {line.split()[0] for line in rest.out.splitlines()[1:]} == set(APPS) - {"catalog", "orders"}
    ok("lock", "--check", cwd=mono)


def test_what_is_shown_is_not_written(railed: Path) -> None:
    shown = untouched(railed, "bump", "orders", "--to", "3.0.0", "--app-version", "7", "--diff").out
    assert "-version: 0.1.0" in shown
    assert "+version: 3.0.0" in shown
    dry = untouched(railed, "bump", "orders", "--major", "--dry-run", "-o", "json")
    data = json.loads(dry.out)
    assert data["data"] == [
        {
            "service": "orders",
            "version": "0.1.0",
            "to": "1.0.0",
            "library": "1.0.0",
            "library_to": "1.0.0",
            "repository": "orders",
        }
    ]
    [outcome] = data["outcomes"]
    assert (outcome["status"], outcome["paths"]) == ("planned", [CHART])


def test_a_branch_no_commit_and_an_app_version(railed: Path) -> None:
    before = heads(railed)
    ok("bump", "orders", "--app-version", "7", "--branch", "raise", "--no-commit", cwd=railed)
    assert heads(railed) == before
    assert git(railed / "orders", "branch", "--show-current").strip() == "raise"
    assert git(railed / "orders", "diff", "--cached", "--name-only").split() == [CHART]
    assert (chart(railed)["version"], chart(railed)["appVersion"]) == ("0.1.1", "7")


def test_a_version_that_is_published_with_other_bytes_is_refused(railed: Path) -> None:
    ok("package", "orders", "--version", "0.2.0", "--app-version", "9", cwd=railed)
    [block] = refusals(untouched(railed, "bump", "orders", "--minor", "--app-version", "8"))
    assert (block.rule, block.place) == ("version-taken", "orders/charts/orders/Chart.yaml")
    ok("bump", "orders", "--to", "0.2.0", "--app-version", "9", cwd=railed)  # that is the published chart
    ok("lock", "--check", cwd=railed)


def test_a_library_that_nobody_has_is_refused_with_those_that_are_known(railed: Path) -> None:
    block = error(untouched(railed, "bump", "--all", "--library", "9.9.9"))
    assert block.message == f"{LIBRARY} 9.9.9 is neither in the registry nor in the workspace"
    assert block.hint == "known: 1.0.0"
    new_library(railed)
    assert error(untouched(railed, "bump", "--all", "--library", "1.2.0")).hint == "known: 1.1.0, 1.0.0"


def test_a_library_that_no_commit_holds_is_refused(railed: Path) -> None:
    substitute(railed / "library/Chart.yaml", "version: 1.0.0", "version: 1.1.0")
    assert (
        f"chart {LIBRARY} has changes that no commit holds"
        in error(untouched(railed, "bump", "--all", "--library", "1.1.0"), code=2).message
    )


def test_an_older_library_needs_a_version_that_is_said(railed: Path) -> None:
    new_library(railed)
    ok("bump", "orders", "--library", "1.1.0", cwd=railed)
    result = untouched(railed, "bump", "orders", "--library", "1.0.0")
    assert error(result, code=1).message == f"orders has {LIBRARY} 1.1.0, and 1.0.0 is older"
    ok("bump", "orders", "--library", "1.0.0", "--to", "0.1.2", cwd=railed)
    ok("lock", "--check", cwd=railed)
    assert chart(railed)["version"] == "0.1.2"
    ok("bump", "orders", "--to", "0.1.1", cwd=railed)
    assert chart(railed)["version"] == "0.1.1"


def test_a_library_without_what_the_chart_calls_is_refused(railed: Path) -> None:
    library = railed / "library"
    for template in list((library / "templates").iterdir()):
        template.rename(template.with_name(template.name.replace(".v1.", ".v2.")))
    for template in (library / "templates").iterdir():
        template.write_text(template.read_text("utf-8").replace(f"{LIBRARY}.v1", f"{LIBRARY}.v2"), "utf-8")
    (library / "schema/values.v1.yaml").rename(library / "schema/values.v2.yaml")
    substitute(library / "Chart.yaml", "version: 1.0.0", "version: 2.0.0")
    git(library, "add", "-A", ".")
    git(library, "commit", "-qm", "library 2.0.0")
    block = error(untouched(railed, "bump", "--all", "--library", "2.0.0"), code=1)
    assert block.message.startswith(f"{LIBRARY} 2.0.0 does not define `{LIBRARY}.v1.")
    assert "/templates/" in block.place


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("bump --minor", "name charts, or --all"),
        ("bump orders --all --minor", "name charts, or --all"),
        ("bump orders", "which version?"),
        ("bump orders --minor --patch", "--minor and --patch are two answers"),
        ("bump orders --minor --to 2.0.0", "--to and --minor are two answers"),
        ("bump --all --app-version 2", "--app-version is for one chart"),
        ("bump orders --to ^1", "--to is pinned to `^1`, which is a range and not one version"),
        ("bump orderz --minor", "there is no chart `orderz` in this workspace"),
        (f"bump {LIBRARY} --library 1.0.0", f"{LIBRARY} does not depend on the library chart {LIBRARY}"),
    ],
)
def test_what_makes_no_sense(command: str, message: str, example_on_rails: Path) -> None:
    assert error(untouched(example_on_rails, *command.split())).message == message


def test_a_change_that_is_not_staged_is_kept(railed: Path) -> None:
    with (railed / "orders" / CHART).open("a", encoding="utf-8") as out:
        out.write("# mine\n")
    assert "git" in error(untouched(railed, "bump", "orders", "--minor")).hint
    git(railed / "orders", "add", CHART)
    ok("bump", "orders", "--minor", cwd=railed)
    assert "# mine" in git(railed / "orders", "show", f"HEAD:{CHART}")


def test_the_library_itself_and_a_repository_that_stands_alone(railed: Path, tmp_path: Path) -> None:
    ok("bump", LIBRARY, "--minor", cwd=railed)
    assert "version: 1.1.0" in git(railed, "show", "HEAD:library/Chart.yaml")
    alone = tmp_path / "alone"
    git(tmp_path, "clone", "-q", str(railed / "orders"), str(alone))
    ok("bump", "orders", "--patch", cwd=alone)
    assert "version: 0.1.1" in git(alone, "show", f"HEAD:{CHART}")
    assert error(untouched(alone, "bump", "orders", "--library", "1.1.0")).hint == "known: 1.0.0"


def test_charts_that_shunter_did_not_make(railed: Path) -> None:
    folder = railed / "third/redis"
    folder.mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: redis\nversion: 7.0.0  # upstream\n", "utf-8")
    substitute(
        railed / "shunter.yaml",
        "services:\n",
        "services:\n  redis: {chart: {path: third/redis}}\n"
        "  pg: {chart: {repository: https://charts.example.org, name: postgresql, version: 15.0.0}}\n",
    )
    git(railed, "add", "-A", ".")
    git(railed, "commit", "-qm", "redis")
    ok("bump", "redis", "--minor", cwd=railed)
    assert (folder / "Chart.yaml").read_text("utf-8") == "apiVersion: v2\nname: redis\nversion: 7.1.0  # upstream\n"
    assert "services.pg.chart.version" in error(untouched(railed, "bump", "pg", "--minor")).hint
    assert shunter("bump", "redis", "--library", "1.0.0", cwd=railed).code == 2
