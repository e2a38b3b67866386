"""What a command prints to stderr, read back in its one form, and proof that nothing was written."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpers.workspaces.cli import Result, shunter

_HEAD = re.compile(r"(error|warning|note)(?:\[([a-z0-9.-]+)\])?: (.+)")
_PLACE = re.compile(r"  --> (.+)")
_SOURCE = re.compile(r" *\d* \|.*")
_AFTER = re.compile(
    r"(next|notice): .*|\S.* checked: (valid|\d+ findings?)| *(done|planned|noop|conflict|refused|failed)  .*|nothing to do.*"
    r"| {10}\S.*|\S+ is not tracked by git, and stays"
)
_NOTE = re.compile(r" *= (.+)")
_SETTLED = 50_000_000
"""Nanoseconds after which a second change of a file has another ctime than the first."""
_STATES: dict[tuple[int, ...], str] = {}


@dataclass
class Block:
    """One error, or one finding if `rule` is set, as it is printed."""

    severity: str
    rule: str
    message: str
    place: str = ""
    source: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hint: str = ""


def blocks(text: str) -> list[Block]:
    """The blocks that stderr starts with. A line inside a block that the form does not know fails the test."""
    found: list[Block] = []
    for line in text.splitlines():
        if head := _HEAD.fullmatch(line):
            found.append(Block(head[1], head[2] or "", head[3]))
        elif not found or _AFTER.fullmatch(line):
            continue
        else:
            _take(found[-1], line)
    return found


def _take(block: Block, line: str) -> None:
    if block.hint:
        assert line.startswith("      "), f"after the hint: {line!r}"
        block.hint += "\n" + line.strip()
    elif line.startswith("hint: "):
        block.hint = line.removeprefix("hint: ")
    elif note := _NOTE.fullmatch(line):
        block.notes.append(note[1])
    elif place := _PLACE.fullmatch(line):
        assert not block.place, f"a second place: {line!r}"
        block.place = place[1]
    else:
        assert _SOURCE.fullmatch(line), f"no part of an error block: {line!r}"
        block.source.append(line)


def error(result: Result, code: int = 2) -> Block:
    """The one error block of a command that could not do it: nothing else on stderr, nothing on stdout."""
    assert result.code == code, f"exit {result.code}\n{result.out}{result.err}"
    assert result.out == ""
    found = blocks(result.err)
    assert len(found) == 1, result.err
    assert result.err.startswith("error: "), result.err
    assert found[0].hint, f"no hint:\n{result.err}"
    return found[0]


def problems(result: Result) -> list[Block]:
    """The findings of a command that could not do it, since a file of ours is broken: exit 2, nothing on stdout."""
    assert result.code == 2, f"exit {result.code}\n{result.out}{result.err}"
    assert result.out == ""
    found = blocks(result.err)
    assert found, result.err
    for block in found:
        assert block.severity == "error", result.err
        assert block.rule, f"no rule:\n{result.err}"
        assert block.hint, f"no hint:\n{result.err}"
    return found


def refusals(result: Result) -> list[Block]:
    """The findings of a command whose answer is no: exit 1, each with its rule and a hint."""
    assert result.code == 1, f"exit {result.code}\n{result.out}{result.err}"
    found = blocks(result.err)
    assert found, result.err
    for block in found:
        assert block.rule, f"no rule:\n{result.err}"
        assert block.hint, f"no hint:\n{result.err}"
    return found


def everything(root: Path) -> dict[str, str]:
    """Every file and link below `root`, git's own included: path to mode and digest. Folders end in a slash.

    shunter's own lock, an empty file in git's folder, is left out.
    """
    return dict(_below(str(root), "./"))


def _below(folder: str, name: str) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    if folder.endswith(".git/shunter") and [entry.name for entry in entries] == ["lock"]:
        return
    yield name, ""
    below = name.removeprefix("./")
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path, f"{below}{entry.name}/")
        else:
            yield f"{below}{entry.name}", _state(entry.path, entry.stat(follow_symlinks=False))


def _state(path: str, state: os.stat_result) -> str:
    """Mode and digest; read again only if the file is another one, or was written since: nobody forges a ctime."""
    key = (state.st_dev, state.st_ino, state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    if found := _STATES.get(key):
        return found
    data = os.fsencode(Path(path).readlink()) if stat.S_ISLNK(state.st_mode) else Path(path).read_bytes()
    found = f"{state.st_mode:o} {hashlib.sha256(data).hexdigest()}"
    if time.time_ns() - state.st_ctime_ns > _SETTLED:
        _STATES[key] = found
    return found


def untouched(root: Path, *arguments: str, cwd: Path | None = None) -> Result:
    """Run a command that must not change a byte below `root`, not even in git's own folders."""
    return unchanged(root, lambda: shunter(*arguments, cwd=cwd or root))


def unchanged(root: Path, run: Callable[[], Result]) -> Result:
    """The result of `run`, which must not change a byte below `root`."""
    before = everything(root)
    result = run()
    after = everything(root)
    different = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    assert not different, f"written: {different[:10]}\n{result.out}{result.err}"
    return result
