"""shunter's own files as they stand on disk, each judged by the schema that is published for it."""

from __future__ import annotations

from functools import cache, lru_cache

from shunter.adapters.system.paths import data_text
from shunter.core.charts.contents import read_once
from shunter.core.trains.carried import carried_over
from shunter.core.trains.entry import Entry, parse_entry
from shunter.core.trains.file import parse_record, parse_train, parse_yank
from shunter.core.trains.model import Train, Yank
from shunter.core.trains.state import State, parse_state
from shunter.model.errors import ShunterError


@cache
def schema_of(name: str) -> bytes:
    """The schema of a kind of file: workspace, train, record, history, answers and the like."""
    return data_text(f"schemas/{name}.schema.json").encode()


def train_from(data: bytes, path: str) -> Train:
    """The train in these bytes; `path` names the file in errors. Raises ShunterError with all problems as findings."""
    return parse_train(data, path, schema_of("train"))


def yank_from(data: bytes, path: str) -> Yank:
    """What yanks a train; `path` names the file in errors. Raises ShunterError with all problems as findings."""
    return parse_yank(data, path, schema_of("yank"))


def record_from(data: bytes, path: str) -> State:
    """The record in these bytes; `path` names the file in errors.

    Raises ShunterError with all problems as findings, and for a record of the first format.
    """
    if _is_old(data, path):
        raise ShunterError(f"{path} is a record of the first format", hint="shunter lock carries it over")
    return parse_state(data, path, schema_of("record"))


def record_of_any_format(data: bytes, path: str) -> tuple[State, tuple[Entry, ...]]:
    """The record in these bytes, and what its history begins with where it had the first format until now.

    Raises ShunterError with all problems as findings.
    """
    if _is_old(data, path):
        return carried_over(parse_record(data, path, schema_of("record-1")))
    return parse_state(data, path, schema_of("record")), ()


def _is_old(data: bytes, path: str) -> bool:
    value = read_once(data, path).value
    return value is not None and "format" not in value and "cars" in value


@lru_cache(4096)
def entry_from(data: bytes, path: str) -> Entry:
    """The entry of a history in these bytes; `path` names the file in errors.

    A run that changes an environment needs its whole history more than once; entries never change, so each is made
    once. Raises ShunterError with all problems as findings.
    """
    return parse_entry(data, path, schema_of("history"))
