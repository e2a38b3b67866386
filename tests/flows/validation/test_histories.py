"""A record that its history does not explain is a finding, in the place of the file, with and without trains."""

from __future__ import annotations

from helpers.charts.tiny_charts import chart_files, environment
from shunter.core.charts.pins import Pin
from shunter.core.trains.state import PATH, Car, State, parse_state, render_state
from shunter.flows.validation.histories import unexplained
from shunter.flows.workspace.own_files import schema_of
from shunter.flows.workspace.projects import ProjectFiles
from shunter.flows.workspace.trains import Trains
from shunter.model.data import replace
from shunter.model.files import FileState, MemoryTree

FILES, _, _ = environment({"orders": chart_files("orders")})


def project(record: bytes | None) -> ProjectFiles:
    files = {**FILES, PATH: FileState(record)} if record else {p: s for p, s in FILES.items() if p != PATH}
    return ProjectFiles(MemoryTree(files), "envs/tst")


def test_what_is_explained_is_no_finding() -> None:
    assert unexplained(project(FILES[PATH].data), None) == ()
    assert unexplained(project(None), None) == ()


def test_what_is_not_is_found_where_it_stands(tmp_path_factory: object) -> None:
    state = parse_state(FILES[PATH].data, PATH, schema_of("record"))
    other = replace(state, cars={"orders": Car(Pin("orders", "9.0.0"))})
    (found,) = unexplained(project(render_state(other)), None)
    assert (found.rule, found.span.path) == ("record-mismatch", f"envs/tst/{PATH}")
    (found,) = unexplained(project(render_state(other)), None, ".")
    assert found.span.path == PATH
    assert unexplained(project(render_state(State())), None)[0].hint


def test_trains_are_asked_where_they_are_at_hand(tmp_path: object) -> None:
    from pathlib import Path

    found = unexplained(project(FILES[PATH].data), Trains(Path(str(tmp_path))))
    assert {finding.message for finding in found} == {
        "`orders` came with the train 1.0.0, which is not there",
        "there is no train `1.0.0`",
    }
