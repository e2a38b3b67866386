"""The hook's dataclasses against the standard library's: the same class, written once with each decorator."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from typing import Any

import pytest

from shunter.model import data
from shunter.model.findings import Finding, Span


def _classes(module: Any) -> list[type]:
    @module.dataclass(frozen=True, slots=True, order=True)
    class Point:
        """A point."""

        x: int
        y: int = 0
        tags: dict[str, int] = module.field(default_factory=dict, repr=False)

        @property
        def total(self) -> int:
            return self.x + self.y

    @module.dataclass(frozen=True)
    class Single:
        """One field, and a dictionary of its own."""

        only: str = "a"

    @module.dataclass
    class Open:
        """A class that may change."""

        x: int
        y: list[int] = module.field(default_factory=list)

    @module.dataclass(frozen=True, slots=True)
    class Partly:
        """A field that does not count."""

        x: int
        note: str = module.field(default="", compare=False)

    @module.dataclass(frozen=True, slots=True, eq=False)
    class Same:
        """Equal to itself only."""

        x: int = 1

    return [Point, Single, Open, Same, Partly]


def _outcome(action: Any) -> Any:
    try:
        return action()
    except Exception as error:
        return type(error)


ACTIONS = (
    lambda cls: repr(cls(3)),
    lambda cls: repr(cls(1, 2)),
    lambda cls: repr(cls(x=5)),
    lambda cls: repr(cls()),
    lambda cls: repr(cls(1, x=1)),
    lambda cls: repr(cls(1, 2, {}, 4)),
    lambda cls: repr(cls(1, unknown=2)),
    lambda cls: cls(1) == cls(1),
    lambda cls: cls(1) == (1,),
    lambda cls: cls(1) != cls(2),
    lambda cls: cls(1, "a") == cls(1, "b"),
    lambda cls: cls(1) < cls(2),
    lambda cls: cls(2, 1) >= cls(2, 0),
    lambda cls: cls(1) < 3,
    lambda cls: hash(cls("a")) == hash(cls("a")),
    lambda cls: {cls("a"): 1}[cls("a")],
    lambda cls: setattr(cls(1), "x", 2),
    lambda cls: delattr(cls(1), "x"),
    lambda cls: cls(1).total,
    lambda cls: cls(1).y is cls(1).y,
    lambda cls: dataclasses.asdict(cls(1)),
    lambda cls: repr(dataclasses.replace(cls(1), x=7)),
    lambda cls: repr(dataclasses.replace(cls(1), z=7)),
    lambda cls: [(f.name, f.default, f.repr, f.compare) for f in dataclasses.fields(cls)],
    lambda cls: [f.default_factory for f in dataclasses.fields(cls)][-1],
    lambda cls: cls.__match_args__,
    lambda cls: hasattr(cls(), "__dict__"),
    lambda cls: getattr(cls, "__slots__", None),
    lambda cls: cls.__doc__,
    lambda cls: cls.__qualname__,
    lambda cls: repr(copy.deepcopy(cls(1))),
)  # fmt: skip


@pytest.mark.parametrize("action", range(len(ACTIONS)))
@pytest.mark.parametrize("kind", range(5))
def test_like_the_standard_library(kind: int, action: int) -> None:
    ours, theirs = (_classes(module)[kind] for module in (data, dataclasses))
    assert _outcome(lambda: ACTIONS[action](ours)) == _outcome(lambda: ACTIONS[action](theirs))


def test_replace_changes_what_it_is_told() -> None:
    point, single, *_ = _classes(data)
    assert data.replace(point(1, 2), y=5) == point(1, 5)
    assert data.replace(single()) == single()
    with pytest.raises(TypeError):
        data.replace(point(1), z=3)


def test_an_instance_as_a_dict_is_the_standard_librarys() -> None:
    point, single, *_ = _classes(data)
    inside = single(only={"a": [point(1), 2], "b": (point(2, 3),)})
    assert data.asdict(inside) == {
        "only": {"a": [{"x": 1, "y": 0, "tags": {}}, 2], "b": [{"x": 2, "y": 3, "tags": {}}]}
    }
    assert json.dumps(data.asdict(inside)) == json.dumps(dataclasses.asdict(inside))


def test_findings_travel_between_processes() -> None:
    finding = Finding("type", "wrong", Span("values.yaml", 3, 1, 4, "x: 1"), key=("a", 0), notes=("n",))
    assert pickle.loads(pickle.dumps(finding)) == finding
