"""`shunter version`, asked in real repositories: on a laptop, and with the variables of CI."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, write


@pytest.fixture(autouse=True)
def _no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL"):
        monkeypatch.delenv(name, raising=False)


def short(root: Path) -> str:
    return f"g{git(root, 'rev-parse', 'HEAD')[:7]}"


def one(root: Path, name: str = "orders", *more: str) -> dict[str, str]:
    """What `-o env` says of one project."""
    return dict(line.split("=", 1) for line in ok("version", name, "-o", "env", *more, cwd=root).out.splitlines())


def told(root: Path, provider: str, kind: str, name: str) -> dict[str, str]:
    """The variables of a CI run for the commit that is checked out."""
    commit = git(root, "rev-parse", "HEAD")
    if provider == "github":
        form = {"branch": "refs/heads/{}", "tag": "refs/tags/{}", "request": "refs/pull/{}/merge"}[kind]
        return {"GITHUB_ACTIONS": "true", "GITHUB_REF": form.format(name), "GITHUB_SHA": commit}
    names = {"branch": "CI_COMMIT_BRANCH", "tag": "CI_COMMIT_TAG", "request": "CI_MERGE_REQUEST_IID"}
    return {"GITLAB_CI": "true", "CI_COMMIT_SHA": commit, names[kind]: name}


def test_a_branch_counts_its_commits(mono: Path) -> None:
    assert one(mono) == {
        "PUSH": "true",
        "IMAGE_TAG": f"main-1-{short(mono)}",
        "IMAGE_TAGS": f"main-1-{short(mono)}",
        "CHART_VERSION": f"1.3.0-main.1.{short(mono)}",
    }
    commit_all(mono, {"x": "1"})
    assert one(mono)["CHART_VERSION"] == f"1.3.0-main.2.{short(mono)}"
    git(mono, "checkout", "-q", "-b", "feature/A")
    assert one(mono)["PUSH"] == "false"
    assert one(mono)["IMAGE_TAG"].startswith("branch-feature-a-h")


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_ci_says_what_a_laptop_says(provider: str, mono: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = json.loads(ok("version", "-o", "json", cwd=mono).out)
    git(tmp_path, "clone", "-q", str(mono), "clone")
    git(tmp_path / "clone", "checkout", "-q", "--detach")
    for name, value in told(mono, provider, "branch", "main").items():
        monkeypatch.setenv(name, value)
    assert json.loads(ok("version", "-o", "json", cwd=tmp_path / "clone").out) == here
    assert [*here] == ["orders", "web", "shop-library", "store"]
    assert [*here["store"]] == ["chart"]


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_request_is_built_and_not_published(provider: str, mono: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in told(mono, provider, "request", "12").items():
        monkeypatch.setenv(name, value)
    assert one(mono)["PUSH"] == "false"
    assert one(mono)["CHART_VERSION"] == f"0.0.0-pr-12.1.{short(mono)}"


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_tag_is_about_what_it_names(provider: str, mono: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in told(mono, provider, "tag", "orders-v1.3.0").items():
        monkeypatch.setenv(name, value)
    found = json.loads(ok("version", "-o", "json", cwd=mono).out)
    assert [*found] == ["orders"]
    assert (found["orders"]["image"]["tag"], found["orders"]["chart"]["version"]) == ("1.3.0", "1.3.0")
    assert found["orders"]["chart"]["build"] is None
    refused = shunter("version", "web", cwd=mono)
    assert (refused.code, "is none of web" in refused.err) == (2, True)
    for name, value in told(mono, provider, "tag", "nightly").items():
        monkeypatch.setenv(name, value)
    refused = shunter("version", cwd=mono)
    assert (refused.code, "releases nothing in shop" in refused.err) == (2, True)


def test_on_a_laptop_a_tag_of_a_release_goes_before_the_branch(mono: Path) -> None:
    git(mono, "tag", "orders-v1.3.0-rc.1")
    git(mono, "tag", "-a", "-m", "x", "orders-v1.3.0")
    git(mono, "tag", "nightly")
    assert one(mono)["CHART_VERSION"] == "1.3.0"
    assert one(mono, "web")["IMAGE_TAG"] == f"main-1-{short(mono)}"
    assert one(mono, "orders", "--ref", "refs/heads/main")["IMAGE_TAG"] == f"main-1-{short(mono)}"
    git(mono, "checkout", "-q", "--detach")
    assert one(mono)["CHART_VERSION"] == "1.3.0"
    refused = shunter("version", "web", cwd=mono)
    assert (refused.code, "--ref refs/heads/main" in refused.err) == (2, True)
    assert "no tag that releases web is at it; these are: nightly, orders-v1.3.0, orders-v1.3.0-rc.1" in refused.err


def test_a_tag_that_differs_from_its_chart_is_refused(mono: Path) -> None:
    git(mono, "tag", "v1.4.0")
    refused = shunter("version", "orders", cwd=mono)
    assert refused.code == 2
    assert "the tag `v1.4.0` does not match the chart orders, which is 1.3.0" in refused.err
    assert "hint: `shunter bump orders --to 1.4.0`" in refused.err


def test_changes_are_told_and_change_nothing(mono: Path) -> None:
    before = one(mono)
    write(mono, {"charts/orders/Chart.yaml": "apiVersion: v2\nname: orders\nversion: 9.9.9\n"})
    result = ok("version", "orders", "-o", "json", cwd=mono)
    found = json.loads(result.out)["orders"]
    assert found["chart"]["version"] == before["CHART_VERSION"]
    assert found["chart"]["dirty"] is True
    assert "shop: files are changed; the versions are those of commit" in result.err


def test_a_shallow_clone_is_refused_where_commits_are_counted(mono: Path, tmp_path: Path) -> None:
    commit_all(mono, {"x": "1"})
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{mono}", "clone")
    refused = shunter("version", cwd=tmp_path / "clone")
    assert (refused.code, refused.out) == (2, "")
    assert "is a shallow clone" in refused.err
    assert "fetch-depth: 0" in refused.err
    assert one(tmp_path / "clone", "orders", "--ref", "refs/tags/v1.3.0")["IMAGE_TAG"] == "1.3.0"


def test_variables_about_another_commit_are_told_and_left(mono: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in told(mono, "github", "tag", "v1.3.0").items():
        monkeypatch.setenv(name, value)
    commit_all(mono, {"x": "1"})
    result = ok("version", "orders", cwd=mono)
    assert f"1.3.0-main.2.{short(mono)}" in result.out
    assert "GitHub's variables are about another commit" in result.err


def test_git_flow_has_its_own_map(made: Callable[[str, str], Path]) -> None:
    root = made("mono", "git-flow")
    found = {
        ref: one(root, "orders", "--ref", f"refs/heads/{ref}")["CHART_VERSION"]
        for ref in ("develop", "release/1.4", "feature/x")
    }
    assert found == {
        "develop": f"1.3.0-develop.1.{short(root)}",
        "release/1.4": f"1.4.0-rc.1.{short(root)}",
        "feature/x": f"0.0.0-feature-x.1.{short(root)}",
    }


def test_a_map_of_ones_own_is_followed(mono: Path, tmp_path: Path) -> None:
    own = """\
development: custom
versions:
  branches: [{match: main, label: edge, moving: [edge]}]
  moving: [latest, "{major}.{minor}"]
"""
    text = (mono / "shunter.yaml").read_text("utf-8").replace("development: trunk\n", own)
    commit_all(mono, {"shunter.yaml": text})
    assert one(mono)["IMAGE_TAGS"] == f"edge-2-{short(mono)},edge"
    assert one(mono, "orders", "--ref", "refs/tags/v1.3.0")["IMAGE_TAGS"] == "1.3.0,latest,1.3"
    git(mono, "tag", "web-v1.3.1")
    git(mono, "tag", "orders-v2.0.0")
    assert one(mono, "orders", "--ref", "refs/tags/v1.3.0")["IMAGE_TAGS"] == "1.3.0,1.3"
    git(mono, "clone", "-q", "--depth", "1", f"file://{mono}", str(tmp_path / "shallow"))
    refused = shunter("version", "orders", "--ref", "refs/tags/v1.3.0", cwd=tmp_path / "shallow")
    assert (refused.code, "is a shallow clone, and the tags of other releases" in refused.err) == (2, True)


def test_each_repository_counts_for_itself(multi: Path) -> None:
    commit_all(multi / "orders", {"x": "1"})
    found = json.loads(ok("version", "-o", "json", cwd=multi).out)
    assert [*found] == ["shop-library", "orders", "web", "store"]
    assert found["orders"]["chart"]["version"] == f"1.3.0-main.2.{short(multi / 'orders')}"
    assert found["web"]["image"]["build"] == 1
    assert json.loads(ok("version", "-o", "json", cwd=multi / "orders").out) == {"orders": found["orders"]}


def test_several_projects_have_keys_of_their_own(mono: Path) -> None:
    lines = ok("version", "-o", "env", cwd=mono).out.splitlines()
    assert f"ORDERS_IMAGE_TAG=main-1-{short(mono)}" in lines
    assert f"SHOP_LIBRARY_CHART_VERSION=1.0.0-main.1.{short(mono)}" in lines
    assert not [line for line in lines if line.startswith("STORE_IMAGE")]


def test_code_and_chart_may_come_from_two_repositories(made: Callable[[str], Path]) -> None:
    root = made("{code: mono, charts: mono, envs: mono}")
    assert [line.split()[0] for line in ok("version", "orders", cwd=root).out.splitlines()] == [
        "NAME",
        "orders",
        "orders",
    ]
    assert [*one(root)] == ["PUSH", "IMAGE_TAG", "IMAGE_TAGS", "CHART_VERSION"]


@pytest.mark.parametrize(("name", "hint"), [("order", "did you mean `orders`?"), ("tst", "known: orders, web")])
def test_a_name_that_is_not_known(name: str, hint: str, mono: Path) -> None:
    refused = shunter("version", name, cwd=mono)
    assert refused.code == 2
    assert hint in refused.err


def test_what_comes_from_a_fork_is_published_by_nobody(
    mono: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (mono / "shunter.yaml").read_text("utf-8").replace("development: trunk", "development: custom")
    versions = "versions: {branches: [{match: main, label: main}], publish-pull-requests: true}\n"
    commit_all(mono, {"shunter.yaml": text + versions})
    event = tmp_path / "event.json"
    told = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/pull/12/merge"}
    for name, value in {**told, "GITHUB_SHA": git(mono, "rev-parse", "HEAD")}.items():
        monkeypatch.setenv(name, value)
    for head, published in (("acme/shop", True), ("somebody/shop", False)):
        ends = {"base": {"repo": {"full_name": "acme/shop"}}, "head": {"repo": {"full_name": head}}}
        event.write_text(json.dumps({"pull_request": ends}), "utf-8")
        said = json.loads(ok("version", "orders", "-o", "json", cwd=mono).out)
        assert said["orders"]["image"]["publish"] is published
