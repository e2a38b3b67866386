"""The one printer: the product goes to stdout, messages and findings of a run to stderr."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shunter.cli import progress
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Outcome, Report, Severity, Span, Status

if TYPE_CHECKING:
    from shunter.cli.parse import Arguments

_COLOURS = {"red": "31", "yellow": "33", "green": "32", "blue": "34", "cyan": "36", "bold": "1", "dim": "2"}
_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST = 2_000
"""Characters of one part of a block: a file may hold a word of megabytes, and a message quotes it."""
_MOST_PATHS = 4
"""Paths of one vendored chart that are printed one by one."""
_MOST_CHARTS = 10
"""Vendored charts of one environment that are printed one by one."""
_TOLD = (Status.REFUSED, Status.FAILED)
"""What became of a repository is told even to who wants it quiet."""
_STATUS = {
    Status.DONE: "green",
    Status.PLANNED: "yellow",
    Status.NOOP: "dim",
    Status.CONFLICT: "red",
    Status.REFUSED: "red",
    Status.FAILED: "red",
}


def write(text: str) -> None:
    """Write a product to stdout as it is.

    Raises BrokenPipeError where nobody reads on, and ShunterError where stdout is closed or its disk is full.
    """
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        # A file's name may hold bytes that are no text, and a JSON string may hold half a character.
        encoding = sys.stdout.encoding or "utf-8"
        with progress.away():
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
            sys.stdout.flush()
    except OSError as error:
        # The interpreter flushes it on exit, and would complain again.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        if isinstance(error, BrokenPipeError):
            raise
        raise ShunterError(
            f"standard output cannot be written: {error.strerror}", hint="check where it leads to"
        ) from None


def say(line: str) -> None:
    """Write one message to stderr. Where that cannot be written there is nobody left to tell."""
    if sys.stderr is None:
        return
    try:
        with progress.away():
            sys.stderr.write(line.rstrip("\n") + "\n")
            sys.stderr.flush()
    except OSError:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123


def clear() -> None:
    """Empty the terminal, if messages go to one."""
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write("\x1b[H\x1b[2J\x1b[3J")
        sys.stderr.flush()


def is_lost() -> bool:
    """Whether nobody reads on: a stream was given up since it could not be written."""
    return any(getattr(stream, "name", "") == os.devnull for stream in (sys.stdout, sys.stderr))


def colour_wanted(color: str) -> bool:
    """Whether messages are to be in colour, as `--color` and the environment say."""
    if color != "auto":
        return color == "always"
    return sys.stderr is not None and sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def print_error(error: ShunterError, *, colour: bool) -> None:
    """Print the one block of an error that ends a run."""
    say(_block("error", "red", error.rule, error.message, error.span, error.notes, error.hint, colour=colour))


def print_report(report: Report, arguments: Arguments, *, colour: bool) -> None:
    """Print a report in the format that the arguments ask for."""
    form = getattr(arguments, "output", "") or "text"
    data = report.data
    # A plan is no run: its data says all that would be done.
    if getattr(arguments, "tells_done", False) and not getattr(arguments, "plan", False):
        data = _run_data(report)
    if form in ("json", "yaml") and data is not None:
        write(_serialise(data, form))
    elif form in ("json", "sarif", "github", "junit") and not report.product:
        write(_machine_findings(report.all_findings(), form))
        return
    elif report.product:
        write(report.product)
    for finding in report.all_findings():
        say(finding_block(finding, colour=colour))
    if arguments.quiet:  # a refusal is no finding, and the only word of why a run has failed
        report = Report(outcomes=tuple(each for each in report.outcomes if each.status in _TOLD))
    _print_run(report, colour=colour, verbose=bool(arguments.verbose))


def _print_run(report: Report, *, colour: bool, verbose: bool) -> None:
    for line in _outcome_lines(report.outcomes, colour=colour, verbose=verbose):
        say(line)
    for notice in report.notices:
        say(_visible(notice, keep="\n"))
    for line in report.next_step.splitlines():
        say(f"next: {_paint(_escaped(line), 'bold', colour=colour)}")


def finding_block(finding: Finding, *, colour: bool) -> str:
    """A finding as a block of lines: message, place, source line, notes, hint."""
    notes = (*finding.notes, *(f"{label}: {_location(span)}" for label, span in finding.related))
    name = finding.severity.value
    return _block(
        name,
        _SEVERITY[finding.severity],
        finding.rule,
        finding.message,
        finding.span,
        notes,
        finding.hint,
        colour=colour,
    )


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """Rows in aligned columns under a header, without trailing blanks and without what a terminal would obey."""
    rows = [[_visible(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    ]
    return "\n".join(lines) + "\n"


def _block(
    name: str,
    paint: str,
    rule: str,
    message: str,
    span: Span | None,
    notes: Sequence[str],
    hint: str,
    *,
    colour: bool,
) -> str:
    head = _paint(f"{name}[{rule}]:" if rule else f"{name}:", paint, colour=colour)
    lines = [f"{head} {_visible(message)}"]
    gutter = ""
    if span is not None and span.path:
        lines.append(f"  --> {_visible(_location(span))}")
        if span.line and span.text:
            number = str(span.line)
            gutter = " " * len(number)
            text = _UNPRINTABLE.sub("\ufffd", span.text.expandtabs(1).rstrip())  # marks stand below characters
            width = max(1, min(span.end, len(text) + 1) - span.column)
            marks = _paint("^" * width, paint, colour=colour)
            lines += [f"{gutter} |", f"{number} | {text}", f"{gutter} | {' ' * (span.column - 1)}{marks}"]
    lines += [f"{gutter} = {_visible(note)}" for note in notes]
    if hint:
        first, *more = _visible(hint, keep="\n").split("\n")
        lines += [f"{_paint('hint:', 'cyan', colour=colour)} {first}", *(f"      {line}" for line in more)]
    return "\n".join(lines)


def _visible(text: str, keep: str = "") -> str:
    """`_escaped`, and cut where it is very long."""
    return _escaped(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...", keep)


def _escaped(text: str, keep: str = "") -> str:
    """The text on one line, with escapes for what a terminal would obey: it may come from a file."""
    return _UNPRINTABLE.sub(lambda found: found[0] if found[0] in keep else ascii(found[0])[1:-1], text)


def _location(span: Span) -> str:
    return f"{span.path}:{span.line}:{span.column}" if span.line else span.path


def _outcome_lines(outcomes: Sequence[Outcome], *, colour: bool, verbose: bool) -> list[str]:
    busy = [outcome for outcome in outcomes if outcome.status is not Status.NOOP]
    shown = outcomes if verbose or len(outcomes) == 1 else busy
    lines = [
        line
        for outcome in shown
        for line in (
            _outcome_line(outcome, colour=colour, verbose=verbose),
            *(f"          {_visible(path)}" for path in _paths(outcome, verbose=verbose)),
        )
    ]
    idle = len(outcomes) - len(shown)
    if idle and not busy:
        lines.append(f"nothing to do ({idle} of {idle}: {_visible(outcomes[0].detail)})")
    return lines


def _outcome_line(outcome: Outcome, *, colour: bool, verbose: bool) -> str:
    mark = _paint(f"{outcome.status.value:>8}", _STATUS[outcome.status], colour=colour)
    times = "  ".join(f"{name} {seconds:.2f} s" for name, seconds in outcome.timings.items()) if verbose else ""
    told = f"{_visible(outcome.unit)}  {_visible(outcome.detail)}"
    return f"{mark}  {told}{'  ' + times if times else ''}".rstrip()


def _paths(outcome: Outcome, *, verbose: bool) -> Sequence[str]:
    """The paths of a commit: all where one looks before it is made."""
    return outcome.paths if verbose or outcome.status is Status.PLANNED else _folded(outcome.paths)


def _folded(paths: Sequence[str]) -> list[str]:
    """Paths, with one line for a vendored chart of many, or for many charts. JSON and `--verbose` have all."""
    folders: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        above, found, rest = path.partition("/charts/")
        name, inside, _ = rest.partition("/")
        folder = f"{above}{found}" if inside else path
        folders.setdefault(folder, {}).setdefault(f"{folder}{name}/" if inside else path, []).append(path)
    return [line for folder, charts in folders.items() for line in _charts(folder, charts)]


def _charts(folder: str, charts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if len(charts) > _MOST_CHARTS:
        yield f"{folder} ({len(charts)} charts, {sum(map(len, charts.values()))} files)"
        return
    for chart, held in charts.items():
        yield from [f"{chart} ({len(held)} files)"] if len(held) > _MOST_PATHS else held


def _run_data(report: Report) -> dict[str, object]:
    """What a command that writes has done, for programs."""
    outcomes = [
        {"unit": o.unit, "status": o.status.value, "detail": o.detail, "commit": o.commit, "paths": list(o.paths)}
        for o in report.outcomes
    ]
    findings = [{"rule": f.rule, "message": f.message, "path": f.span.path} for f in report.all_findings()]
    next_ = report.next_step.split("\n") if report.next_step else []
    data = {"version": 1, "outcomes": outcomes, "findings": findings, "notices": list(report.notices), "next": next_}
    return data if report.data is None else {**data, "data": report.data}


def _serialise(data: object, form: str) -> str:
    if form == "json":
        import json

        return json.dumps(data, indent=2) + "\n"
    import yaml

    return str(yaml.safe_dump(data, sort_keys=False))


def _machine_findings(findings: Sequence[Finding], form: str) -> str:
    from shunter.cli.formats import render

    return render(findings, form)


def _paint(text: str, name: str, *, colour: bool) -> str:
    return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if colour else text
