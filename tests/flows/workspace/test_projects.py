"""A project's folder as one value: its answers, chart and record, and the same with other files."""

from __future__ import annotations

import pytest

from helpers.charts.tiny_charts import chart_files, environment
from shunter.core.packaging.images import parse_pin
from shunter.core.packaging.stamp import Stamped
from shunter.flows.workspace.projects import ANSWERS_FILE, RECORD_FILE, ProjectFiles, answers_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, MemoryTree

ANSWERS = b"_src_path: x\n_commit: v1\nkind: environment\nname: tst\nlibrary: commons\nhelm: '3'\nvalues_files: [common.yaml, values.yaml]\n"
FILES, _, PINS = environment({"orders": chart_files("orders")})


def project(**more: FileState | None) -> ProjectFiles:
    files = {**FILES, **{{"answers": ANSWERS_FILE, "record": RECORD_FILE}[name]: state for name, state in more.items()}}
    return ProjectFiles(MemoryTree({path: state for path, state in files.items() if state}), "envs/tst")


def test_answers_say_which_helm_and_which_values_files() -> None:
    found = project(answers=FileState(ANSWERS))
    assert (found.helm, found.values_files) == ("3", ["common.yaml", "values.yaml"])
    assert (project().answers, project().helm, project().values_files) == ({}, "4", ["values.yaml"])


def test_the_answers_of_another_template_are_none() -> None:
    assert project(answers=FileState(b"_src_path: x\ncolour: red\n")).answers == {}


@pytest.mark.parametrize(("name", "path"), [("answers", ANSWERS_FILE), ("record", RECORD_FILE)])
def test_a_link_is_not_followed_and_a_broken_file_is_named(name: str, path: str) -> None:
    with pytest.raises(ShunterError, match=f"{path} is a symbolic link"):
        getattr(project(**{name: FileState(b"elsewhere", SYMLINK)}), name)
    with pytest.raises(ShunterError) as error:
        getattr(project(**{name: FileState(b"a: [\n")}), name)
    assert {finding.span.path for finding in error.value.findings} == {f"envs/tst/{path}"}


def test_the_record_is_read_and_none_is_no_error() -> None:
    found = project()
    assert found.record is not None
    assert (found.record.pins, [*found.entries]) == (PINS, [found.record.entry])
    assert project(record=None).record is None
    assert project(record=None).vendored == ()


def test_a_history_that_names_no_such_train_is_not_parsed() -> None:
    path = ".shunter/history/20261129T000000Z-00000000.yaml"
    found = project().with_changes({path: FileState(b"base: {train: 1.4.0, [")})
    assert (found.tells_of("1.4.0"), found.tells_of("1.5.0")) == (True, False)
    vars(found).pop("entries", None)
    with pytest.raises(ShunterError):
        _ = found.entries


def test_what_is_vendored_is_compared_with_the_record() -> None:
    ours = project(answers=FileState(ANSWERS))
    assert ours.vendored == ()
    path = "charts/orders/templates/all.yaml"
    changed = ours.with_changes({path: FileState(b"other\n")})
    assert changed.vendored
    assert all(finding.span.path.startswith("envs/tst/charts/orders") for finding in changed.vendored)


def test_other_files_keep_the_answers_and_the_record_that_were_read() -> None:
    was = project(answers=FileState(ANSWERS))
    assert was.record is not None
    assert was.entries
    changes = {"values.yaml": FileState(b"a: 1\n"), RECORD_FILE: None}
    changed = was.with_changes(changes)
    assert changed.tree.get("values.yaml") == changes["values.yaml"]
    assert changed.record is was.record
    assert changed.entries is was.entries
    other = replace(was.record, base=None)
    assert was.with_derived(changes, other).record is other
    assert was.record is not other


def test_a_chart_is_loaded_as_its_helm_loads_it() -> None:
    assert [subchart.name for subchart in project().chart.subcharts] == ["commons", "orders"]
    assert project().archive.archive
    assert project().archive.key == ("tst", "1.0.0")


def test_answers_are_looked_for_in_any_tree() -> None:
    assert answers_of(MemoryTree({}), "x") == {}
    assert answers_of(MemoryTree({ANSWERS_FILE: FileState(ANSWERS)}), "x")["name"] == "tst"


def test_what_is_stamped_is_in_whatever_is_made_of_the_files() -> None:
    found = project()
    packed, put = found.packed, Stamped("1.5.0", (parse_pin(f"image=nats@sha256:{'a' * 64}"),))
    pinned = found.with_stamped(put)
    assert (pinned.stamped, pinned.packed, found.stamped) == (put, packed, None)
    assert pinned.with_changes({"README.md": None}).stamped == put
