"""Paths in findings as the person who runs the command writes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from shunter.core.charts.pins import OCI
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.findings import Finding, Span

SHOWN_STDIN = "<stdin>"
"""How findings name what `-f -` has read."""
NO_FILES = (SHOWN_STDIN, *(f"--set{kind} " for kind in ("", "-string", "-json", "-file", "-literal")))
"""What the names of layers begin with that stand in no file."""

PLACE = "oci:/"
"""How labels of charts in a registry begin: paths below them are joined and normalised, which leaves one slash."""


def shown_path(path: str) -> str:
    """A label, or a normalised path below one, as a person writes it: in a registry it begins with `oci://`."""
    return path.replace(PLACE, OCI, 1) if path.startswith(PLACE) else path


def seen_from(start: Path, finding: Finding) -> Finding:
    """A finding whose paths do not leave `start` and come back: `05.yaml` for `../envs/05.yaml` in `envs`."""

    def seen(span: Span) -> Span:
        inside = span.path.startswith("../")
        return replace(span, path=os.path.relpath(f"{start}/{span.path}", start)) if inside else span

    return _moved(finding, seen)


def label(context: Context, folder: Path) -> str:
    """A folder's path as a person in `context.start` writes it."""
    return os.path.relpath(folder.resolve(), context.start)


def relabelled(findings: Iterable[Finding], folder: str) -> tuple[Finding, ...]:
    """Findings whose relative paths are below `folder`."""
    return tuple(_moved(finding, lambda span: _below(span, folder)) for finding in findings)


def _moved(finding: Finding, moved: Callable[[Span], Span]) -> Finding:
    return replace(
        finding,
        span=moved(finding.span),
        related=tuple((label, moved(span)) for label, span in finding.related),
        fix=tuple(replace(edit, span=moved(edit.span)) for edit in finding.fix),
    )


def _below(span: Span, folder: str) -> Span:
    if folder == "." or span.path.startswith(("/", *NO_FILES)):
        return span
    return replace(span, path=shown_path(os.path.normpath(f"{folder}/{span.path}") if span.path else folder))
