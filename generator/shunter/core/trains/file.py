"""`trains/<version>.yaml`: one train, the exact chart of every car, kept for ever."""

from __future__ import annotations

from shunter.core.charts import versions
from shunter.core.goyaml import plain
from shunter.core.packaging import record
from shunter.core.trains.model import Train
from shunter.model.errors import ShunterError

FOLDER = "trains"
_COMMENT = "A train: the exact chart of every car. `shunter train cut` wrote it; a new state is a new train."


def path_of(version: str) -> str:
    """Where a workspace keeps the train of this version."""
    return f"{FOLDER}/{version}.yaml"


def render_train(train: Train) -> bytes:
    """The file of a train; cars by alias."""
    value = {"version": train.version, "cut": train.cut, "library": record.pin_data(train.library)}
    return plain.dump(value | {"cars": record.cars_data(train.cars)}, _COMMENT)


def parse_train(data: bytes, path: str) -> Train:
    """The train in `data`; `path` names the file in errors, and must be the train's own.

    Raises ShunterError, with the place, for an unknown or missing key, a wrong type, a range, or a version that is
    not the file's name.
    """
    document = plain.load(data, path)
    found = record.fields(document, (), required=("version", "library", "cars"), optional=("cut",))
    version = record.text(document, ("version",))
    if versions.parse(version) is None or not path.endswith(f"{version}.yaml"):
        raise ShunterError(
            f"the train says version `{version}`, and the file is {path}",
            hint="a train is never edited: restore the file, and cut a new train",
            span=document.span(("version",)),
        )
    cut = record.text(document, ("cut",)) if "cut" in found else ""
    library, cars = record.parse_pin(document, ("library",)), record.parse_cars(document, ("cars",))
    return Train(version, library, cars, cut)
