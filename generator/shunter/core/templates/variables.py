"""What templates see, and what they made of it: equal values of the names that were used give the same result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, Protocol, TypeVar

Result = TypeVar("Result")
Names = tuple[str, ...]
_MISSING = object()
_CONTAINERS = (list, dict, set)


class Variables:
    """Names and values for a template; a value is told from another by its mark."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)
        # Those of lists and mappings at once: a template may change them where they are.
        self._marks = {name: _mark(value) for name, value in self.values.items() if isinstance(value, _CONTAINERS)}

    def put(self, name: str, value: Any) -> None:
        """Set one variable."""
        self.values[name] = value
        if isinstance(value, _CONTAINERS):
            self._marks[name] = _mark(value)
        else:
            self._marks.pop(name, None)

    def drop(self, name: str) -> None:
        """Forget one variable."""
        self.values.pop(name, None)
        self._marks.pop(name, None)

    def beside(self, name: str, value: Any) -> Variables:
        """The same variables and one more, which hides another of its name."""
        result = Variables({})
        result.values, result._marks = dict(self.values), dict(self._marks)
        result.put(name, value)
        return result

    def marks(self, names: Names) -> tuple[object, ...]:
        """What tells the values of these names from others."""
        known = self._marks
        try:
            return tuple([known[name] for name in names])
        except KeyError:
            known |= {name: _mark(self.values.get(name, _MISSING)) for name in names if name not in known}
            return tuple([known[name] for name in names])

    def changed(self, names: Iterable[str]) -> bool:
        """Whether a template has changed one of these values where it is, such as by `append`."""
        return any(
            self._marks[name] != _mark(value)
            for name in names
            if isinstance(value := self.values.get(name), _CONTAINERS)
        )


def _mark(value: Any) -> object:
    """Text is its own mark; `repr` tells 1, True and 1.0 apart, and keeps the order of keys."""
    if value is _MISSING:
        return None
    return value if type(value) is str else (type(value).__name__, repr(value))


class Marked(Protocol):
    """What tells its values from others by their marks."""

    def marks(self, names: Names) -> tuple[object, ...]:
        """What tells the values of these names from others."""


class Memo(Generic[Result]):
    """Results by the values of the names, and by the templates, that each of them was made of."""

    def __init__(self) -> None:
        self._known: dict[tuple[Names, Names], dict[tuple[object, ...], Result]] = {}

    def find(self, variables: Marked, templates: Marked | None = None) -> Result | None:
        """The result for these variables and templates, or None."""
        for (names, read), results in self._known.items():
            marks = variables.marks(names)
            found = results.get(marks + templates.marks(read) if read and templates else marks)
            if found is not None:
                return found
        return None

    def keep(
        self,
        used: Iterable[str],
        variables: Marked,
        result: Result,
        read: Iterable[str] = (),
        templates: Marked | None = None,
    ) -> None:
        """Keep a result that was made with `used` names of these variables, with the templates that were `read`, and
        with nothing else of either.
        """
        place = tuple(sorted(used)), tuple(sorted(read))
        self._known.setdefault(place, {})[_key(place[0], variables, place[1], templates)] = result


def _key(names: Names, variables: Marked, read: Names, templates: Marked | None) -> tuple[object, ...]:
    marks = variables.marks(names)
    return marks + templates.marks(read) if read and templates else marks
