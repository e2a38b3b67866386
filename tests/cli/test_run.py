"""One run: what a verb answers or raises becomes an exit code and words, and nothing is raised."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.charts.charts import ROOT
from shunter.cli.options import TABLE, Command
from shunter.cli.parse import Arguments, parse
from shunter.cli.run import run
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Report, Severity, Span

WARNING = Finding("drift", "m", Span("a.yaml"), Kind.LINT, Severity.WARNING)
DONE = Report(product="made\n")
VERB: list[Callable[[], Report]] = []


def verb(arguments: Arguments) -> Report:
    """The verb of the test that runs."""
    return VERB[-1]()


def outcome(does: Callable[[], Report], *argv: str) -> int:
    line = parse(["lint", *argv], TABLE)
    assert line.command is not None
    line.command = Command(line.command.words, "", f"{__name__}:verb")
    VERB[:] = [does]
    return run(line)


def raising(error: BaseException) -> Callable[[], Report]:
    def does() -> Report:
        raise error

    return does


def test_a_report_is_printed_and_says_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(lambda: DONE) == 0
    assert capsys.readouterr().out == "made\n"
    assert outcome(lambda: Report(answer=False)) == 1


def test_strict_makes_a_warning_a_no() -> None:
    assert outcome(lambda: Report(findings=(WARNING,))) == 0
    assert outcome(lambda: Report(findings=(WARNING,)), "--strict") == 1


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ShunterError("no such thing", hint="try another"), 2, "error: no such thing\nhint: try another\n"),
        (OSError(errno.ENOSPC, "No space left on device", "x/y"), 2, "x/y: No space left on device"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "error: No space left on device\nhint: check the disk"),
        (OSError(errno.EBADF, "Bad file descriptor"), 3, "this is a bug in shunter"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "n" * 999), 2, f"error: {'n' * 200}...: File name too long"),
        (BrokenPipeError(), 0, ""),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ValueError("ours"), 3, "ValueError: ours\n\nerror: this is a bug in shunter"),
        (OSError("without a file"), 3, "this is a bug in shunter"),
    ],
)
def test_what_is_raised_has_its_code(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(raising(error)) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err
    assert bool(printed.err) is bool(words)


def test_an_error_that_lists_findings_is_a_report_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    error = ShunterError("all of it", findings=(WARNING,))
    assert outcome(raising(error)) == error.exit_code
    printed = capsys.readouterr().err
    assert "warning[drift]: m" in printed
    assert "all of it" not in printed


@pytest.mark.parametrize(
    ("argv", "code", "stream", "words"),
    [
        (["--version"], 0, "out", "shunter "),
        (["--help"], 0, "out", "usage"),
        (["lint", "--help"], 0, "out", "shunter lint"),
        ([], 2, "out", "usage"),
        (["lint", "--nonsense"], 2, "err", "--nonsense"),
    ],
)
def test_a_line_that_runs_no_command(
    argv: list[str], code: int, stream: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parse(argv, TABLE)) == code
    printed = capsys.readouterr()
    assert words.lower() in getattr(printed, stream).lower()


@pytest.mark.parametrize(("color", "coloured"), [("always", True), ("never", False), ("auto", False)])
def test_colour_is_for_who_wants_it(color: str, coloured: bool, capsys: pytest.CaptureFixture[str]) -> None:
    outcome(raising(ShunterError("m")), "--color", color)
    assert ("\x1b[" in capsys.readouterr().err) is coloured


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = 'cd "$0" && rmdir "$0" && exec "$1" -m shunter status'
    env = os.environ | {"PYTHONPATH": str(ROOT / "generator")}
    done = subprocess.run(
        ["sh", "-c", command, gone, sys.executable], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: the folder you are in is gone")
