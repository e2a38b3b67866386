"""What is printed, where to, and what happens where nothing can be printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from helpers.workspaces import shop
from shunter.cli import output
from shunter.cli.parse import Arguments
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Outcome, Report, Severity, Span, Status

PLAIN = Arguments({"output": "text", "quiet": False, "verbose": False})
QUIET = Arguments({"output": "text", "quiet": True, "verbose": False})
VERBOSE = Arguments({"output": "text", "quiet": False, "verbose": True})
FINDING = Finding(
    "a-rule",
    "no such key",
    Span("a.yaml", 12, 3, 6, "a:\tbcd"),
    notes=("schema: x",),
    related=(("seen", Span("b.yaml", 1, 2)),),
)
REPORT = Report(
    product="product\n",
    data=[{"a": "ä"}],
    findings=(FINDING,),
    outcomes=(
        Outcome("one", Status.DONE, "written", timings={"render": 1.234}),
        Outcome("two", Status.NOOP, "up to date"),
    ),
    notices=("a notice",),
    next_step="shunter status",
)
BLOCK = """\
error[a-rule]: no such key
  --> a.yaml:12:3
   |
12 | a: bcd
   |   ^^^
   = schema: x
   = seen: b.yaml:1:2
"""
REST = "    done  one  written\na notice\nnext: shunter status\n"


def test_the_product_goes_to_stdout_and_all_else_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_report(REPORT, PLAIN, colour=False)
    assert capsys.readouterr() == ("product\n", BLOCK + REST)


def test_quiet_leaves_product_and_findings(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_report(REPORT, QUIET, colour=False)
    assert capsys.readouterr() == ("product\n", BLOCK)


def test_quiet_is_no_silence_about_what_was_refused(capsys: pytest.CaptureFixture[str]) -> None:
    more = (Outcome("three", Status.REFUSED, "HEAD is detached"), Outcome("four", Status.FAILED, "no reason"))
    output.print_report(replace(REPORT, findings=(), outcomes=(*REPORT.outcomes, *more)), QUIET, colour=False)
    assert capsys.readouterr().err == " refused  three  HEAD is detached\n  failed  four  no reason\n"


def test_verbose_shows_timings_and_what_had_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_report(REPORT, VERBOSE, colour=False)
    err = capsys.readouterr().err
    assert "    done  one  written  render 1.23 s\n    noop  two  up to date\n" in err


def test_the_files_of_a_vendored_chart_are_one_line_unless_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    vendored = tuple(f"envs/pre/charts/orders/templates/{number}.yaml" for number in range(5))
    paths = ("envs/pre/Chart.yaml", "envs/pre/charts/auth/Chart.yaml", *vendored)
    report = Report(outcomes=(Outcome("pre", Status.DONE, "promoted", paths=paths),))
    output.print_report(report, PLAIN, colour=False)
    said = [line.strip() for line in capsys.readouterr().err.splitlines()[1:]]
    assert said == ["envs/pre/Chart.yaml", "envs/pre/charts/auth/Chart.yaml", "envs/pre/charts/orders/ (5 files)"]
    output.print_report(report, VERBOSE, colour=False)
    assert [line.strip() for line in capsys.readouterr().err.splitlines()[1:]] == list(paths)


def test_many_vendored_charts_are_one_line_and_a_dry_run_lists_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    charts = tuple(f"envs/pre/charts/app{n:02}/{name}.yaml" for n in range(11) for name in ("Chart", "values"))
    paths = ("envs/pre/Chart.yaml", *charts)
    for status, expected in (
        (Status.DONE, ["envs/pre/Chart.yaml", "envs/pre/charts/ (11 charts, 22 files)"]),
        (Status.PLANNED, list(paths)),
    ):
        output.print_report(Report(outcomes=(Outcome("pre", status, "x", paths=paths),)), PLAIN, colour=False)
        assert [line.strip() for line in capsys.readouterr().err.splitlines()[1:]] == expected


def test_many_that_have_nothing_to_do_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    idle = tuple(Outcome(name, Status.NOOP, "up to date") for name in "abc")
    output.print_report(Report(outcomes=idle), PLAIN, colour=False)
    output.print_report(Report(outcomes=idle[:1]), PLAIN, colour=False)
    assert capsys.readouterr().err == "nothing to do (3 of 3: up to date)\n    noop  a  up to date\n"


@pytest.mark.parametrize(("form", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_data_in_a_format_is_the_product(form: str, read: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(read)
    output.print_report(REPORT, Arguments({**vars(PLAIN), "output": form}), colour=False)
    out, err = capsys.readouterr()
    assert read(out) == [{"a": "ä"}]
    assert err == BLOCK + REST


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_findings_in_a_format_are_all_that_is_printed(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    output.print_report(
        Report(findings=(FINDING,), notices=("no",)), Arguments({**vars(PLAIN), "output": form}), colour=False
    )
    out, err = capsys.readouterr()
    assert "no such key" in out
    assert err == ""


def test_what_a_file_says_is_no_command_of_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    bad = "\x1b[2J\r\n\x07\u202e\u2028\udcff"
    span = Span(f"{bad}.yaml", 1, 1, 2, f"k: {bad}")
    output.print_error(ShunterError(f"m {bad}", hint=f"h {bad}\nmore", span=span, notes=(f"n {bad}",)), colour=False)
    err = capsys.readouterr().err
    assert [line.split(" ")[0] for line in err.splitlines()] == ["error:", "", "", "1", "", "", "hint:", "", ""]
    assert not set(bad) - {"\n"} & set(err) - set("[2J")
    assert r"m \x1b[2J\r\n\x07\u202e\u2028\udcff" in err


def test_what_became_of_a_repository_is_no_command_of_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    odd = "\x1b[31mred\x00"
    outcomes = (Outcome(odd, Status.REFUSED, f"{odd} {'x' * 3_000}"),)
    report = Report(outcomes=outcomes, notices=(f"{odd}\nin two lines",), next_step=f"{odd} {'x' * 3_000}\nand more")
    output.print_report(report, PLAIN, colour=False)
    refused, notice, more, first, second = capsys.readouterr().err.splitlines()
    assert refused.startswith(" refused  \\x1b[31mred\\x00  \\x1b[31mred\\x00 xxx")
    assert len(refused) < 2_100
    assert (notice, more) == ("\\x1b[31mred\\x00", "in two lines")
    assert (first, second) == (f"next: \\x1b[31mred\\x00 {'x' * 3_000}", "next: and more"), "a command is whole"


def test_a_word_of_megabytes_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_error(ShunterError("m" * 5_000_000, hint="h" * 5_000_000), colour=False)
    err = capsys.readouterr().err
    assert len(err) < 5_000
    assert err.count("...") == 2


@pytest.mark.parametrize(
    ("severity", "code"), [(Severity.ERROR, "31"), (Severity.WARNING, "33"), (Severity.NOTE, "36")]
)
def test_the_colour_says_how_bad_it_is(severity: Severity, code: str) -> None:
    block = output.finding_block(Finding("r", "m", Span("a", 1, 1, 2, "ab"), severity=severity), colour=True)
    assert f"\x1b[{code}m{severity}[r]:\x1b[0m m" in block
    assert f"| \x1b[{code}m^\x1b[0m" in block


def test_a_table_shows_what_a_terminal_would_obey() -> None:
    assert output.table([("a\x1b[2J", "\u202eb")], ("A", "B")) == "A         B\na\\x1b[2J  \\u202eb\n"


def test_a_table_has_aligned_columns_and_no_trailing_blanks() -> None:
    assert output.table([("a", "long one", ""), ("bb", "c", "d")], ("X", "Y", "Z")) == (
        "X   Y         Z\na   long one\nbb  c         d\n"
    )


def shunter_in_a_shell(arguments: str, folder: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    command = f'"{sys.executable}" -m shunter {arguments}'
    return subprocess.run(["sh", "-c", command], cwd=folder, env=os.environ | env, capture_output=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An umbrella whose file one.yaml is valid."""
    for path, text in {**shop.files(), "one.yaml": shop.VALUES.format(1)}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize("arguments", ["--version", "--help", "schema show", "validate -o json one.yaml"])
@pytest.mark.parametrize(("into", "why"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")])
def test_a_product_that_cannot_be_written_is_an_error(arguments: str, into: str, why: str, folder: Path) -> None:
    if into == ">/dev/full" and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    done = shunter_in_a_shell(f"{arguments} {into}", folder)
    message = f"error: standard output cannot be written: {why}\nhint: check where it leads to\n"
    assert (done.returncode, done.stderr.decode()) == (2, message)


@pytest.mark.parametrize("arguments", ["--version", "--help", "schema show"])
def test_a_reader_that_has_seen_enough_is_no_error(arguments: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "shunter", *arguments.split()],
        cwd=tmp_path,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("into", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [("validate one.yaml", 0), ("validate --strict one.yaml", 0), ("frobnicate", 2), ("-C no status", 2)],
)
def test_the_answer_is_the_same_where_messages_cannot_be_written(
    arguments: str, code: int, into: str, folder: Path
) -> None:
    if into == "2>/dev/full" and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    for _ in range(2):  # the second time by the fast path
        done = shunter_in_a_shell(f"{arguments} {into}", folder)
        assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


def test_a_name_that_the_terminal_cannot_show_is_escaped(folder: Path) -> None:
    (folder / "bäd.yaml").write_text("api: {replicaCount: none}\n")
    done = shunter_in_a_shell("validate -o github bäd.yaml", folder, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert b"b\\xe4d.yaml" in done.stdout
