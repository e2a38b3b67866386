"""shunter's own files for tests: each kind with its published schema, and what is wrong with one of its files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shunter.core.trains.file import parse_record, parse_train
from shunter.core.trains.state import parse_state
from shunter.core.workspace.answers import Recorded, read_answers
from shunter.core.workspace.file import parse_workspace
from shunter.core.workspace.model import Workspace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
RELEASE = "0.1.0"


def schema(name: str) -> bytes:
    """The bytes of a published schema."""
    return (SCHEMAS / f"{name}.schema.json").read_bytes()


def workspace(text: str) -> Workspace:
    """The workspace in a `shunter.yaml`."""
    source = "https://t.invalid/t.git"
    return parse_workspace(text.encode(), "shunter.yaml", schema("workspace"), release=RELEASE, source=source)


def answers(data: bytes) -> Recorded:
    """What an answers file says."""
    return read_answers(data, ".copier-answers.yml", schema("answers"))


PARSERS: dict[str, tuple[str, Callable[[bytes, str, bytes], Any]]] = {
    "workspace": ("shunter.yaml", partial(parse_workspace, release=RELEASE, source="https://t.invalid/t.git")),
    "train": ("trains/1.4.0.yaml", parse_train),
    "record": ("envs/tst/.shunter/train.yaml", parse_state),
    "record-1": ("envs/tst/.shunter/train.yaml", parse_record),
    "answers": ("envs/tst/.copier-answers.yml", read_answers),
}
"""Kind of file to the path of one, and what reads it."""


def parse(kind: str, data: bytes) -> Any:
    """What a file of that kind says."""
    path, read = PARSERS[kind]
    return read(data, path, schema(kind))


def problems(kind: str, data: bytes) -> tuple[Finding, ...]:
    """All that is wrong with a file of that kind; nothing if it can be read."""
    try:
        parse(kind, data)
    except ShunterError as error:
        return error.findings or pytest.fail(f"an error without findings: {error}")
    return ()
