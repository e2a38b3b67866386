"""`trains/<version>.yaml`: one train, the exact chart of every car, kept for ever; and what an environment records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shunter.core.charts.contents import read_once
from shunter.core.goyaml import plain
from shunter.core.goyaml.document import Document
from shunter.core.packaging import record
from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.model import Train
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.findings import Finding

FOLDER = "trains"
TRAIN: Final = OwnFile("train", "a train", "a train never changes: restore the file from git, or cut a new train")
RECORD: Final = OwnFile("record", "a train record", "shunter writes this file: restore it from git")
_COMMENT = "A train: the exact chart of every car. `shunter train cut` wrote it; a new state is a new train."


def path_of(version: str) -> str:
    """Where a workspace keeps the train of this version."""
    return f"{FOLDER}/{version}.yaml"


def render_train(train: Train) -> bytes:
    """The file of a train; cars by alias."""
    value = {"version": train.version, "cut": train.cut, "library": record.pin_data(train.library)}
    return plain.dump(value | {"cars": record.cars_data(train.cars)}, _COMMENT)


def parse_train(data: bytes, path: str, schema: bytes) -> Train:
    """The train in `data`; `path` names the file in errors, and must be the train's own; `schema` is that of trains.

    Raises ShunterError with all problems as findings.
    """
    found = checked(read_once(data, path), TRAIN, schema, _misplaced)
    library, cars = record.pin_of_data(found["library"]), record.cars_of_data(found["cars"])
    return Train(found["version"], library, cars, found.get("cut", ""))


def _misplaced(document: Document, found: tuple[Finding, ...]) -> Iterator[Finding]:
    version = (document.value or {}).get("version")
    known = {finding.key for finding in found}
    if isinstance(version, str) and ("version",) not in known and not document.path.endswith(f"{version}.yaml"):
        message = f"the train says version `{version}`, and the file is {document.path}"
        span = document.span(("version",))
        yield Finding("train-file-name", message, span, key=("version",), notes=(TRAIN.note,), hint="restore the file")


def parse_record(data: bytes, path: str, schema: bytes) -> TrainRecord:
    """The record of an environment in `data`; `path` names the file in errors; `schema` is that of records.

    Raises ShunterError with all problems as findings.
    """
    return record.record_of_data(checked(read_once(data, path), RECORD, schema))
