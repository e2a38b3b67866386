"""What an update has made of each repository: rows, as JSON lines that a later run reads, and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.findings import Status

FORMAT: Final = 1
COMMIT, PUSH, REQUEST = "commit", "push", "pull request"
UNTIL: Final = (COMMIT, PUSH, REQUEST)
"""How far an update goes."""
PHASES: Final = ("plan", "render", "merge", "write", "commit", PUSH, REQUEST)
_MOST: Final = 50
"""Files that a pull request names: the forge shows them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One repository: what became of it, and how far it was to go (`until`).

    `before` are the template releases that its projects had, `release` is the one that they are brought to. `left`
    says that something is left to do: nobody has got that far, or something stood against it. `conflicts` are paths
    with their kinds; `request` is the state of the pull request and its page; `timings` are seconds by phase.
    """

    repository: str
    status: Status
    release: str
    until: str = COMMIT
    before: tuple[str, ...] = ()
    detail: str = ""
    branch: str = ""
    commit: str = ""
    files: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    pushed: bool = False
    request: tuple[str, str] | None = None
    left: bool = False
    timings: Mapping[str, float] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The row for JSON, by `schemas/update-report.schema.json`."""
        return {
            "format": FORMAT,
            "repository": self.repository,
            "status": self.status.value,
            "left": self.left,
            "until": self.until,
            "detail": self.detail,
            "templates": {"from": list(self.before), "to": self.release},
            "branch": self.branch,
            "commit": self.commit,
            "files": list(self.files),
            "conflicts": [{"path": path, "kind": kind} for path, kind in self.conflicts],
            "pushed": self.pushed,
            "pull-request": {"state": self.request[0], "url": self.request[1]} if self.request else None,
            "timings": {name: round(self.timings[name], 3) for name in PHASES if name in self.timings},
        }


def row_of(data: Mapping[str, Any]) -> Row:
    """The row that `Row.data` wrote. Raises KeyError, TypeError or ValueError where it is none."""
    if data["format"] != FORMAT:
        raise ValueError
    request = data["pull-request"]
    return Row(
        repository=data["repository"],
        status=Status(data["status"]),
        release=data["templates"]["to"],
        until=UNTIL[UNTIL.index(data["until"])],
        before=tuple(data["templates"]["from"]),
        detail=data["detail"],
        branch=data["branch"],
        commit=data["commit"],
        files=tuple(data["files"]),
        conflicts=tuple((each["path"], each["kind"]) for each in data["conflicts"]),
        pushed=data["pushed"],
        request=(request["state"], request["url"]) if request else None,
        left=data["left"],
        timings=data["timings"],
    )


def line_of(row: Row) -> str:
    """The row as one line of JSON, with its end."""
    return json.dumps(row.data(), ensure_ascii=False) + "\n"


def read_lines(text: str, name: str) -> dict[str, Row]:
    """The rows of a report by their repositories; the last of each counts, and a last line that is cut off does not.

    A `ShunterError` that names the file for anything else.
    """
    found: dict[str, Row] = {}
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        try:
            row = row_of(json.loads(line))
        except (KeyError, TypeError, ValueError):
            if number == len(lines) and not line.endswith("\n"):
                break
            hint = "a report is what `shunter update --report FILE.jsonl` writes"
            raise ShunterError(f"{name}, line {number}: no line of an update's report", hint=hint) from None
        found[row.repository] = row
    return found


def totals(rows: Iterable[Row]) -> dict[str, float]:
    """Seconds by phase of all rows together."""
    found = dict.fromkeys(PHASES, 0.0)
    for row in rows:
        for name, seconds in row.timings.items():
            found[name] += seconds
    return {name: seconds for name, seconds in found.items() if seconds}


def markdown(rows: Sequence[Row]) -> str:
    """A table of the repositories, and what is left to do in each, for an issue or a page of CI."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.status.value] = counts.get(row.status.value, 0) + 1
    release = rows[-1].release if rows else ""
    parts = [
        f"## Templates {release}" if release else "## Templates",
        "",
        ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "nothing to do",
        "",
    ]
    busy = [row for row in rows if row.status is not Status.NOOP or row.left]
    if busy:
        parts += ["| repository | from | status | commit | pull request | |", "|---|---|---|---|---|---|"]
        parts += [f"| {' | '.join(_cells(row))} |" for row in busy] + [""]
    for row in busy:
        parts += _conflicts(row, f"### Conflicts in {_text(row.repository)}")
    spent = totals(rows)
    if spent:
        parts += [", ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items()), ""]
    return "\n".join(parts)


def request_text(row: Row, commits: Sequence[tuple[str, str]] = ()) -> tuple[str, str]:
    """Title and body of a repository's pull request, whose branch has these commits (subject, body; newest first)."""
    before = ", ".join(row.before)
    parts = [f"Templates {before} → {row.release}." if before else f"Templates {row.release}.", ""]
    parts += [*(f"* {_text(subject)}" for subject, _ in commits), ""] if len(commits) > 1 else []
    parts += [f"* `{_code(path)}`" for path in row.files[:_MOST]]
    parts += [f"* and {len(row.files) - _MOST} more"] if len(row.files) > _MOST else []
    return f"Update to template release {row.release}", "\n".join(parts).rstrip() + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    state, url = row.request or ("", "")
    request = f"[{_text(state)}]({url})" if url else ""
    status = f"**{row.status.value}**" if row.left else row.status.value
    return (
        _text(row.repository),
        _text(", ".join(row.before)),
        status,
        f"`{row.commit[:8]}`" if row.commit else "",
        request,
        _text(row.detail),
    )


def _conflicts(row: Row, heading: str) -> list[str]:
    if not row.conflicts:
        return []
    return [heading, "", *(f"* `{_code(path)}` ({_text(kind)})" for path, kind in row.conflicts), ""]


def _text(text: str) -> str:
    """A text that Markdown shows as it is, on one line of a table."""
    escaped = "".join(f"\\{char}" if char in "\\`*_{}[]<>|#!" else char for char in " ".join(text.split()))
    return escaped.replace("@", "@\N{ZERO WIDTH SPACE}")


def _code(text: str) -> str:
    """A path between backquotes, on one line."""
    return "".join(char if char.isprintable() and char != "`" else "?" for char in text)
