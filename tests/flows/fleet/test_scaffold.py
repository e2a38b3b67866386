"""What `new`, `add` and `remove` refuse before anything is rendered, and the files that carry a workspace."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git, make_repo, snapshot
from helpers.workspaces.small import WORKSPACE, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.fleet import scaffold
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.workspace.context import Context, open_context, workspace_from
from shunter.model.errors import ShunterError


@pytest.fixture
def small(tmp_path: Path) -> Context:
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


def test_the_workspaces_files_hold_its_text_a_copy_and_a_schema() -> None:
    found = scaffold.workspace_files(WORKSPACE.encode())
    assert set(found) == {"shunter.yaml", scaffold.SCHEMA_FILE, ".shunter/applied.yaml"}
    text, schema, applied = (found[path] for path in ("shunter.yaml", scaffold.SCHEMA_FILE, ".shunter/applied.yaml"))
    assert text is not None
    assert schema is not None
    assert applied is not None
    assert text.data == WORKSPACE.encode()
    assert workspace_from(applied.data) == workspace_from(text.data)
    assert applied.data.startswith(b"# ")
    assert json.loads(schema.data)["type"] == "object"


def test_what_a_new_workspace_would_be_is_shown_and_not_written(tmp_path: Path) -> None:
    said = ok("new", "shop", "--defaults", "--layout", "mono", "--diff", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert "planned  shop  Make workspace shop (" in said.err
    ok("new", "shop", "--defaults", "--layout", "mono", cwd=tmp_path)
    shown = {line.removeprefix("+++ b/shop/") for line in said.out.splitlines() if line.startswith("+++ b/shop/")}
    made = set(git(tmp_path / "shop", "ls-files").splitlines())
    assert {"shunter.yaml", "envs/tst/values.yaml", "library/Chart.yaml"} <= shown <= made


def test_a_folder_with_something_in_it_is_no_place_for_a_new_workspace(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/mine.txt").write_text("mine\n", "utf-8")
    with pytest.raises(ShunterError, match="shop"):
        scaffold.new(scaffold.NewWorkspace(tmp_path / "shop"))
    assert [path.name for path in tmp_path.rglob("*")] == ["shop", "mine.txt"]


def add_service(name: str, settings: Mapping[str, Any]) -> Callable[[Context], object]:
    return lambda context: scaffold.add_service(context, name, settings)


REFUSED: list[tuple[Callable[[Context], object], str]] = [
    (add_service("web", {"archetype": "worker"}), "there is already a service `web`"),
    (add_service("No_Label", {"archetype": "worker"}), "`No_Label` is not a DNS label"),
    (add_service("new", {"chart": {"path": "third/gone"}}), "third/gone"),
    (add_service("new", {"archetype": "nonsense"}), "archetype"),
    (lambda context: scaffold.add_environment(context, "tst", {}), "there is already an environment `tst`"),
    (lambda context: scaffold.add_environment(context, "a.b", {}), "`a.b` is not a DNS label"),
    (lambda context: scaffold.remove_service(context, "gone"), "there is no service `gone`"),
    (lambda context: scaffold.remove_environment(context, "gone"), "there is no environment `gone`"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_is_named_and_nothing_is_written(
    change: Callable[[Context], object], message: str, small: Context
) -> None:
    before = snapshot(small.root)
    with pytest.raises(ShunterError) as error:
        change(small)
    assert message in " ".join([str(error.value), *(finding.message for finding in error.value.findings)])
    assert snapshot(small.root) == before


def test_a_service_that_runs_somewhere_is_not_removed(small: Context) -> None:
    cut(small, Cut("1.0.0"), dry_run=False, diff=False)
    promote(small, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)
    with pytest.raises(ShunterError, match="service `web` is pinned in tst"):
        scaffold.remove_service(small, "web")


def test_an_unknown_name_comes_with_the_known_ones() -> None:
    assert scaffold.unknown("service", "x", ["a", "b"]).hint == "known: a, b"
    assert scaffold.unknown("service", "x", []).hint == "no service yet"


@pytest.mark.slow  # a workspace is made anew for each moment
def test_a_workspace_that_changes_while_it_is_planned_is_not_written(
    mono: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original: Any = vars(scaffold)["reconcile"]

    def reconcile(request: Any) -> Any:
        monkeypatch.setattr(scaffold, "reconcile", original)
        ok("add", "environment", "first", cwd=mono)
        return original(request)

    monkeypatch.setattr(scaffold, "reconcile", reconcile)
    with pytest.raises(ShunterError, match=r"shunter\.yaml changed while shunter was working"):
        scaffold.add_service(open_context(str(mono)), "second", {"archetype": "rest-api"})
    assert git(mono, "log", "-1", "--format=%s") == "Add environment first"
    assert git(mono, "status", "--porcelain") == ""


def test_a_workspace_inside_of_another_or_of_a_repository_is_told(tmp_path: Path) -> None:
    ok("new", "outer", "--defaults", cwd=tmp_path)
    said = ok("new", "inner", "--defaults", cwd=tmp_path / "outer").err
    assert (
        f"notice: inner is inside the workspace {tmp_path / 'outer'}, and no part of it; `shunter add service" in said
    )
    root = make_repo(tmp_path / "repo", {".gitignore": "away/\n"})
    assert scaffold.place_notice(root / "a") == (
        f"notice: a is inside the repository {root}, and no part of it. Not meant? Move the folder a away.",
    )
    (root / "away").mkdir()
    assert scaffold.place_notice(root / "away" / "a") == (), "ignored there: meant so"
    assert scaffold.place_notice(tmp_path / "free") == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--port", "0"), "`services.x.port` must be at least 1, not 0"),
        (("--chart", "charts/web", "--port", "80"), "`--port` is for a service that a template makes"),
        (("--chart", "charts/web", "--archetype", "worker"), "`--archetype` is for a service that a template makes"),
        (("--chart", "charts/web", "--language", "go"), "`--language` is for a service that a template makes"),
        (("--repository", "https://example.org"), "`--repository` needs a chart in it"),
        (("--chart", "oci://h/a:1.0.0", "--repository", "oci://h"), "names the repository already"),
    ],
)
def test_an_option_that_cannot_be_kept_is_refused(mono: Path, options: tuple[str, ...], message: str) -> None:
    before = snapshot(mono)
    result = shunter("add", "service", "x", *options, cwd=mono)
    assert result.code == 2
    assert message in result.err
    assert snapshot(mono) == before
