"""Two people work in clones of one workspace, and git merges them: what shunter derives follows, or names a choice."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import helm_python
import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, write
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.transcript import Block, blocks
from helpers.workspaces.workspaces import copy, shared
from shunter.core.trains.state import State
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.records import records

ATTRIBUTES = Path(__file__).parents[3] / "templates/repository/.gitattributes.jinja"


def _with_trains(folder: Path) -> None:
    context = small_workspace(folder / "shop")
    commit_all(context.root, {".gitattributes": ATTRIBUTES.read_bytes()})
    ok("lock", cwd=context.root)
    ok("train", "cut", "1.0.0", cwd=context.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=context.root)
    publish(context, orders("1.1.0"), "third/orders")
    ok("train", "cut", "1.1.0", cwd=context.root)
    publish(context, chart_files("web", "1.1.0"), "third/web")
    ok("train", "cut", "1.2.0", "--from", "1.0.0", "--only", "web", cwd=context.root)
    publish(context, orders("1.2.0"), "third/orders")
    ok("train", "cut", "2.0.0", cwd=context.root)
    git(folder, "clone", "-q", "--bare", str(context.root), "shop.git")


@pytest.fixture(scope="session")
def remote() -> Path:
    """Bare: 1.0.0 in tst; train 1.1.0 raises orders to 1.1.0, 1.2.0 web to 1.1.0, 2.0.0 orders to 1.2.0 and web."""
    return shared("small-remote", _with_trains) / "shop.git"


@pytest.fixture
def two(remote: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of the same state: mine, and that of somebody else; both may push."""
    copy(remote, tmp_path / "shop.git")
    for name in ("mine", "other"):
        git(tmp_path, "clone", "-q", str(tmp_path / "shop.git"), f"{name}/shop")
    return tmp_path / "mine/shop", tmp_path / "other/shop"


def unmerged(root: Path) -> dict[str, str]:
    """The paths with a conflict, with git's two letters."""
    lines = git(root, "status", "--porcelain").splitlines()
    return {line[3:]: line[:2] for line in lines if "U" in line[:2] or line[:2] in ("AA", "DD")}


def merge(mine: Path, other: Path, how: str = "merge") -> dict[str, str]:
    """Merge (or rebase) what the other has into mine, as git does: what is in conflict then."""
    git(mine, "fetch", "-q", str(other), "main")
    command = ["git", how, *(["--no-edit"] if how == "merge" else []), "FETCH_HEAD"]
    done = subprocess.run(command, cwd=mine, capture_output=True, check=False)
    found = unmerged(mine)
    assert bool(found) == bool(done.returncode), done.stderr
    return found


def test_two_who_package_different_charts_merge_without_a_conflict(two: tuple[Path, Path]) -> None:
    mine, other = two
    publish(open_context(mine), orders("1.4.0"), "third/orders")
    publish(open_context(other), chart_files("web", "1.4.0"), "third/web")
    assert merge(mine, other) == {}
    ok("lock", "--check", cwd=mine)
    ok("train", "cut", "3.0.0", cwd=mine)


def test_a_stamp_of_helm_is_nobodys_change(two: tuple[Path, Path]) -> None:
    lock = two[0] / "envs/tst/Chart.lock"
    before = lock.read_bytes()
    helm_python.dependency_update(lock.parent)
    lock.write_bytes(before.replace(b"1970-01-01T00:00:00Z", b"2026-11-28T21:00:00.123456789Z"))
    ok("lock", "--check", cwd=two[0])
    ok("lock", cwd=two[0])
    assert b"2026-11-28" in lock.read_bytes()


def test_derived_files_conflict_without_markers_and_the_board_is_readable(two: tuple[Path, Path]) -> None:
    mine, other = two
    ok("promote", "1.1.0", "--to", "tst", cwd=mine)
    ok("promote", "1.2.0", "--to", "tst", cwd=other)
    found = merge(mine, other)
    assert {"envs/tst/.shunter/train.yaml", "envs/tst/Chart.yaml", "envs/tst/Chart.lock"} <= found.keys()
    assert not [path for path in found if b"<<<<<<<" in (mine / path).read_bytes()]
    assert "1.1.0" in ok("status", cwd=mine).out


RECORD = "envs/tst/.shunter/train.yaml"


def record(root: Path) -> State:
    found = records(open_context(root))["tst"]
    assert found is not None
    return found


def versions(root: Path) -> dict[str, str]:
    return {alias: pin.version for alias, pin in record(root).pins.items()}


def verbs(root: Path) -> list[str]:
    rows = json.loads(ok("history", "tst", "-o", "json", cwd=root).out)
    return [row["verb"] for row in rows]


def promoted(two: tuple[Path, Path], mine: str, other: str, how: str = "merge") -> Path:
    """My clone with a promotion to tst, in the middle of a merge with another one."""
    ok("promote", mine, "--to", "tst", cwd=two[0])
    ok("promote", other, "--to", "tst", cwd=two[1])
    assert RECORD in merge(*two, how)
    return two[0]


def is_sound(root: Path) -> None:
    """Nothing is left of the merge, and a fresh clone is as every check wants it."""
    assert git(root, "status", "--porcelain") == ""
    for command in ("lock --check", "lint", "validate"):
        ok(*command.split(), cwd=root)
    helm_python.dependency_build(root / "envs/tst")
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize(("how", "end"), [("merge", "merge --continue"), ("rebase", "rebase --continue")])
def test_promotions_of_different_cars_are_both_taken(two: tuple[Path, Path], how: str, end: str) -> None:
    root = promoted(two, "1.1.0", "1.2.0", how)
    head = git(root, "rev-parse", "HEAD")
    said = ok("lock", cwd=root).err
    assert f"next: git -C {root} {end}" in said
    assert (unmerged(root), git(root, "rev-parse", "HEAD")) == ({}, head)
    git(root, "-c", "core.editor=true", *end.split())
    assert versions(root) == {"orders": "1.1.0", "web": "1.1.0"}
    assert verbs(root) == ["promote", "promote", "promote", "merge"]
    assert (record(root).train, record(root).version[:11]) == ("", "1.2.0+cars.")
    is_sound(root)


def test_a_cherry_pick_is_ended_the_same_way(two: tuple[Path, Path]) -> None:
    root = promoted(two, "1.1.0", "1.2.0", "cherry-pick")
    assert "cherry-pick --continue" in ok("lock", cwd=root).err
    git(root, "-c", "core.editor=true", "cherry-pick", "--continue")
    assert versions(root) == {"orders": "1.1.0", "web": "1.1.0"}
    is_sound(root)


def test_the_same_promotion_twice_is_one(two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for root, time in zip(two, ("1767225601", "1767225600"), strict=True):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", time)
        ok("promote", "1.1.0", "--to", "tst", cwd=root)
    assert merge(*two) == {RECORD: "UU"}
    ok("lock", cwd=two[0])
    git(two[0], "commit", "-q", "--no-edit")
    assert verbs(two[0]) == ["promote", "promote", "promote", "merge"]
    assert record(two[0]).train == "1.1.0"
    is_sound(two[0])


def untouched(root: Path, *command: str) -> Result:
    """Run a command that has to refuse, and to leave everything as it is."""
    before = git(root, "status", "--porcelain"), git(root, "ls-files", "--stage")
    result = shunter(*command, cwd=root)
    assert result.code in (1, 2)
    assert (git(root, "status", "--porcelain"), git(root, "ls-files", "--stage")) == before
    return result


def refused(root: Path, *command: str) -> list[Block]:
    """What a command that refuses says, each error and finding."""
    return [each for each in blocks(untouched(root, *command).err) if each.severity == "error"]


@pytest.mark.parametrize(("side", "version", "train"), [("ours", "1.1.0", ""), ("theirs", "1.2.0", "2.0.0")])
def test_what_both_changed_is_for_a_person_to_choose(
    two: tuple[Path, Path], side: str, version: str, train: str
) -> None:
    root = promoted(two, "1.1.0", "2.0.0")
    [found] = refused(root, "lock")
    assert found.message == "both sides of the merge changed orders in tst"
    assert "orders: ours 1.1.0, theirs 1.2.0" in found.notes
    assert found.hint.startswith("shunter lock tst --ours orders")
    assert "there is nothing to choose for `wbe`" in untouched(root, "lock", f"--{side}", "orders,wbe").err
    ok("lock", "tst", f"--{side}", "orders", cwd=root)
    git(root, "commit", "-q", "--no-edit")
    assert versions(root) == {"orders": version, "web": "1.1.0"}
    assert record(root).train == train
    assert verbs(root) == ["promote", "promote", "promote", "merge"]
    told = ok("history", "tst", cwd=root).out
    assert "(chosen)" in told
    files = (root / "envs/tst/.shunter/history").glob("*.yaml")
    [merged] = [text for path in files if "verb: merge" in (text := path.read_text("utf-8"))]
    assert 'by: "Tess Ter <tess@example.org>"' in merged
    is_sound(root)


@pytest.mark.parametrize(("follow", "version"), [((), "1.1.0"), (("tst", "--follow", "record"), "1.0.0")])
def test_a_side_that_was_taken_with_git_does_not_lose_the_other_one(
    two: tuple[Path, Path], follow: tuple[str, ...], version: str
) -> None:
    root = promoted(two, "1.1.0", "1.2.0")
    git(root, "checkout", "--theirs", RECORD)
    git(root, "add", RECORD)
    ok("lock", *follow, cwd=root)
    git(root, "commit", "-q", "--no-edit")
    assert versions(root) == {"orders": version, "web": "1.1.0"}
    is_sound(root)


def test_record_and_chart_that_a_merge_set_apart_are_named(two: tuple[Path, Path]) -> None:
    root = promoted(two, "1.1.0", "1.2.0")
    git(root, "checkout", "--theirs", RECORD)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--no-edit")
    named = {each.rule: each for each in refused(root, "lint")}
    assert "orders: orders 1.1.0 in Chart.yaml, orders 1.0.0 in the record" in named["pins-differ"].notes
    assert "which the record does not contain" in named["record-mismatch"].message
    assert "record-mismatch" in {each.rule for each in refused(root, "validate")}
    assert "record-mismatch" in {each.rule for each in refused(root, "promote", "1.1.0", "--to", "tst")}
    ok("lock", "tst", "--follow", "record", cwd=root)
    assert versions(root) == {"orders": "1.0.0", "web": "1.1.0"}
    is_sound(root)


def test_a_conflict_that_was_added_blindly_is_found(two: tuple[Path, Path]) -> None:
    root = promoted(two, "1.1.0", "1.2.0")
    git(root, "add", "-A")
    assert untouched(root, "lock", "--check").code == 1
    git(root, "commit", "-q", "--no-edit")
    assert untouched(root, "lock", "--check").code == 1
    assert "chart web 1.0.0 is pinned, but envs/tst/charts does not hold it" in [
        e.message for e in refused(root, "lint")
    ]
    ok("lock", cwd=root)
    is_sound(root)


def test_what_is_a_persons_stays_theirs(two: tuple[Path, Path]) -> None:
    for root, value in zip(two, ("1", "2"), strict=True):
        commit_all(root, {"envs/tst/values.yaml": f"orders: {{size: {value}}}\n"})
    root = promoted(two, "1.1.0", "1.2.0")
    said = ok("lock", cwd=root).err
    assert "envs/tst/values.yaml in shop has a conflict that is yours to resolve" in said
    assert unmerged(root) == {"envs/tst/values.yaml": "UU"}
    for command in ("validate", "lint"):
        [found] = refused(root, *command.split())
        assert found.message == "a merge conflict is not resolved"
        assert found.place.startswith("envs/tst/values.yaml:1")
    write(root, {"envs/tst/values.yaml": "orders: {size: 3}\n"})
    git(root, "add", "envs/tst/values.yaml")
    git(root, "commit", "-q", "--no-edit")
    is_sound(root)


def test_two_who_publish_the_same_chart_get_one_index(two: tuple[Path, Path]) -> None:
    mine, other = two
    publish(open_context(mine), orders("1.4.0"))
    publish(open_context(other), orders("1.5.0"))
    assert merge(mine, other) == {".shunter/registry/index.yaml": "UU"}
    [found] = refused(mine, "train", "cut", "3.0.0")
    assert (found.rule, found.hint) == ("merge-conflict", "shunter lock")
    ok("lock", cwd=mine)
    git(mine, "commit", "-q", "--no-edit")
    ok("train", "cut", "3.0.0", "--car", "orders=1.5.0", cwd=mine)
    ok("train", "cut", "3.1.0", "--car", "orders=1.4.0", "--lower", "orders", cwd=mine)
    is_sound(mine)


def test_two_contents_of_one_version_are_named(two: tuple[Path, Path]) -> None:
    for root, app_version in zip(two, ("1", "2"), strict=True):
        publish(open_context(root), orders("1.4.0", app_version=app_version))
    mine = two[0]
    path = ".shunter/registry/orders-1.4.0.tgz"
    assert path in merge(*two)
    [found] = refused(mine, "lock")
    assert found.message == "both sides of the merge published orders-1.4.0.tgz, with other content"
    git(mine, "checkout", "--theirs", path)
    git(mine, "add", path)
    ok("lock", cwd=mine)
    git(mine, "commit", "-q", "--no-edit")
    ok("train", "cut", "3.0.0", "--car", "orders=1.4.0", cwd=mine)
    is_sound(mine)


def test_the_same_train_cut_twice_is_one_and_two_of_one_version_are_named(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for root, time in zip(two, ("1767225601", "1767225600"), strict=True):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", time)
        ok("train", "cut", "3.0.0", cwd=root)
    mine = two[0]
    assert merge(*two) == {"trains/3.0.0.yaml": "AA"}
    [found] = refused(mine, "train", "list")
    assert (found.rule, found.message) == ("merge-conflict", "a merge conflict is not resolved")
    ok("lock", cwd=mine)
    git(mine, "commit", "-q", "--no-edit")
    assert "2026-01-01T00:00:00Z" in (mine / "trains/3.0.0.yaml").read_text()
    is_sound(mine)
    ok("train", "cut", "3.1.0", cwd=mine)
    ok("train", "cut", "3.1.0", "--drop", "web", cwd=two[1])
    assert merge(*two) == {"trains/3.1.0.yaml": "AA"}
    [found] = refused(mine, "lock")
    assert found.message == "both sides of the merge cut train 3.1.0, with other charts"


def act(root: Path, verb: str, first: bool) -> None:
    """One of the verbs that two people use at the same time, each for something else."""
    if verb == "promote":
        ok("promote", "1.1.0" if first else "1.2.0", "--to", "tst", cwd=root)
    elif verb == "cut":
        ok("train", "cut", "3.0.0" if first else "3.1.0", cwd=root)
    else:
        name = "orders" if first else "web"
        chart = root / f"third/{name}/Chart.yaml"
        text = re.sub(r"(?m)^version: .*$", "version: 1.5.0", chart.read_text("utf-8"))
        commit_all(root, {f"third/{name}/Chart.yaml": text}, f"{name} 1.5.0")
        ok("package", cwd=root)


@pytest.mark.parametrize("other", ["promote", "cut", "package"])
@pytest.mark.parametrize("mine", ["promote", "cut", "package"])
def test_whatever_two_do_at_once_git_and_lock_make_one_of_it(mine: str, other: str, two: tuple[Path, Path]) -> None:
    act(two[0], mine, first=True)
    act(two[1], other, first=False)
    git(two[1], "push", "-q")
    root = two[0]
    found = merge(*two)
    assert bool(found) == (mine == other == "promote")
    if found:
        ok("lock", cwd=root)
        git(root, "commit", "-q", "--no-edit")
    git(root, "push", "-q")
    is_sound(root)
    trains = {path.stem for path in (root / "trains").iterdir()}
    assert {"3.0.0" if mine == "cut" else "1.0.0", "3.1.0" if other == "cut" else "1.0.0"} <= trains
    assert verbs(root).count("promote") == 1 + (mine == "promote") + (other == "promote")
    ok("train", "cut", "4.0.0", cwd=root)
    ok("promote", "4.0.0", "--to", "tst", cwd=root)
    is_sound(root)
