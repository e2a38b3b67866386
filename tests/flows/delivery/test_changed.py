"""`shunter changed`, asked in real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git


def since(root: Path, ref: str = "HEAD~1") -> dict[str, list[str]]:
    return dict(json.loads(ok("changed", "--since", ref, "-o", "json", cwd=root).out))


def none(**names: list[str]) -> dict[str, list[str]]:
    return {"services": [], "charts": [], "environments": [], "previews": []} | names


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("services/orders/main.py", none(services=["orders"], charts=["orders"])),
        ("charts/store/values.yaml", none(charts=["store"])),
        ("library/x", none(services=["orders", "web"], charts=["shop-library", "orders", "web", "store"])),
        ("envs/tst/values.yaml", none(environments=["tst"])),
        ("envs/common.yaml", none(environments=["tst", "pre"])),
        ("README.md", none()),
    ],
)
def test_a_commit_touches_what_depends_on_it(path: str, expected: dict[str, list[str]], mono: Path) -> None:
    commit_all(mono, {path: "more"})
    assert since(mono) == expected
    git(mono, "checkout", "-q", "--detach")
    (mono / "shunter.yaml").unlink()  # a repository that stands alone knows it by its answers
    assert since(mono) == expected


def test_only_commits_of_this_branch_count(mono: Path) -> None:
    git(mono, "checkout", "-q", "-b", "topic")
    commit_all(mono, {"services/orders/x": "1"})
    git(mono, "checkout", "-q", "main")
    commit_all(mono, {"services/web/x": "1"})
    git(mono, "checkout", "-q", "topic")
    (mono / "charts/store/x").write_text("not committed", "utf-8")
    assert since(mono, "main")["services"] == ["orders"]


def test_the_chart_of_somebody_else_is_another_one(mono: Path) -> None:
    other = (
        "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: orders, version: 1.0.0, repository: URL}]\n"
    )
    commit_all(mono, {"charts/web/Chart.yaml": other.replace("URL", "https://charts.example.com")})
    commit_all(mono, {"charts/orders/x": "1"})
    assert since(mono)["charts"] == ["orders"]
    commit_all(mono, {"charts/web/Chart.yaml": other.replace("URL", "file://../orders")})
    commit_all(mono, {"charts/orders/x": "2"})
    assert since(mono)["charts"] == ["orders", "web"]


def test_a_workspace_of_many_repositories_asks_each(multi: Path) -> None:
    for root in (multi, *(path.parent for path in multi.glob("*/.git"))):
        git(root, "tag", "before")
    commit_all(multi / "orders", {"services/orders/x": "1"})
    commit_all(multi / "shop-tst", {"envs/tst/values.yaml": "{}"})
    assert since(multi, "before") == none(services=["orders"], charts=["orders"], environments=["tst"])
    assert since(multi / "orders", "before") == none(services=["orders"], charts=["orders"])
    commit_all(multi, {"library/x": "1"})
    assert since(multi, "before")["charts"] == ["shop-library", "orders", "web", "store"]


def test_lines_for_github(mono: Path) -> None:
    commit_all(mono, {"services/orders/x": "1"})
    lines = ok("changed", "--since", "HEAD~1", "-o", "env", cwd=mono).out.splitlines()
    assert lines == ['services=["orders"]', 'charts=["orders"]', "environments=[]", "previews=[]"]


def test_a_table_and_nothing(mono: Path) -> None:
    commit_all(mono, {"services/orders/x": "1"})
    assert ok("changed", "--since", "HEAD~1", cwd=mono).out.splitlines()[1].split() == ["service", "orders"]
    result = ok("changed", "--since", "HEAD", cwd=mono)
    assert (result.out, result.err) == ("", "nothing is touched since HEAD\n")


def test_a_repository_without_the_commit_that_others_have_counts_whole(multi: Path) -> None:
    for root in (multi, multi / "orders"):
        git(root, "tag", "v0.1.0")
    result = ok("changed", "--since", "v0.1.0", "-o", "json", cwd=multi)
    found = json.loads(result.out)
    assert ("orders" in found["services"], "web" in found["services"], "tst" in found["environments"]) == (
        False,
        True,
        True,
    )
    assert "web: there is no commit v0.1.0 to compare with, so all of it counts" in result.err
    assert "there is no commit `v0.2.0`" in shunter("changed", "--since", "v0.2.0", cwd=multi).err


def test_what_is_not_there_is_one_error(mono: Path, tmp_path: Path) -> None:
    refused = shunter("changed", "--since", "nope", cwd=mono)
    assert (refused.code, refused.out) == (2, "")
    assert "there is no commit `nope`" in refused.err
    assert shunter("changed", cwd=mono).code == 2
    commit_all(mono, {"x": "1"})
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{mono}", "clone")
    refused = shunter("changed", "--since", git(mono, "rev-parse", "HEAD~1"), cwd=tmp_path / "clone")
    assert (refused.code, "is a shallow clone" in refused.err) == (2, True)


def in_github(root: Path, monkeypatch: pytest.MonkeyPatch, ref: str = "refs/heads/main") -> None:
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_REF": ref, "GITHUB_SHA": git(root, "rev-parse", "HEAD")}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_a_new_branch_has_no_commit_before_it(mono: Path) -> None:
    said = ok("changed", "--since", "0" * 40, "-o", "json", cwd=mono)
    assert "there is no commit 0000000 to compare with, so all of it counts" in said.err
    assert json.loads(said.out) == {
        "services": ["orders", "web"],
        "charts": ["shop-library", "orders", "web", "store"],
        "environments": ["tst", "pre"],
        "previews": [],
    }


def test_ci_goes_on_where_a_push_has_overwritten_the_commit_before(mono: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = "1" * 40
    assert shunter("changed", "--since", gone, cwd=mono).code == 2
    in_github(mono, monkeypatch)
    assert since(mono, gone) == since(mono, "0" * 40)
    assert shunter("changed", "--since", "nope", cwd=mono).code == 2


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("orders-v1.3.0", none(services=["orders"], charts=["orders"])),
        ("shop-library-v1.3.0", none(charts=["shop-library"])),
        ("nightly", none()),
    ],
)
def test_a_tag_touches_what_it_releases(
    tag: str, expected: dict[str, list[str]], mono: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_github(mono, monkeypatch, f"refs/tags/{tag}")
    assert since(mono, "0" * 40) == expected


def test_a_tag_of_a_version_releases_all_of_a_repository(multi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_github(multi / "orders", monkeypatch, "refs/tags/v1.3.0")
    assert since(multi / "orders", "0" * 40) == none(services=["orders"], charts=["orders"])


def test_ci_says_since_when(mono: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = git(mono, "rev-parse", "HEAD")
    commit_all(mono, {"services/orders/main.py": "more"})
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"before": before}), "utf-8")
    told = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/heads/main"}
    for name, value in {**told, "GITHUB_SHA": git(mono, "rev-parse", "HEAD")}.items():
        monkeypatch.setenv(name, value)
    assert ok("changed", "-o", "env", cwd=mono).out.splitlines()[0] == 'services=["orders"]'
    event.write_text("{", "utf-8")
    assert "is no event" in shunter("changed", cwd=mono).err
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert "changed since when?" in shunter("changed", cwd=mono).err


def test_jobs_of_gitlab_are_those_of_what_is_touched(mono: Path) -> None:
    """Also where a repository stands alone; a preview is for who has the file, by Helm alone, and of no production."""

    def asked() -> dict[str, dict[str, object]]:
        return dict(yaml.safe_load(ok("changed", "--since", "HEAD~1", "-o", "gitlab", cwd=mono).out))

    commit_all(mono, {"services/orders/main.py": "more"})
    assert [*asked()] == ["test-orders", "image-orders", "chart-orders"]
    commit_all(mono, {"envs/tst/preview.yaml": "{}\n"})
    assert [*asked()] == ["render-tst", "deploy-tst", "preview-tst", "end-tst"]
    assert since(mono) == none(environments=["tst"], previews=["tst"])
    text = (mono / "shunter.yaml").read_text("utf-8")
    commit_all(mono, {"shunter.yaml": f"{text}  pro: {{stage: production}}\n", "envs/pro/preview.yaml": "{}\n"})
    assert since(mono) == none(environments=["pro"])
    git(mono, "checkout", "-q", "--detach")
    answers = (mono / ".copier-answers.yml").read_text("utf-8")
    commit_all(mono, {".copier-answers.yml": answers.replace("deployment: helm", "deployment: gitops")})
    (mono / "shunter.yaml").unlink()
    commit_all(mono, {"envs/tst/preview.yaml": "{} # changed\n"})
    assert [*asked()] == ["render-tst", "deploy-tst"]
    commit_all(mono, {"README.md": "more"})
    assert [*asked()] == ["unchanged"]
