"""What is published is what a commit holds, and the archive says which one; what no commit holds is marked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from helpers.reads import git_processes
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, make_repo, write
from helpers.workspaces.small import small_workspace
from helpers.workspaces.transcript import blocks, error, refusals
from helpers.workspaces.workspaces import copy, shared
from shunter.core.charts.packed import REVISION, PackedChart
from shunter.core.packaging.publish import SOURCE

ARCHIVE = ".shunter/registry/web-1.1.0.tgz"
WEB = "apiVersion: v2\nname: web\nversion: 1.1.0\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small workspace with web raised to 1.1.0 and committed, not yet packaged."""
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    root = copy(made, tmp_path.resolve() / "small")
    return commit_all(root, {"third/web/Chart.yaml": WEB, ".gitignore": "*.log\n"}, "web 1.1.0")


def noted(root: Path, path: str = ARCHIVE) -> dict[str, str]:
    found = PackedChart(path, archive=(root / path).read_bytes()).metadata.get("annotations", {})
    assert isinstance(found, dict)
    return found


def test_an_archive_says_where_it_comes_from_and_the_car_too(root: Path) -> None:
    made_of = git(root, "rev-parse", "HEAD")
    commit_all(root, {"README.md": "more\n"})
    git(root, "remote", "add", "origin", "https://me:secret@host/acme/shop.git")
    ok("lock", cwd=root)
    ok("package", cwd=root)
    assert noted(root) == {SOURCE: "https://host/acme/shop.git", REVISION: made_of}
    ok("train", "cut", "1.0.0", cwd=root)
    train = yaml.safe_load((root / "trains/1.0.0.yaml").read_text("utf-8"))
    assert (train["cars"]["web"]["revision"], "revision" in train["cars"]["orders"]) == (made_of, False)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    for command in ("lock --check", "lint", "validate", "train list"):
        ok(*command.split(), cwd=root)


def test_the_same_inputs_give_the_same_bytes_in_every_later_commit(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(root), "later")
    later = tmp_path / "later"
    commit_all(later, {"README.md": "more\n", "third/orders/README.md": "more\n"})
    for folder in (root, later):
        ok("package", "web", cwd=folder)
    assert (root / ARCHIVE).read_bytes() == (later / ARCHIVE).read_bytes()


def test_what_is_published_stays_so_whatever_commit_holds_it_now(root: Path) -> None:
    ok("package", cwd=root)
    commit_all(root, {"third/web/values.yaml": "a: 1\n"})
    commit_all(root, {"third/web/values.yaml": None})
    git(root, "remote", "add", "origin", "https://host/elsewhere.git")
    with git_processes() as started:
        ok("package", cwd=root)
    assert started == []
    ok("train", "cut", "1.0.0", cwd=root)
    commit_all(root, {"third/web/values.yaml": "a: 1\n"})
    assert [each.rule for each in refusals(shunter("package", cwd=root))] == ["version-taken"]
    assert [each.rule for each in blocks(ok("train", "cut", "1.1.0", cwd=root).err)] == ["not-packaged"]


@pytest.mark.parametrize("how", ["modified", "untracked", "staged", "deleted"])
def test_what_no_commit_holds_is_not_published(how: str, root: Path) -> None:
    commit_all(root, {"third/web/values.yaml": "a: 1\n"})
    if how == "deleted":
        (root / "third/web/values.yaml").unlink()
    else:
        name = "values.yaml" if how == "modified" else "new.yaml"
        write(root, {f"third/web/{name}": "b: 1\n", "third/orders/README.md": "not asked for\n"})
    if how == "staged":
        git(root, "add", "third/web")
    before = git(root, "status", "--porcelain")
    found = error(shunter("package", "web", cwd=root))
    assert found.message.startswith("chart web has changes that no commit holds: third/web/")
    assert found.hint.startswith(f"git -C {root} add third/web && git -C {root} commit")
    assert git(root, "status", "--porcelain") == before
    git(root, "add", "-A", "third/web")
    git(root, "commit", "-q", "-m", "web")
    ok("package", "web", cwd=root)


def test_what_git_ignores_is_not_packed(root: Path) -> None:
    write(root, {"third/web/debug.log": "secret\n"})
    ok("package", "web", cwd=root)
    assert "debug.log" not in PackedChart("web", archive=(root / ARCHIVE).read_bytes()).files
    ok("package", "web", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)


@pytest.mark.parametrize("pattern", ["third/", "third/web/", "Chart.yaml"])
def test_a_chart_that_git_ignores_is_in_no_commit(pattern: str, root: Path) -> None:
    write(root, {".gitignore": f"{pattern}\n*.log\n", "third/web/debug.log": "secret\n"})
    git(root, "rm", "-rq", "--cached", "third/web")
    git(root, "add", ".gitignore", "third/orders", "--force")
    git(root, "commit", "-q", "-m", "third parties' charts are not ours")
    found = error(shunter("package", "web", cwd=root))
    assert found.message.startswith("chart web has changes that no commit holds: third/")
    assert found.message.endswith(f"{pattern.removeprefix('third/')} (git ignores it)")
    assert f"git -C {root} add --force third/web" in found.hint
    ok("package", "web", "--allow-dirty", cwd=root)
    assert (root / ARCHIVE.replace("1.1.0", "1.1.0+dirty")).exists()
    git(root, "add", "--force", "third/web")
    git(root, "commit", "-q", "-m", "web")
    ok("package", "web", cwd=root)


def test_a_submodule_in_a_chart_is_refused_unless_helm_leaves_it_out_too(root: Path, tmp_path: Path) -> None:
    other = make_repo(tmp_path / "other", {"x": "1\n"})
    for folder in ("third/web/files/sub", "third/orders/files/sub"):
        git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), folder)
    git(root, "commit", "-q", "-m", "shared files")
    found = error(shunter("package", "web", cwd=root))
    assert found.message == "chart web has a submodule at files/sub, whose files would be missing"
    commit_all(root, {"third/web/.helmignore": "files/sub/\n"})
    ok("package", "web", cwd=root)


def test_on_demand_it_is_and_no_train_takes_it(root: Path) -> None:
    write(root, {"third/web/values.yaml": "b: 1\n"})
    ok("package", "web", "--allow-dirty", cwd=root)
    path = ARCHIVE.replace("1.1.0", "1.1.0+dirty")
    assert noted(root, path) == {}
    assert not (root / ARCHIVE).exists()
    assert git(root, "status", "--porcelain") == "?? third/web/values.yaml"
    [found] = refusals(shunter("train", "cut", "1.0.0", "--car", "web=1.1.0+dirty", cwd=root))
    assert (found.rule, found.message) == (
        "dirty-chart",
        "web 1.1.0+dirty was packaged from files that no commit holds",
    )
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "web")
    ok("package", "web", "--allow-dirty", cwd=root)
    assert noted(root)[REVISION] == git(root, "rev-parse", "HEAD~1")
    ok("train", "cut", "1.0.0", cwd=root)
