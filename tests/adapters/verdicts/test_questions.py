"""Files named on the command line: their charts, what a judgement depends on, and what was said before."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import write
from shunter.adapters.verdicts.cache import Verdicts
from shunter.adapters.verdicts.questions import (
    chart_folder,
    is_values_file,
    other_values,
    questions,
    summary,
    valid_before,
)
from shunter.model.findings import Finding, Span

CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    root = (tmp_path / "r").resolve()
    files = {
        "c/Chart.yaml": CHART,
        "c/values.yaml": "",
        "c/pro.yaml": "a: 1\n",
        "c/envs/tst.yml": "",
        "c/charts/x/Chart.yaml": CHART,
    }
    write(root, {**files, "c/templates/a.yaml": "", "c/ci/b.txt": "", "other/a.yaml": ""})
    return root


def test_the_nearest_chart_upwards(chart: Path) -> None:
    at = {
        name: chart_folder(str(chart / name)) for name in ("c", "c/envs", "c/envs/tst.yml", "c/charts/x/deep", "other")
    }
    own = str(chart / "c")
    assert at == {"c": own, "c/envs": own, "c/envs/tst.yml": own, "c/charts/x/deep": f"{own}/charts/x", "other": ""}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("pro.yaml", True),
        ("envs/tst.yml", True),
        ("values.yaml", False),
        ("Chart.yaml", False),
        ("templates/a.yaml", False),
        ("charts/x/Chart.yaml", False),
        ("ci/b.txt", False),
        ("gone.yaml", False),
        ("envs", False),
    ],
)
def test_which_files_are_values_files(name: str, values: bool, chart: Path) -> None:
    assert is_values_file(str(chart / "c" / name), str(chart / "c")) is values


def test_the_files_that_a_chart_is_tried_with(chart: Path) -> None:
    here = ["ci/a-values.yaml", "ci/deep/values.yml", "values-pro.yaml", "values.tst.yml", "values_x.yaml"]
    others = [
        "ci/a.yaml",
        "envs/values-a.yaml",
        "values.yaml.bak",
        "valuesx.yaml",
        "charts/x/values-a.yaml",
        "values.schema.yaml",
    ]
    write(chart / "c", dict.fromkeys((*here, *others), ""))
    (chart / "c" / "values-dir.yaml").mkdir()
    (chart / "c" / "ci" / "round").symlink_to("..")
    assert other_values(str(chart / "c"), str(chart)) == [f"c/{name}" for name in here]
    assert other_values(str(chart / "c"), str(chart / "other"))[0] == "../c/ci/a-values.yaml"
    assert other_values(str(chart / "gone"), str(chart)) == []


def test_a_question_names_all_that_a_judgement_depends_on(chart: Path) -> None:
    folder = str(chart / "c")
    (one, two) = questions(folder, str(chart), b"w", [("c/pro.yaml",), ()], whole=False, sets=["--set a=1"])
    assert one[:3] == (folder, False, (f"{chart}/c/pro.yaml",))
    assert one[3] == (("c/pro.yaml", b""), ("shunter.yaml", b"w"), ("start", b"c"), ("--set a=1", b""))
    assert two[2:] == ((), (("shunter.yaml", b"w"), ("start", b"c"), ("--set a=1", b"")))


def judged(chart: Path, names: list[str], *findings: Finding, workspace: bytes = b"", whole: bool = False) -> None:
    """Remember a judgement on these files of the chart `c`."""
    verdicts = Verdicts()
    for asked in questions(str(chart / "c"), str(chart), workspace, [(name,) for name in names] or [()], whole=whole):
        verdicts.find(asked)
        verdicts.keep(asked, findings)
    verdicts.save()


def before(chart: Path, *names: str) -> int:
    return valid_before(str(chart), names, Verdicts())


def test_what_was_valid_is_valid_while_nothing_changes(chart: Path) -> None:
    assert before(chart, "c/pro.yaml") == 0
    judged(chart, ["c/pro.yaml"])
    assert before(chart, "c/pro.yaml") == 1
    assert before(chart, "c/pro.yaml", "c/envs/tst.yml") == 0
    (chart / "c/pro.yaml").write_text("a: 2\n")
    assert before(chart, "c/pro.yaml") == 0


def test_a_chart_itself_counts_where_nothing_else_can_depend_on_it(chart: Path) -> None:
    judged(chart, [])
    assert before(chart, "c") == 1
    assert [
        before(chart, name) for name in ("c/values.yaml", "c/charts/x", "c/gone.yaml", "other/a.yaml", "c/../c")
    ] == [0] * 5
    (chart / "shunter.yaml").write_text("name: w\n")
    assert before(chart, "c") == 0


def test_findings_of_before_are_shown_again_by_a_closer_look(chart: Path) -> None:
    judged(chart, ["c/pro.yaml"], Finding("type", "m", Span("c/pro.yaml", 1)))
    assert before(chart, "c/pro.yaml") == 0


def test_an_environment_is_one_question_whatever_is_named(chart: Path) -> None:
    (chart / "c/.copier-answers.yml").write_text("a: 1\nkind: environment\n")
    (chart / "shunter.yaml").write_text("name: w\n")
    judged(chart, [], workspace=b"name: w\n", whole=True)
    assert before(chart, "c/pro.yaml", "c/values.yaml") == 1
    (chart / "shunter.yaml").write_text("name: v\n")
    assert before(chart, "c/pro.yaml") == 0


def test_after_a_killed_run_nothing_is_taken_for_granted(chart: Path) -> None:
    write(chart, {".git/HEAD": ""})
    judged(chart, ["c/pro.yaml"])
    assert before(chart, "c/pro.yaml") == 1
    write(chart, {".git/shunter/journal.json": "{}"})
    assert before(chart, "c/pro.yaml") == 0


@pytest.mark.parametrize(
    ("charts", "findings", "line"),
    [
        (1, 0, "1 chart checked: valid"),
        (0, 0, "0 charts checked: valid"),
        (2, 1, "2 charts checked: 1 finding"),
        (2, 2, "2 charts checked: 2 findings"),
    ],
)
def test_the_last_line(charts: int, findings: int, line: str) -> None:
    assert summary(charts, findings) == line


@pytest.mark.parametrize(
    ("charts", "own", "line"),
    [
        (0, ["shunter.yaml"], "shunter.yaml checked: 1 finding"),
        (1, ["shunter.yaml"], "1 chart, shunter.yaml checked: 1 finding"),
        (2, ["a", "b", "c"], "2 charts, a, b, c checked: 1 finding"),
        (0, ["a", "b", "c", "d"], "4 files of shunter checked: 1 finding"),
    ],
)
def test_the_last_line_names_files_of_ours(charts: int, own: list[str], line: str) -> None:
    assert summary(charts, 1, own) == line
