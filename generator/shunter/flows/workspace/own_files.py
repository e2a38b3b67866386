"""shunter's own files as they stand on disk, each judged by the schema that is published for it."""

from __future__ import annotations

from functools import cache

from shunter.adapters.system.paths import data_text
from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.file import parse_record, parse_train
from shunter.core.trains.model import Train


@cache
def schema_of(name: str) -> bytes:
    """The schema that is published as `name`: workspace, train, record or answers."""
    return data_text(f"schemas/{name}.schema.json").encode()


def train_from(data: bytes, path: str) -> Train:
    """The train in these bytes; `path` names the file in errors. Raises ShunterError with all problems as findings."""
    return parse_train(data, path, schema_of("train"))


def record_from(data: bytes, path: str) -> TrainRecord:
    """The record in these bytes; `path` names the file in errors. Raises ShunterError with all problems as findings."""
    return parse_record(data, path, schema_of("record"))
