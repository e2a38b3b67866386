"""A schema without what its own chart does not keep to."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from shunter.core.schema.compile import compile_document
from shunter.core.schema.walk import at
from shunter.model.wording import dotted

Path = tuple[str | int, ...]
_MOST: Final = 1_000


def fitted(schema: Mapping[str, Any], samples: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The schema without the keywords that cannot be used, or that refuse one of the samples; and why each is gone."""
    found, notes = copy.deepcopy(dict(schema)), []
    for _ in range(_MOST):
        fault = next(_faults(found, samples), None)
        if fault is None or not _removed(found, fault[0]):
            break
        notes.append(fault[1])
    return found, tuple(notes)


def _faults(schema: Mapping[str, Any], samples: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Path, str]]:
    compiled = compile_document(schema)
    for problem in compiled.problems:
        place = ".".join(str(step) for step in problem.path[:-1] if step not in ("properties", "items"))
        yield problem.path, f"`{place}`: {problem.message}; left out"
    if compiled.validator is None:
        return
    for sample in samples:
        for error in islice(compiled.validator.iter_errors(dict(sample)), 1):
            path = tuple(error.schema_path)
            key = dotted(tuple(error.instance_path)) or "the values"
            yield path, f"`{key}`: `{path[-1]}` refuses values of the chart itself, and is left out"


def _removed(schema: dict[str, Any], path: Path) -> bool:
    holder = at(schema, path[:-1]) if path else None
    if isinstance(holder, dict) and path[-1] in holder:
        del holder[path[-1]]
        return True
    if isinstance(holder, list) and isinstance(path[-1], int) and path[-1] < len(holder):
        holder[path[-1]] = True
        return True
    return bool(path) and _removed(schema, path[:-1])
