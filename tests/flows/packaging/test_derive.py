"""What shunter owns follows from pins: the same pins give the same bytes, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import LIBRARY, NOW, chart, chart_files, library_files, pinned
from shunter.core.charts.lock import GENERATED, render_lock
from shunter.core.charts.pins import Dependency, Pin
from shunter.core.trains.entry import Why, advance, path_of, render_entry
from shunter.core.trains.state import PATH, Car, State, render_state
from shunter.flows.packaging.derive import app_files, environment_files, record_files
from shunter.flows.workspace.archives import Archives, archives_at
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree, OverlayTree

ANSWERS = {"name": "tst", "workspace": "shop", "library": LIBRARY, "services": ["orders"]}


@pytest.fixture
def archives(tmp_path: Path) -> Archives:
    """The library and orders, just packaged."""
    made = archives_at(tmp_path, "")
    for files in (library_files(), library_files("1.1.0"), chart_files("orders")):
        made.pending[chart(files).key] = chart(files)
    return made


def running(**cars: Pin) -> State:
    return State({alias: Car(pin) for alias, pin in cars.items()})


def test_a_record_and_what_is_new_in_its_history_are_written() -> None:
    state, entry = advance(State(), running(orders=Pin("orders", "1.0.0")).cars, None, Why("promote", NOW))
    assert entry is not None
    found = record_files(state, [entry])
    assert found == {
        PATH: FileState(render_state(state)),
        path_of(state.entry): FileState(render_entry(entry)),
    }


def lock_of(*charts: tuple[str, str]) -> FileState:
    return FileState(render_lock([Dependency(*chart, "") for chart in charts], NOW))


def test_deriving_again_changes_nothing(archives: Archives) -> None:
    record = running(orders=pinned(chart_files("orders")))
    files = {"values.yaml": FileState(b"a: 1\n"), "charts/old/Chart.yaml": FileState(b"")}
    tree = MemoryTree({**files, "Chart.lock": lock_of(("old", "1.0.0"))})
    first = environment_files(tree, ANSWERS, record, archives)
    assert first["charts/old/Chart.yaml"] is None
    assert "values.yaml" not in first
    derived = OverlayTree(tree, first)
    again = environment_files(derived, ANSWERS, record, archives)
    assert {path for path, state in again.items() if derived.get(path) != state} == set()


def test_lines_that_were_managed_leave_helmignore(archives: Archives) -> None:
    record = State()
    assert ".helmignore" not in environment_files(MemoryTree({}), ANSWERS, record, archives)
    old = FileState(f"charts/*/templates/{LIBRARY}/_{LIBRARY}.v1.tpl\nmine\n".encode())
    found = environment_files(MemoryTree({".helmignore": old}), ANSWERS, record, archives)
    assert found[".helmignore"] == FileState(b"mine\n")


def test_charts_from_a_repository_hold_their_library_themselves(archives: Archives) -> None:
    record = State()
    served = {**ANSWERS, "chart_repository": "https://charts.invalid"}
    assert not any(path.startswith("charts/") for path in environment_files(MemoryTree({}), served, record, archives))
    assert f"charts/{LIBRARY}/Chart.yaml" in environment_files(MemoryTree({}), ANSWERS, record, archives)


def test_a_pin_that_nobody_holds_is_named(archives: Archives) -> None:
    lacking = running(orders=Pin("orders", "9.0.0"))
    with pytest.raises(ShunterError, match=r"orders 9\.0\.0"):
        environment_files(MemoryTree({}), ANSWERS, lacking, archives)


def app(version: str = "1.1.0") -> ProjectFiles:
    files = chart_files("web", library=library_files(version))
    return ProjectFiles(MemoryTree(files), "web/charts/web")


def test_an_app_gets_the_library_that_its_chart_names(archives: Archives) -> None:
    found = app_files(app(), archives)
    inside = {path for path, state in found.items() if state is not None and path.startswith("charts/")}
    assert f"charts/{LIBRARY}/Chart.yaml" in inside
    assert found["Chart.lock"] is not None
    assert GENERATED.encode() in found["Chart.lock"].data
    assert "values.schema.json" not in found  # nobody's answers name a library


def test_a_lock_that_helm_has_stamped_stays(archives: Archives) -> None:
    files = app()
    derived = app_files(files, archives)
    assert derived["Chart.lock"] is not None
    stamped = FileState(derived["Chart.lock"].data.replace(GENERATED.encode(), NOW.encode()))
    files = files.with_changes({**derived, "Chart.lock": stamped})
    later = app_files(files, archives)
    assert {path for path, state in later.items() if files.tree.get(path) != state} == set()


def test_without_a_dependency_there_is_no_lock(archives: Archives) -> None:
    files = {**chart_files("web"), "charts/old-1.0.0.tgz": FileState(b"")}
    tree = MemoryTree({**files, "Chart.lock": lock_of(("old", "1.0.0"))})
    assert app_files(ProjectFiles(tree, "."), archives) == {"charts/old-1.0.0.tgz": None, "Chart.lock": None}


def test_a_chart_that_shunter_did_not_put_there_stays(archives: Archives) -> None:
    """What a merge brings along equals a chart of the registry; a person's equals none, whatever it is called."""
    record = State()
    merged = {f"charts/orders/{path}": state for path, state in chart_files("orders").items()}
    edited = {f"charts/edited/{path}": state for path, state in chart_files("orders").items()}
    person = {"charts/edited/more.txt": FileState(b""), "charts/side.tgz": FileState(b""), "charts/x/y": FileState(b"")}
    found = environment_files(MemoryTree({**merged, **edited, **person}), ANSWERS, record, archives)
    assert {path for path, state in found.items() if state is None} == merged.keys()


def test_a_range_is_refused(archives: Archives) -> None:
    files = app().with_changes(
        {"Chart.yaml": FileState(b"name: web\nversion: 1.0.0\ndependencies: [{name: commons, version: ^1}]\n")}
    )
    with pytest.raises(ShunterError, match=r"web/charts/web/Chart\.yaml: dependency `commons`"):
        app_files(files, archives)
