"""What a rename moves and rewrites in one project, as values: files in, files out."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart, chart_files
from helpers.workspaces.gitrepo import make_repo, write
from shunter.adapters.git.repository import PlannedRepository
from shunter.core.charts.pins import Pin
from shunter.core.trains.state import Car, State, render_state
from shunter.core.workspace.file import parse_workspace
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Project, Workspace
from shunter.core.workspace.rename import Rename
from shunter.flows.fleet.renaming import Renaming
from shunter.flows.workspace.archives import archives_at
from shunter.flows.workspace.own_files import record_from, schema_of
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

TEXT = "name: shop\nservices: {NAME: {archetype: rest-api}}\nenvironments: {tst: {}}\n"


def workspace(name: str) -> Workspace:
    text = TEXT.replace("NAME", name).encode()
    return parse_workspace(text, "shunter.yaml", schema_of("workspace"), release="0.1.0", source="s")


@pytest.fixture
def renaming(tmp_path: Path) -> Renaming:
    rename = Rename("service", "orders", "sales", workspace("orders"))
    return Renaming(rename, tmp_path / "shop", archives_at(tmp_path / "registry", ""), keep=True)


def project(kind: str) -> Project:
    return next(p for spec in plan_repositories(workspace("sales")) for p in spec.projects if p.kind == kind)


def test_tracked_files_move_and_others_are_named(renaming: Renaming) -> None:
    root = make_repo(renaming.root, {"services/orders/a": "1\n", "charts/orders/b": "2\n", ".gitignore": "*.log\n"})
    write(root, {"services/orders/x.log": "mine\n"})
    [spec] = plan_repositories(workspace("sales"))
    moved = renaming.moved(PlannedRepository(root), spec)
    assert {path: state and state.data for path, state in moved.items()} == {
        "services/orders/a": None,
        "services/sales/a": b"1\n",
        "charts/orders/b": None,
        "charts/sales/b": b"2\n",
    }
    assert [*renaming.left(spec)] == ["services/orders keeps 1 file that git does not track, such as x.log"]
    (root / "charts/orders/b").unlink()
    with pytest.raises(ShunterError, match=r"charts/orders/b is to be moved"):
        renaming.moved(PlannedRepository(root), spec)


def test_a_package_follows_its_service(renaming: Renaming) -> None:
    old = {"src/orders_service/__init__.py": FileState(b""), "Dockerfile": FileState(b"-m orders_service\n")}
    new = {"src/sales_service/__init__.py": FileState(b"")}
    moved = {
        "services/sales/src/orders_service/mine.py": FileState(b"import orders_service, orders_services\n"),
        "services/orders/src/orders_service/mine.py": None,
        "charts/sales/orders_service": FileState(b"orders_service"),
    }
    found, base = renaming.with_package(moved, project("service"), old, new)
    assert found == {
        "services/sales/src/sales_service/mine.py": FileState(b"import sales_service, orders_services\n"),
        "services/orders/src/orders_service/mine.py": None,
        "charts/sales/orders_service": FileState(b"orders_service"),
    }
    assert base == {"src/sales_service/__init__.py": FileState(b""), "Dockerfile": FileState(b"-m sales_service\n")}


def environment(**cars: Pin) -> ProjectFiles:
    record = State({alias: Car(pin) for alias, pin in cars.items()})
    files = {"values.yaml": FileState(b"orders: {x: 1}\n"), RECORD_FILE: FileState(render_state(record))}
    return ProjectFiles(MemoryTree(files), "envs/tst")


def test_an_environment_s_record_and_values_follow(renaming: Renaming) -> None:
    found = renaming.rewritten(environment(orders=Pin("orders", "1.0.0")), project("environment"))
    values, record = found["values.yaml"], found[RECORD_FILE]
    assert values == FileState(b"sales: {x: 1, nameOverride: orders}\n")
    assert record is not None
    assert record_from(record.data, RECORD_FILE).pins == {"sales": Pin("orders", "1.0.0")}
    assert [path for path in found if path.startswith(".shunter/history/")]
    assert RECORD_FILE not in renaming.rewritten(environment(), project("environment"))


def test_a_chart_that_names_itself_needs_no_second_override(renaming: Renaming) -> None:
    files = chart_files("orders") | {"values.yaml": FileState(b"nameOverride: first\n")}
    renaming.archives.pending[chart(files).key] = chart(files)
    pin = Pin(*chart(files).key)
    found = renaming.rewritten(environment(orders=pin), project("environment"))
    assert found["values.yaml"] == FileState(b"sales: {x: 1}\n")


def test_a_chart_keeps_its_name(renaming: Renaming) -> None:
    text = b"image:\n  repository: registry.example/shop/orders # ours\n"
    files = ProjectFiles(MemoryTree({"values.yaml": FileState(text)}), "charts/sales")
    assert renaming.rewritten(files, project("app")) == {"values.yaml": FileState(text + b"nameOverride: orders\n")}
    assert renaming.rewritten(ProjectFiles(MemoryTree({}), "charts/sales"), project("app")) == {}
