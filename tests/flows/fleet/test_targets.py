"""What an update would do: which projects, why, in which order, in which part; a release of one kind leaves the others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.copier_templates import ROOT, git, make_template_repository
from helpers.workspaces.workspaces import copy
from shunter.flows.fleet.targets import Shard, read_shard
from shunter.model.errors import ShunterError

SCHEMA = json.loads((ROOT / "schemas/update-plan.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose templates have a next release, which changes a file of environments alone."""
    folder = tmp_path_factory.mktemp("targets")
    templates = make_template_repository(folder / "templates")
    made = ("-d", f"templates.source={templates}", "-d", "templates.release=0.1.0")
    ok("new", "shop", "--example", "--defaults", "--layout", "multi", *made, cwd=folder)
    readme = templates / "templates/environment/README.md.jinja"
    readme.write_text(readme.read_text("utf-8") + "\nAnother line.\n", "utf-8")
    git(templates, "commit", "--quiet", "--all", "--message", "v0.2.0")
    git(templates, "tag", "v0.2.0")
    return folder / "shop"


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return copy(made, tmp_path / "shop")


def planned(root: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ok("update", "--plan", "-o", "json", *arguments, cwd=root).out)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found


def reasons(found: dict[str, Any]) -> dict[str, list[str]]:
    return {target["id"]: target["reasons"] for target in found["targets"]}


def test_a_release_of_one_kind_is_for_that_kind_alone(root: Path) -> None:
    found = planned(root)
    environments = {f"shop-{name}/envs/{name}": ["template"] for name in ("pre", "pro", "tst")}
    assert reasons(found) == environments
    assert (found["templates"]["from"], found["templates"]["to"]) == ("0.1.0", "0.2.0")
    assert {target["release"] for target in found["targets"]} == {"0.1.0"}
    assert {target["files"] for target in found["targets"]} == {2}, "README.md and the answers file"
    assert planned(root) == found, "the same, whenever it is asked"
    heads = {each.parent.name: git(each.parent, "rev-parse", "HEAD") for each in root.glob("*/.git")}
    ok("update", cwd=root)
    moved = {name for name, head in heads.items() if git(root / name, "rev-parse", "HEAD") != head}
    assert moved == {"shop-pre", "shop-pro", "shop-tst"}
    assert planned(root)["targets"] == []
    assert "drift" not in (said := ok("status", cwd=root)).out + said.err


def test_every_reason_is_told(root: Path) -> None:
    file = root / "shunter.yaml"
    text = file.read_text("utf-8").replace("archetype: database\n    team: alice", "archetype: database\n    team: bob")
    file.write_text(
        text.replace("  frontend:\n    archetype: frontend\n    team: edge\n", "").replace("[frontend, ", "["), "utf-8"
    )
    answers = root / "shop-tst/envs/tst/.copier-answers.yml"
    answers.write_text(answers.read_text("utf-8").replace("namespace: shop-tst", "namespace: mine"), "utf-8")
    shutil.rmtree(root / "orders/charts/orders")
    found = reasons(planned(root, "--to", "0.1.0"))
    assert found["orders-db/charts/orders-db"] == ["answers"]
    assert found["frontend"] == found["frontend/charts/frontend"] == ["removed"]
    assert found["shop-tst/envs/tst"] == ["answers", "drift"]
    assert found["shop-pre/envs/pre"] == ["answers"]
    assert found["orders/charts/orders"] == ["new"]


def test_a_key_is_that_of_what_it_follows_from(root: Path) -> None:
    before = {target["id"]: target["key"] for target in planned(root)["targets"]}
    assert len(set(before.values())) == len(before)
    git(root / "shop-tst", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "x")
    after = {target["id"]: target["key"] for target in planned(root)["targets"]}
    assert {name for name in before if before[name] != after[name]} == {"shop-tst/envs/tst"}


def test_parts_are_the_whole_and_keep_a_repository_together(root: Path) -> None:
    whole = planned(root)["targets"]
    parts = [planned(root, "--shard", f"{number}/2") for number in (1, 2)]
    assert sorted((each for part in parts for each in part["targets"]), key=lambda each: each["id"]) == whole
    assert [part["shard"] for part in parts] == [{"number": 1, "of": 2}, {"number": 2, "of": 2}]


def test_a_person_reads_a_table(root: Path) -> None:
    lines = ok("update", "--plan", cwd=root).out.splitlines()
    assert lines[0].split() == ["TARGET", "KIND", "REASON", "FROM", "FILES"]
    assert lines[1].split() == ["shop-pre/envs/pre", "environment", "template", "0.1.0", "2"]
    refused = shunter("update", "--shard", "1/2", cwd=root)
    assert (refused.code, "--shard is for --plan" in refused.err) == (2, True)


def test_a_shard_is_read_and_the_same_everywhere() -> None:
    assert read_shard("2/8") == Shard(2, 8)
    for wrong in ("", "1", "0/2", "3/2", "a/b", "1/0", "-1/2"):
        with pytest.raises(ShunterError):
            read_shard(wrong)
    counts = [sum(Shard(number, 4).has(f"repository-{n}") for n in range(400)) for number in range(1, 5)]
    assert sum(counts) == 400
    assert min(counts) > 70
    assert [Shard(number, 2).has("orders") for number in (1, 2)] == [False, True]


def test_an_update_as_copier_does_it_leaves_its_markers_and_stages(root: Path) -> None:
    readme = root / "shop-tst/envs/tst/README.md"
    readme.write_text(readme.read_text("utf-8") + "\nMine.\n", "utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    git(root / "shop-tst", *who, "commit", "--quiet", "--all", "--message", "mine")
    result = shunter("update", "--merge", "copier", cwd=root)
    assert result.code == 1, result.err
    assert "<<<<<<< before updating\nMine.\n=======\nAnother line.\n>>>>>>> after updating\n" in readme.read_text(
        "utf-8"
    )
    stages = git(root / "shop-tst", "ls-files", "--unmerged").splitlines()
    assert [line.split()[2] for line in stages] == ["1", "2", "3"]
    assert git(root / "shop-pro", "status", "--porcelain") == ""


def test_what_would_be_refused_is_named(root: Path) -> None:
    """What git's own files say of repositories, and what their answers files say, is known without asking git."""
    git(root / "shop-tst", "checkout", "-q", "--detach")
    (root / "shop-pre/.git/rebase-merge").mkdir()
    git(root / "orders", "checkout", "-q", "--detach")
    answers = root / "shop-pro/envs/pro/.copier-answers.yml"
    text = answers.read_text("utf-8")
    for line in ("_commit: --output=x", "_commit: v0.0.9", "_src_path: 'ext::sh -c x'", "_src_path: /none/x.git"):
        name = line.partition(" ")[0]
        answers.write_text("".join(f"{line}\n" if each.startswith(name) else f"{each}\n" for each in text.splitlines()))
        git(root / "shop-pro", "commit", "-q", "-a", "-m", line)
        result = shunter("update", "--plan", "-o", "json", "-q", cwd=root)
        assert result.code == 1
        found = json.loads(result.out)
        jsonschema.Draft202012Validator(SCHEMA).validate(found)
        why = {each["repository"]: each["reason"] for each in found["refused"]}
        assert {*why} == {"shop-tst", "shop-pre", "shop-pro"}, "of orders there is nothing to do"
        assert "HEAD is detached" in why["shop-tst"]
        assert "a rebase is in progress" in why["shop-pre"]
        assert why["shop-pro"].startswith("shop-pro/envs/pro/.copier-answers.yml: "), line
        assert {each["repository"] for each in found["targets"]} == {"shop-tst", "shop-pre"}
        assert [f"refused  {name}  {why[name]}" in result.err for name in why] == [True] * 3
    done = shunter("update", cwd=root)
    assert [f"refused  {name}  {why[name]}" in done.err for name in why] == [True] * 3, "as it was planned"
    added = shunter("add", "environment", "prf", "--after", "tst", cwd=root)
    assert (added.code, "  --> shop-pro/envs/pro/.copier-answers.yml\n" in added.err) == (2, True), added.err


def test_the_files_of_the_workspace_itself_are_counted(root: Path) -> None:
    templates = Path(json.loads(shunter("update", "--plan", "-o", "json", cwd=root).out)["templates"]["source"])
    assert templates.is_dir()
    (templates / "templates/repository/NEW.md").write_text("new\n")
    git(templates, "add", "--all")
    git(templates, "commit", "--quiet", "--message", "v0.3.0")
    git(templates, "tag", "v0.3.0")
    try:
        found = {each["id"]: each["files"] for each in planned(root)["targets"]}
        some = {each["id"]: each["files"] for each in planned(root, "shop-tst")["targets"]}
    finally:
        git(templates, "tag", "-d", "v0.3.0")
        git(templates, "reset", "--quiet", "--hard", "v0.2.0")
    assert (found["shop-tst"], found["shop"], some["shop"]) == (2, 4, 3), "shunter.yaml and the copy of it, too"
