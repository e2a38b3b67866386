"""`.helmignore` as Helm reads it, with its own ideas of negation: a port of the rules in Helm's `pkg/ignore`.

They are not git's: the first rule that matches decides, `**` is refused, and a rule with `!` ignores everything
that it does *not* match.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import TypeVar

from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Span

FILE = ".helmignore"
_DEFAULT = "templates/.?*"
_State = TypeVar("_State")


class _BadPatternError(Exception):
    """The pattern has a bracket or an escape that never ends."""


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    negated: bool
    folders_only: bool
    whole_path: bool

    def ignores(self, path: str, is_folder: bool) -> bool:
        applies = is_folder or not self.folders_only
        matches = applies and self.pattern.fullmatch(path if self.whole_path else path.rsplit("/", 1)[-1]) is not None
        return matches != self.negated


@dataclass(frozen=True)
class Rules:
    """The rules of one `.helmignore`, in order."""

    rules: tuple[_Rule, ...]

    @cached_property
    def _negated(self) -> tuple[_Rule, ...]:
        return tuple(rule for rule in self.rules if rule.negated)

    @cached_property
    def _plain(self) -> Mapping[tuple[bool, bool], re.Pattern[str] | None]:
        """All others as two patterns, for a name and for a whole path, of folders and of files: it is asked often."""
        return {(whole, folders): self._all(whole, folders) for whole in (False, True) for folders in (False, True)}

    def _all(self, whole: bool, folders: bool) -> re.Pattern[str] | None:
        plain = (rule for rule in self.rules if not rule.negated and rule.whole_path == whole)
        patterns = [f"(?:{rule.pattern.pattern})" for rule in plain if folders or not rule.folders_only]
        return re.compile("|".join(patterns), re.DOTALL) if patterns else None

    def ignores(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether a rule drops `path` (relative to the chart, POSIX) itself; its parents are not looked at."""
        name, whole = self._plain[False, is_folder], self._plain[True, is_folder]
        return (
            (name is not None and name.fullmatch(path.rpartition("/")[2]) is not None)
            or (whole is not None and whole.fullmatch(path) is not None)
            or any(rule.ignores(path, is_folder) for rule in self._negated)
        )

    def keep(self, files: Mapping[str, _State]) -> dict[str, _State]:
        """The entries of `files` that Helm would load, in the same order; an ignored folder takes all in it away."""
        folders: dict[str, bool] = {"": False}

        def dropped(folder: str) -> bool:
            if folder not in folders:
                parent = folder.rpartition("/")[0]
                folders[folder] = dropped(parent) or self.ignores(folder, is_folder=True)
            return folders[folder]

        return {
            path: state
            for path, state in files.items()
            if not dropped(path.rpartition("/")[0]) and not self.ignores(path)
        }


@lru_cache(maxsize=64)
def parse(data: bytes, path: str = FILE) -> Rules:
    """The rules in the text of a `.helmignore`, and Helm's built-in one (hidden files below `templates/`).

    Raises ShunterError, with the line, where Helm refuses the file; then it loads no chart at all.
    """
    rules = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n"), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        span = Span(path, number, 1, len(line) + 1, line.rstrip("\r"))
        if "**" in text:
            raise ShunterError("Helm does not support `**` in .helmignore", hint="name the folders", span=span)
        try:
            rules.append(_rule(text))
        except _BadPatternError as error:
            raise ShunterError(f"`{text}` is no pattern", hint=str(error), span=span) from error
    return Rules((*rules, _rule(_DEFAULT)))


def filter_files(files: Mapping[str, FileState]) -> dict[str, FileState]:
    """What is left of a chart's files (paths relative to the chart) after its own `.helmignore`."""
    state = files.get(FILE)
    return parse(state.data if state else b"").keep(files)


def _rule(text: str) -> _Rule:
    _translate(text)
    negated = text.startswith("!")
    text = text[1:] if negated else text
    folders_only = text.endswith("/")
    text = text[:-1] if folders_only else text
    return _Rule(re.compile(_translate(text.removeprefix("/")), re.DOTALL), negated, folders_only, "/" in text)


def _translate(pattern: str) -> str:
    """A regular expression for a pattern of Go's `path/filepath.Match`.

    What stands between two stars is sought once, from the left: trying every other place for it as well changes no
    answer, and takes ages where there are many stars.
    """
    parts, at = [""], 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            parts.append("")
        elif char == "?":
            parts[-1] += "[^/]"
        elif char == "[":
            piece, at = _bracket(pattern, at)
            parts[-1] += piece
        else:
            if char == "\\":
                char, at = _escaped(pattern, at)
            parts[-1] += re.escape(char)
    first, *more = parts
    between = "".join(f"(?>[^/]*?{part})" for part in more[:-1])
    return f"{first}{between}[^/]*{more[-1]}" if more else first


def _escaped(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern):
        raise _BadPatternError("a backslash needs a character after it")
    return pattern[at], at + 1


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[str] = []
    while not (ranges and pattern.startswith("]", at)):
        low, at = _bound(pattern, at)
        high, at = _bound(pattern, at + 1) if pattern.startswith("-", at) else (low, at)
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    body = "".join(ranges)
    if not body:
        return "(?s:.)" if negated else "(?!)", at + 1
    return f"[{'^' if negated else ''}{body}]", at + 1


def _bound(pattern: str, at: int) -> tuple[str, int]:
    char = pattern[at : at + 1]
    if char in ("", "-", "]"):
        raise _BadPatternError("a bracket needs characters and an end")
    bound, at = _escaped(pattern, at + 1) if char == "\\" else (char, at + 1)
    if at >= len(pattern):
        raise _BadPatternError("a bracket needs an end")
    return bound, at
