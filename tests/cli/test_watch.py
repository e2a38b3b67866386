"""`validate --watch`: a report for each change, an exit code for the last one, and a redrawn terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.cli import run_in_background, shunter
from shunter.cli.options import TABLE
from shunter.cli.parse import parse
from shunter.cli.watch import BEGINS, ENDS, watched

SCHEMA = '{"properties": {"replicas": {"type": "integer"}}}'


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (tmp_path / "web" / "values.schema.json").write_text(SCHEMA)
    (tmp_path / "web" / "values.yaml").write_text("replicas: 1\n")
    return tmp_path


@contextmanager
def watching(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`validate web --watch` in a folder, which ends with the block at the latest."""
    with run_in_background(folder, "validate", "web", "--watch", *options) as process:
        try:
            yield process
        finally:
            process.kill()


def until(lines: Iterator[str], last: str) -> list[str]:
    found = []
    for line in lines:
        found.append(line.rstrip("\n"))
        if found[-1] == last:
            return found
    raise AssertionError(f"{found} and no {last}")


def test_each_change_is_a_report_of_a_stream(chart: Path) -> None:
    with watching(chart) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert until(lines, ENDS) == [BEGINS, "1 chart checked: valid", ENDS]
        (chart / "web" / "values.yaml").write_text("replicas: many\n")
        found = until(lines, ENDS)
        assert found[:3] == [
            BEGINS,
            "error[type]: `replicas` must be an integer, not a string",
            "  --> web/values.yaml:1:11",
        ]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 1


def test_ctrl_c_while_all_is_well_is_success(chart: Path) -> None:
    with watching(chart) as process:
        assert process.stderr is not None
        until(iter(process.stderr.readline, ""), ENDS)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert "Traceback" not in process.stderr.read()


def test_who_reads_no_more_ends_it(chart: Path) -> None:
    with watching(chart, "-o", "json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        time.sleep(0.2)
        (chart / "web" / "values.yaml").write_text("replicas: many\n")
        assert process.wait(10) in (0, 1)


def test_a_terminal_is_drawn_anew(chart: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "shunter", "validate", "web", "--watch", "--color", "never"]
    with subprocess.Popen(command, cwd=chart, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        try:
            shown = b""
            while ENDS.encode() not in shown:
                shown += os.read(ours, 4096)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()
    os.close(ours)
    assert shown.decode().replace("\r", "").startswith(f"\x1b[H\x1b[2J\x1b[3J{BEGINS}\n1 chart checked: valid\n{ENDS}")


@pytest.mark.parametrize("extra", [("--fix",), ("-f", "-")])
def test_what_does_not_go_with_it_is_refused(extra: tuple[str, ...], chart: Path) -> None:
    result = shunter("validate", "web", "--watch", *extra, cwd=chart)
    assert (result.code, " do not go together" in result.err) == (2, True)


def test_what_is_watched(chart: Path) -> None:
    def places(*arguments: str) -> list[str]:
        line = parse(["-C", str(chart), "validate", "--watch", *arguments], TABLE)
        return [os.path.relpath(place, chart) for place in watched(line.arguments)]

    assert places() == ["."]
    assert places("web/values.yaml", "oci://example.com/a:1", "-f", "secrets://own.yaml") == ["web", "own.yaml"]
    (chart / "shunter.yaml").write_text("")
    assert places("web") == ["web", "."]


def matched(text: str, patterns: list[dict[str, Any]]) -> list[dict[str, str | None]]:
    """What the patterns of a problem matcher find in a text, which they match line after line."""
    lines, found = text.splitlines(), []
    for number in range(len(lines) - len(patterns) + 1):
        here = [re.search(each["regexp"], line) for each, line in zip(patterns, lines[number:], strict=False)]
        if all(here):
            pairs = [(each, match) for each, match in zip(patterns, here, strict=True) if match]
            found.append({key: match[at] for each, match in pairs for key, at in each.items() if key != "regexp"})
    return found


def test_the_problem_matcher_of_the_manual_reads_all_findings(chart: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "validation.md").read_text("utf-8")
    (task,) = json.loads(manual.partition("```json\n")[2].partition("```")[0])["tasks"]
    matcher = task["problemMatcher"]
    (chart / "web" / "values.yaml").write_text("replicas: many\ntag: 1.10\nlong: 1000000\npassword: hunter22\n")
    (chart / "web" / "values-broken.yaml").write_text("a: b: [c\n")
    (chart / "stray.yaml").write_text("a: 1\n")
    asked = [word for word in task["args"] if word != "--watch"]
    assert parse(task["args"], TABLE).problem is None
    said = shunter(*asked, "web", "stray.yaml", cwd=chart)
    findings = json.loads(shunter(*asked, "web", "stray.yaml", "-o", "json", cwd=chart).out)["findings"]
    assert {each["severity"] for each in findings} >= {"error", "warning"}
    assert matched(said.err, matcher["pattern"]) == [
        {
            "severity": each["severity"],
            "code": each["rule"],
            "message": each["message"],
            "file": each["span"]["path"],
            "line": str(each["span"]["line"]) if each["span"]["line"] else None,
            "column": str(each["span"]["column"]) if each["span"]["line"] else None,
        }
        for each in findings
    ]
    assert re.search(matcher["background"]["beginsPattern"], BEGINS)
    assert re.search(matcher["background"]["endsPattern"], ENDS)
