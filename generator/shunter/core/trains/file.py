"""`trains/<version>.yaml`: one train, the exact chart of every car, kept for ever; and what an environment records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.goyaml import plain
from shunter.core.goyaml.document import Document
from shunter.core.packaging import record
from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.model import Train, Yank
from shunter.core.trains.state import json_text
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.findings import Finding

FOLDER = "trains"
CHANGED: Final = "train-changed"
YANKED: Final = f"{FOLDER}/yanked"
TRAIN: Final = OwnFile("train", "a train", "a train never changes: restore the file from git, or cut a new train")
YANK: Final = OwnFile("yank", "a yank", "shunter writes this file: restore it from git, or yank the train again")
RECORD: Final = OwnFile("record-1", "a train record", "shunter writes this file: restore it from git")
_COMMENT = "A train: the exact chart of every car. `shunter train cut` wrote it; a new state is a new train."
_YANK_COMMENT = "`shunter train yank` wrote it: nobody is to promote this train any more."


def path_of(version: str) -> str:
    """Where a workspace keeps the train of this version."""
    return f"{FOLDER}/{version}.yaml"


def yank_path_of(version: str) -> str:
    """Where a workspace says that the train of this version is yanked: beside the train, which never changes."""
    return f"{YANKED}/{version}.yaml"


def render_yank(yank: Yank) -> bytes:
    """The file that yanks a train."""
    values = {"version": yank.version, "at": yank.at, "by": yank.by, "why": yank.why}
    return plain.dump({name: value for name, value in values.items() if value}, _YANK_COMMENT)


def parse_yank(data: bytes, path: str, schema: bytes) -> Yank:
    """What yanks a train; `path` names the file in errors, and must be the yank's own; `schema` is that of yanks.

    Raises ShunterError with all problems as findings.
    """
    found = checked(read_once(data, path), YANK, schema, _misplaced)
    return Yank(found["version"], found["why"], found.get("at", ""), found.get("by", ""))


def render_train(train: Train) -> bytes:
    """The file of a train; cars by alias."""
    value: dict[str, Any] = {"version": train.version, "cut": train.cut}
    words = {"line": train.line, "base": train.base, "drops": list(train.drops), "lower": dict(train.lower)}
    value |= {name: said for name, said in (words | {"replaces": dict(train.replaces)}).items() if said}
    value["cars"] = record.cars_data(train.cars)
    return plain.dump({"version": train.version, "hash": hash_of(value)} | value, _COMMENT)


def hash_of(data: Mapping[str, Any]) -> str:
    """`sha256:` and the hash of what the file of a train says besides its own `hash`, in whatever order it stands."""
    said = {name: value for name, value in data.items() if name != "hash"}
    text = json_text(said)
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def parse_train(data: bytes, path: str, schema: bytes) -> Train:
    """The train in `data`; `path` names the file in errors, and must be the train's own; `schema` is that of trains.

    Raises ShunterError with all problems as findings.
    """
    found = checked(read_once(data, path), TRAIN, schema, _train_rules)
    given: dict[str, Any] = {name: found.get(name, "") for name in ("cut", "line", "base")}
    given |= {name: found.get(name, {}) for name in ("lower", "replaces")}
    return Train(found["version"], record.cars_of_data(found["cars"]), **given, drops=tuple(found.get("drops", ())))


def _misplaced(document: Document, found: tuple[Finding, ...]) -> Iterator[Finding]:
    version = (document.value or {}).get("version")
    known = {finding.key for finding in found}
    if isinstance(version, str) and ("version",) not in known and not document.path.endswith(f"{version}.yaml"):
        message = f"the train says version `{version}`, and the file is {document.path}"
        span = document.span(("version",))
        yield Finding("train-file-name", message, span, key=("version",), notes=(TRAIN.note,), hint="restore the file")


def _train_rules(document: Document, found: tuple[Finding, ...]) -> Iterator[Finding]:
    yield from _misplaced(document, found)
    value = document.value or {}
    if not found and "hash" in value and value["hash"] != hash_of(value):
        message = f"train {value['version']} is not as it was cut: its `hash` is that of something else"
        span, hint = document.span(("hash",)), f"restore {document.path} from git"
        yield Finding(CHANGED, message, span, key=("hash",), notes=(TRAIN.note,), hint=hint)


def parse_record(data: bytes, path: str, schema: bytes) -> TrainRecord:
    """The record of the first format in `data`; `path` names the file in errors; `schema` is that of such records.

    Raises ShunterError with all problems as findings.
    """
    return record.record_of_data(checked(read_once(data, path), RECORD, schema))
